package dev.parley;

/**
 * The call was cancelled by {@link Call#cancel()}. {@link #effect()} tells whether the peer may
 * have acted on it.
 */
public final class CallCancelledException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public CallCancelledException(Failure failure) {
    super(failure);
  }
}
