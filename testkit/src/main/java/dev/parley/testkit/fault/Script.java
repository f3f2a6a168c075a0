package dev.parley.testkit.fault;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * Which fault each new connection of a {@link FaultProxy} meets. The first turn belongs to the next
 * connection after {@link FaultProxy#script}; connections beyond the end of a script are forwarded
 * faithfully.
 *
 * <pre>{@code
 * proxy.script(Script.next(2, Fault.reset()).then(Script.always(Fault.slow(10_000))));
 * }</pre>
 *
 * <p><b>Threads:</b> immutable. A script has no memory: one instance can serve several proxies.
 *
 * @since 0.1
 */
public final class Script {
  private static final int ENDLESS = Integer.MAX_VALUE;
  private static final Script NONE = new Script("none()", 0, turn -> Fault.none());

  private final String text;
  private final int length;
  private final IntFunction<Fault> faults;

  private Script(String text, int length, IntFunction<Fault> faults) {
    this.text = text;
    this.length = length;
    this.faults = faults;
  }

  /** No faults. */
  public static Script none() {
    return NONE;
  }

  /**
   * The same fault for a number of connections.
   *
   * @param connections how many; 1 or more
   */
  public static Script next(int connections, Fault fault) {
    Objects.requireNonNull(fault, "fault");
    positive("connections", connections);
    return new Script("next(" + connections + ", " + fault + ")", connections, turn -> fault);
  }

  /**
   * A fault for one connection, after others that are forwarded faithfully.
   *
   * @param number which connection, from 1, counted from the beginning of this script
   */
  public static Script onConnection(int number, Fault fault) {
    Objects.requireNonNull(fault, "fault");
    positive("number", number);
    return new Script(
        "onConnection(" + number + ", " + fault + ")",
        number,
        turn -> turn == number - 1 ? fault : Fault.none());
  }

  /** The same fault for every connection. */
  public static Script always(Fault fault) {
    Objects.requireNonNull(fault, "fault");
    return new Script("always(" + fault + ")", ENDLESS, turn -> fault);
  }

  /**
   * A random fault for every connection. The fault of the n-th connection depends on the seed, the
   * weights and n alone, so a run can be repeated.
   *
   * <pre>{@code
   * Script.randomly(seed, Map.of(Fault.none(), 8, Fault.resetAfter(TO_CLIENT, 0), 2)) // one in five
   * }</pre>
   *
   * @param weights how often each fault comes, relative to the others; at least one entry, each 1
   *     or more
   */
  public static Script randomly(long seed, Map<Fault, Integer> weights) {
    // Sorted, because Map.of() iterates in another order in each JVM.
    List<Map.Entry<Fault, Integer>> entries =
        weights.entrySet().stream()
            .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
            .toList();
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("weights must name at least one fault");
    }
    entries.forEach(entry -> positive("the weight of " + entry.getKey(), entry.getValue()));
    int total = entries.stream().mapToInt(Map.Entry::getValue).reduce(0, Math::addExact);
    return new Script(
        "randomly(seed " + seed + ", " + entries + ")",
        ENDLESS,
        turn -> pick(entries, new SplittableRandom(seed + turn).nextInt(total)));
  }

  /**
   * This script, and when it is through, another.
   *
   * @throws IllegalArgumentException if this script never ends
   */
  public Script then(Script more) {
    Objects.requireNonNull(more, "more");
    if (length == ENDLESS) {
      throw new IllegalArgumentException(
          "%s never ends, so %s would never begin. Turn the order round".formatted(this, more));
    }
    return new Script(
        length == 0 ? more.text : text + ".then(" + more.text + ")",
        more.length == ENDLESS ? ENDLESS : Math.addExact(length, more.length),
        turn -> turn < length ? faults.apply(turn) : more.fault(turn - length));
  }

  /**
   * The fault of one turn.
   *
   * @param turn from 0
   */
  Fault fault(int turn) {
    return turn < length ? faults.apply(turn) : Fault.none();
  }

  /** Returns the calls that make this script. */
  @Override
  public String toString() {
    return text;
  }

  private static Fault pick(List<Map.Entry<Fault, Integer>> entries, int ticket) {
    int left = ticket;
    for (Map.Entry<Fault, Integer> entry : entries) {
      left -= entry.getValue();
      if (left < 0) {
        return entry.getKey();
      }
    }
    throw new AssertionError("ticket " + ticket + " of " + entries);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " (" + value + ") must be at least 1");
    }
  }
}
