package dev.parley.spi;

import dev.parley.ParleyException;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls in, or makes them wait, or refuses: a rate limiter, a bulkhead. One stage of the
 * pipeline, before any attempt.
 *
 * <p><b>Threads:</b> safe for use by many threads; it never blocks.
 */
public interface Admission {
  /**
   * Asks to be let in.
   *
   * @param patienceNanos how long the call could wait
   * @return 0 if the call is in, a positive number of nanoseconds after which it is in, or a
   *     negative number if it is refused
   */
  long tryEnter(long patienceNanos);

  /** A call that was let in has ended. */
  default void leave() {}

  /**
   * An attempt of a call that was let in has ended: what a limit that adapts itself learns from.
   *
   * @param elapsedNanos how long it took
   * @param failure what was wrong, or null for success
   */
  default void observe(long elapsedNanos, @Nullable ParleyException failure) {}

  /** Returns in words what it allows, for {@code explain()}. */
  String describe();
}
