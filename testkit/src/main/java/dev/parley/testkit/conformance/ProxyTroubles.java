package dev.parley.testkit.conformance;

import dev.parley.testkit.fault.Direction;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.fault.Script;
import java.util.Objects;
import java.util.Set;

/**
 * Causes the troubles of a {@link Harness} with a {@link FaultProxy}, for adapters whose peer
 * speaks only when it is spoken to.
 *
 * <p>A cut reply is reset at its first byte; a truncated one ends cleanly after 1000 bytes, so that
 * shorter replies pass; a trickle is 20 bytes a second.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class ProxyTroubles {
  private static final long TRUNCATED_AFTER = 1000;
  private static final long TRICKLE = 20;

  private final FaultProxy proxy;

  /** Causes troubles with this proxy, which stays yours to close. */
  public ProxyTroubles(FaultProxy proxy) {
    this.proxy = Objects.requireNonNull(proxy, "proxy");
  }

  /** Returns all of them, for {@link Harness#troubles}. */
  public Set<Trouble> all() {
    return Set.of(Trouble.values());
  }

  /** Causes one, for {@link Harness#cause}. */
  public void cause(Trouble trouble) {
    switch (trouble) {
      case REFUSE -> {
        proxy.refuse();
        proxy.cutAll();
      }
      case CUT -> proxy.cutAll();
      case CUT_REPLY -> proxy.arm(Fault.resetAfter(Direction.TO_CLIENT, 0));
      case TRUNCATE_REPLY -> proxy.arm(Fault.truncateAfter(TRUNCATED_AFTER));
      case TRICKLE -> always(Fault.slow(Direction.TO_CLIENT, TRICKLE));
      case STALL -> always(Fault.halfOpen());
    }
  }

  /** Ends all of them, for {@link Harness#heal}. */
  public void heal() {
    proxy.clear();
  }

  private void always(Fault fault) {
    proxy.script(Script.always(fault));
    proxy.arm(fault); // those that exist; the next one gets it twice, which changes nothing
  }
}
