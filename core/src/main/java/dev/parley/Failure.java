package dev.parley;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The facts of one failed attempt, as a driver states them.
 *
 * @param kind what kind of failure it was
 * @param effect what it may have done at the peer
 * @param message what happened, without secrets, header values or bodies
 * @param cause the native failure, if there is one
 * @param retryAfter how long the peer asked to wait before another attempt, or null if it did not
 *     say; a negative duration asks not to try again
 */
public record Failure(
    Kind kind,
    Effect effect,
    String message,
    @Nullable Throwable cause,
    @Nullable Duration retryAfter) {

  /** Checks that the facts are there. */
  public Failure {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(effect, "effect");
    Objects.requireNonNull(message, "message");
  }

  /** Returns a failure without a cause and without a hint from the peer. */
  public static Failure of(Kind kind, Effect effect, String message) {
    return new Failure(kind, effect, message, null, null);
  }

  /** Returns the same failure with the native failure that caused it. */
  public Failure withCause(@Nullable Throwable newCause) {
    return new Failure(kind, effect, message, newCause, retryAfter);
  }

  /** Returns the same failure with how long the peer asked to wait. */
  public Failure withRetryAfter(@Nullable Duration newRetryAfter) {
    return new Failure(kind, effect, message, cause, newRetryAfter);
  }

  /** Returns the same failure with another effect. */
  public Failure withEffect(Effect newEffect) {
    return effect == newEffect ? this : new Failure(kind, newEffect, message, cause, retryAfter);
  }

  Optional<Duration> hint() {
    return Optional.ofNullable(retryAfter);
  }
}
