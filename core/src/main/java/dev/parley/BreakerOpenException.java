package dev.parley;

/** The circuit breaker of the target is open, so nothing was sent. */
public final class BreakerOpenException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public BreakerOpenException(Failure failure) {
    super(failure);
  }
}
