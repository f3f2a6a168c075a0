package dev.parley.testkit;

import dev.parley.Effect;
import dev.parley.Kind;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The native failure of the {@link MemoryTransport}: what a scripted peer throws to answer "no",
 * and what the engine sees when a scripted fault strikes.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class MemoryException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final Effect effect;
  private final Origin origin;
  private final @Nullable Duration retryAfter;

  private MemoryException(
      Kind kind,
      Effect effect,
      String message,
      Origin origin,
      @Nullable Throwable cause,
      @Nullable Duration retryAfter) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.effect = Objects.requireNonNull(effect, "effect");
    this.origin = origin;
    this.retryAfter = retryAfter;
  }

  /**
   * Returns an answer "no" of the peer; the caller sees it as a {@link dev.parley.RemoteException}.
   *
   * @param kind what kind of failure it is
   * @param effect {@link Effect#NOT_PROCESSED} if the peer proves that it did not act, else {@link
   *     Effect#POSSIBLE}
   * @param message what happened
   * @throws IllegalArgumentException if the effect is NOT_SENT: who answers has heard the question;
   *     {@link MemoryFaults#refuse} is for that
   */
  public static MemoryException of(Kind kind, Effect effect, String message) {
    if (effect == Effect.NOT_SENT) {
      throw new IllegalArgumentException(
          "a peer that answers has heard the question, so that the effect cannot be NOT_SENT; use"
              + " faults().refuse(…)");
    }
    return new MemoryException(kind, effect, message, Origin.PEER, null, null);
  }

  static MemoryException refused(String endpoint) {
    return new MemoryException(
        Kind.TRANSIENT,
        Effect.NOT_SENT,
        "the connection to " + endpoint + " was refused",
        Origin.REFUSAL,
        null,
        null);
  }

  /** The peer's code threw what says nothing of effect and kind. */
  static MemoryException internalError(Throwable thrown) {
    return thrown instanceof MemoryException known
        ? known
        : new MemoryException(
            Kind.TRANSIENT,
            Effect.POSSIBLE,
            "the peer failed with " + thrown.getClass().getSimpleName(),
            Origin.PEER,
            thrown,
            null);
  }

  static MemoryException cut(String what) {
    return new MemoryException(Kind.TRANSIENT, Effect.POSSIBLE, what, Origin.NETWORK, null, null);
  }

  /** Returns the same failure with how long the peer asks to wait; negative for "never again". */
  public MemoryException retryAfter(Duration newRetryAfter) {
    Objects.requireNonNull(newRetryAfter, "newRetryAfter");
    return new MemoryException(kind, effect, message(), origin, getCause(), newRetryAfter);
  }

  /** Returns what kind of failure it is. */
  public Kind kind() {
    return kind;
  }

  /** Returns what the peer may have done. */
  public Effect effect() {
    return effect;
  }

  /** Returns how long the peer asks to wait, or null if it does not say. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  String message() {
    return Objects.requireNonNullElse(getMessage(), "");
  }

  Origin origin() {
    return origin;
  }

  /** Who failed. */
  enum Origin {
    PEER,
    NETWORK,
    REFUSAL
  }
}
