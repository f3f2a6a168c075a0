package dev.parley.resilience;

import io.github.resilience4j.core.IntervalFunction;
import java.time.Clock;
import java.time.Duration;

/** Remembers until when the breaker decided to stay open, which Resilience4j does not tell. */
final class OpenTime implements IntervalFunction {
  private final IntervalFunction function;
  private final Clock clock;
  private volatile long untilMillis = Long.MIN_VALUE;

  OpenTime(IntervalFunction function, Clock clock) {
    this.function = function;
    this.clock = clock;
  }

  @Override
  public Long apply(Integer times) {
    Long millis = function.apply(times);
    untilMillis = clock.millis() + millis;
    return millis;
  }

  /** Returns the rest of it, zero if that has passed or is not known. */
  Duration rest() {
    long now = clock.millis();
    return now < untilMillis ? Duration.ofMillis(untilMillis - now) : Duration.ZERO;
  }
}
