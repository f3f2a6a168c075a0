package dev.parley;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One step in the life of a channel, subscription or session.
 *
 * @param from the state before
 * @param to the state now
 * @param failure why, if a failure was the reason
 * @param attempt how many connects in a row have failed
 * @param retryDelay how long until the next connect, if one is planned
 */
public record StateChange(
    State from,
    State to,
    @Nullable ParleyException failure,
    int attempt,
    @Nullable Duration retryDelay) {

  /** Returns why, if a failure was the reason. */
  public Optional<ParleyException> cause() {
    return Optional.ofNullable(failure);
  }

  /** Returns how long until the next connect, if one is planned. */
  public Optional<Duration> nextAttemptIn() {
    return Optional.ofNullable(retryDelay);
  }
}
