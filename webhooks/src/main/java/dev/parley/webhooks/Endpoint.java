package dev.parley.webhooks;

import dev.parley.UntrustedPeerException;
import dev.parley.spi.Time;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Who receives, whether it still wants to, and what is told of the attempts. */
final class Endpoint {
  static final String GONE = "answered 410 Gone";
  private static final int TOLERATED_CERTIFICATES = 3;
  private static final int TOLERATED_FAILURES = 10; // as many as the schedule has attempts

  private final HttpUrl url;
  private final String name;
  private final Supplier<SigningKeys> keys;
  private final Consumer<DeliveryAttempt> log;
  private final Consumer<String> onDisabled;
  private final Duration patience;

  private final AtomicReference<@Nullable String> disabled = new AtomicReference<>();
  // Guarded by this: how often in a row, and since when.
  private int untrusted;
  private int failures;
  private long failingSince;

  Endpoint(
      HttpUrl url,
      String name,
      Supplier<SigningKeys> keys,
      Consumer<DeliveryAttempt> log,
      Consumer<String> onDisabled,
      Duration patience) {
    this.url = url;
    this.name = name;
    this.keys = keys;
    this.log = log;
    this.onDisabled = onDisabled;
    this.patience = patience;
  }

  HttpUrl url() {
    return url;
  }

  String name() {
    return name;
  }

  Map<String, String> sign(String id, Time time, byte[] body) {
    return keys.get().sign(id, time.now(), body);
  }

  boolean isDisabled() {
    return disabled.get() != null;
  }

  /** Fails if it is disabled. */
  void requireEnabled() {
    String why = disabled.get();
    if (why != null) {
      throw new EndpointDisabledException(why);
    }
  }

  void enable() {
    synchronized (this) {
      untrusted = 0;
      failures = 0;
    }
    disabled.set(null);
  }

  void gone() {
    disable(GONE);
  }

  /** An attempt has ended at this monotonic time, and this was wrong, or null if nothing was. */
  void ended(DeliveryAttempt attempt, long nanoTime, @Nullable Throwable failure) {
    String why = count(nanoTime, failure);
    try {
      log.accept(attempt);
    } catch (RuntimeException ignored) {
      // A log can alter nothing: what was delivered stays delivered.
    }
    if (why != null) {
      disable(why);
    }
  }

  /** Returns why it is to be disabled now, or null. */
  private synchronized @Nullable String count(long nanoTime, @Nullable Throwable failure) {
    untrusted = failure instanceof UntrustedPeerException ? untrusted + 1 : 0;
    if (untrusted >= TOLERATED_CERTIFICATES) {
      return "showed a certificate that is not trusted " + TOLERATED_CERTIFICATES + " times";
    }
    failures = failure == null ? 0 : failures + 1;
    if (failures == 1) {
      failingSince = nanoTime;
    }
    Duration failing = Duration.ofNanos(nanoTime - failingSince);
    return failures >= TOLERATED_FAILURES && failing.compareTo(patience) >= 0
        ? "took nothing for " + failing.toHours() + " hours, in " + failures + " attempts"
        : null;
  }

  private void disable(String why) {
    if (disabled.compareAndSet(null, why)) {
      try {
        onDisabled.accept(why);
      } catch (RuntimeException ignored) {
        // It stays disabled, whatever the listener makes of it.
      }
    }
  }
}
