package dev.parley.resilience;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/** A clock that goes on from the time of day at its creation, and never jumps with it. */
final class MonotonicClock extends Clock {
  private final LongSupplier nanoTime;
  private final Instant origin = Instant.now();
  private final long originNanos;

  MonotonicClock(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.originNanos = nanoTime.getAsLong();
  }

  @Override
  public Instant instant() {
    return origin.plusNanos(nanoTime.getAsLong() - originNanos);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this; // an instant has no zone
  }
}
