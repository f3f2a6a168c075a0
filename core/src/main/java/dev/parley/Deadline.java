package dev.parley;

import dev.parley.spi.Time;
import java.time.Duration;
import java.util.Objects;

/**
 * A moment on a monotonic clock by which something must be done.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Deadline {
  private final Time time;
  private final long nanos;

  private Deadline(Time time, long nanos) {
    this.time = time;
    this.nanos = nanos;
  }

  /** Returns the moment that is this long from now on the given clock. */
  public static Deadline after(Duration delay, Time time) {
    Objects.requireNonNull(time, "time");
    return new Deadline(time, time.nanoTime() + Durations.saturatedNanos(delay));
  }

  /** Returns the time that is left; negative once the deadline has passed. */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  /** Returns the nanoseconds that are left; negative once the deadline has passed. */
  public long remainingNanos() {
    return nanos - time.nanoTime();
  }

  /** Returns whether the deadline has passed. */
  public boolean isExpired() {
    return remainingNanos() <= 0;
  }

  @Override
  public String toString() {
    return "Deadline[" + remaining() + " left]";
  }
}
