package dev.parley.spi;

import java.time.Instant;

/**
 * The clocks and the one timer of a Parley. Time is a parameter: a virtual one makes hours of
 * back-off pass in milliseconds of test.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public interface Time extends AutoCloseable {
  /** Returns the monotonic clock in nanoseconds; only differences mean something. */
  long nanoTime();

  /** Returns the wall clock; it may jump. */
  Instant now();

  /**
   * Runs {@link Timeout#expired()} once, not before the delay has passed. A timeout that was
   * cancelled or has expired may be scheduled again. Does nothing once the timer is closed.
   *
   * @throws IllegalStateException if the timeout is already scheduled
   */
  void schedule(Timeout timeout, long delayNanos);

  /** Takes a timeout out at once; returns whether it was scheduled and will not expire now. */
  boolean cancel(Timeout timeout);

  /** Returns how many timeouts are scheduled. */
  int scheduled();

  /** Stops the timer; what is scheduled never expires. */
  @Override
  void close();

  /**
   * Returns the real time: {@link System#nanoTime()} and a hashed wheel of 1 ms ticks, whose daemon
   * thread {@code parley-timer} starts when it is first needed.
   */
  static Time system() {
    return new WheelTime();
  }
}
