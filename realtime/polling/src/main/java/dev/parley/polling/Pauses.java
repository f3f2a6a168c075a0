package dev.parley.polling;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait between two polls: the shortest pause after news, half as long again after each
 * answer without, up to the longest; each varied by 10 % either way, so that a thousand clients
 * that began together do not ask together for ever.
 *
 * <p><b>Threads:</b> one thread.
 */
final class Pauses {
  private static final double GROWTH = 1.5;
  private static final double JITTER = 0.1;

  private final long fastest;
  private final long slowest;
  private final DoubleSupplier random;
  private long current;

  Pauses(Duration fastest, Duration slowest, DoubleSupplier random) {
    this.fastest = fastest.toNanos();
    this.slowest = slowest.toNanos();
    this.random = random;
    this.current = this.fastest;
  }

  static void check(Duration fastest, Duration slowest) {
    if (fastest.isNegative() || fastest.isZero()) {
      throw new IllegalArgumentException("the interval must be positive, but is " + fastest);
    }
    if (slowest.compareTo(fastest) < 0) {
      throw new IllegalArgumentException(
          "the slowest interval ("
              + slowest
              + ") must not be less than the fastest ("
              + fastest
              + ")");
    }
  }

  static void checkHold(Duration hold) {
    if (hold.isNegative() || hold.isZero()) {
      throw new IllegalArgumentException("hold must be positive, but is " + hold);
    }
  }

  /** Returns the pause after an answer, never shorter than what the server asks for. */
  long after(boolean news, @Nullable Duration retryAfter) {
    if (news) {
      current = fastest;
    }
    long pause = (long) (current * (1 + JITTER * (2 * random.getAsDouble() - 1)));
    if (!news) {
      current = Math.min(slowest, (long) (current * GROWTH));
    }
    return Math.max(pause, asked(retryAfter));
  }

  /** Returns what the server asks for, a little spread. */
  long asked(@Nullable Duration retryAfter) {
    if (retryAfter == null || retryAfter.isZero()) {
      return 0;
    }
    long asked = retryAfter.toNanos();
    return asked + (long) (JITTER * random.getAsDouble() * asked);
  }
}
