package dev.parley.spi;

import dev.parley.ParleyException;

/**
 * One logical call or send, bound and encoded, which can be attempted several times.
 *
 * <p>If it is also a {@link BlockingExchange}, a blocking call runs on the caller's thread.
 *
 * @param <T> the type of the result
 */
public interface Exchange<T> {
  /**
   * Starts one attempt; does not block. It ends with exactly one call of {@link Attempt#succeed} or
   * {@link Attempt#fail}; later ones are ignored. What it throws counts as {@link Attempt#fail}.
   */
  void start(Attempt<T> attempt);

  /** Returns whether another attempt can be made: the body can be sent again. */
  default boolean isReplayable() {
    return true;
  }

  /**
   * The peer refused the credentials. Renews them if it can, which may block, and returns whether
   * another attempt makes sense; asked once for each call.
   */
  default boolean renewCredentials(ParleyException refused) {
    return false;
  }

  /** Releases a result that came too late, such as a streaming body. */
  default void discard(T result) {}
}
