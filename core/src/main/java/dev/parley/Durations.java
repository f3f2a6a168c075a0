package dev.parley;

import java.time.Duration;
import java.util.Objects;

/** Checks of durations that options share. */
final class Durations {
  /** About 146 years: long enough for ever, and half of what nanoTime differences can hold. */
  static final long FOREVER_NANOS = Long.MAX_VALUE / 2;

  private Durations() {}

  static Duration positive(Duration duration, String option) {
    Objects.requireNonNull(duration, option);
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(option + " must be positive, but is " + duration);
    }
    return duration;
  }

  static Duration notNegative(Duration duration, String option) {
    Objects.requireNonNull(duration, option);
    if (duration.isNegative()) {
      throw new IllegalArgumentException(option + " must not be negative, but is " + duration);
    }
    return duration;
  }

  static int atLeast(int least, int value, String option) {
    if (value < least) {
      throw new IllegalArgumentException(
          option + " must be at least " + least + ", but is " + value);
    }
    return value;
  }

  static long saturatedNanos(Duration duration) {
    return duration.compareTo(Duration.ofNanos(FOREVER_NANOS)) >= 0
        ? FOREVER_NANOS
        : duration.toNanos();
  }
}
