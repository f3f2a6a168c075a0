package dev.parley;

/**
 * The peer may or may not have acted on a call that must not be repeated blindly.
 *
 * <p>It ends a call of an operation that is {@link Idempotency#NONE} when an attempt failed with
 * {@link Effect#POSSIBLE}: sent again, it might act twice. The cause is the failure of the last
 * attempt. Ask the peer for its state; or, if the call carried an {@link #idempotencyKey()} that
 * the peer honours, repeat it with the same key.
 */
public final class AmbiguousOutcomeException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public AmbiguousOutcomeException(Failure failure) {
    super(failure);
  }
}
