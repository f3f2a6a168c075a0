package dev.parley.engine;

import dev.parley.RetryPolicy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** How long to wait: full jitter, with the cap applied before it. */
final class Backoff {
  private static final long MAX_HINT_JITTER = TimeUnit.SECONDS.toNanos(5);

  private Backoff() {}

  /** Returns the wait before the n-th retry, n from 1, in nanoseconds. */
  static long computed(Duration base, Duration cap, int n, DoubleSupplier random) {
    long ceiling = ceiling(base.toNanos(), cap.toNanos(), n - 1);
    return (long) (random.getAsDouble() * (double) ceiling);
  }

  /** Returns the wait after a peer's hint: never shorter than it. */
  static long hinted(Duration hint, RetryPolicy policy, DoubleSupplier random) {
    long nanos = hint.toNanos();
    double jitter =
        Math.min((double) MAX_HINT_JITTER, 0.1 * (double) nanos + (double) policy.base().toNanos());
    return nanos + (long) (random.getAsDouble() * jitter);
  }

  /** Returns a wait of a schedule: never shorter than that, and up to a tenth longer. */
  static long scheduled(Duration wait, DoubleSupplier random) {
    long nanos = wait.toNanos();
    return nanos + (long) (random.getAsDouble() * 0.1 * (double) nanos);
  }

  /** Returns {@code min(cap, base * 2^doublings)} without overflow. */
  static long ceiling(long base, long cap, int doublings) {
    return doublings >= Long.numberOfLeadingZeros(base) - 1
        ? cap
        : Math.min(cap, base << doublings);
  }
}
