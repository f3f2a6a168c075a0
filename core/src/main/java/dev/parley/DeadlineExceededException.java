package dev.parley;

/**
 * The deadline of the whole call has passed. The cause is the failure of the last attempt, if one
 * had failed before.
 */
public final class DeadlineExceededException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public DeadlineExceededException(Failure failure) {
    super(failure);
  }
}
