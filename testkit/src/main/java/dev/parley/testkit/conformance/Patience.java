package dev.parley.testkit.conformance;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do. */
final class Patience {
  private static final long POLL_NANOS = 1_000_000;

  private Patience() {}

  /** Returns 30 s, or as many as the system property {@code parley.conformance.patience} says. */
  static Duration limit() {
    return Duration.ofSeconds(Long.getLong("parley.conformance.patience", 30));
  }

  /** Waits until a condition holds. */
  static void awaitThat(String what, Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited " + limit + " in vain: " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** Stays for a while in which a condition must not come to hold. */
  static void assertNever(String what, Duration during, BooleanSupplier condition) {
    long end = System.nanoTime() + during.toNanos();
    do {
      if (condition.getAsBoolean()) {
        throw new AssertionError("happened, but must not: " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    } while (System.nanoTime() - end < 0);
  }
}
