package dev.parley.spi;

import dev.parley.ParleyException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

  /**
   * Returns a hash of all that makes the peer act, such as method, address and body, or null, the
   * default, if there is none. A key of the caller's that goes out with another one is refused
   * before anything is sent.
   */
  default byte @Nullable [] fingerprint() {
    return null;
  }

  /**
   * Returns how long the peer remembers an idempotency key; after that it would act again. Defaults
   * to 24 h.
   */
  default Duration keyLifetime() {
    return Duration.ofHours(24);
  }

  /** Releases a result that came too late, such as a streaming body. */
  default void discard(T result) {}
}
