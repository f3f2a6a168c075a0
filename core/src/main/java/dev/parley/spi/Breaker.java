package dev.parley.spi;

import dev.parley.ParleyException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Refuses attempts on a target that keeps failing. One stage of the pipeline, around each attempt.
 *
 * <p><b>Threads:</b> safe for use by many threads; it never blocks.
 */
public interface Breaker {
  /** Asks for one attempt; false if the breaker is open. */
  boolean tryAcquire();

  /**
   * An attempt that was allowed has ended.
   *
   * @param elapsedNanos how long it took
   * @param failure the failure that counts against the target, or null for success
   */
  void record(long elapsedNanos, @Nullable ParleyException failure);

  /** An attempt that was allowed ended in a way that says nothing of the target. */
  void ignore();

  /** Returns how long the breaker stays open, zero if it is not open or does not know. */
  Duration openFor();

  /** Returns in words what it does, for {@code explain()}. */
  String describe();
}
