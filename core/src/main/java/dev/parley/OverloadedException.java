package dev.parley;

/** A local limit (rate limiter, bulkhead, bounded buffer) refused the call, so nothing was sent. */
public final class OverloadedException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public OverloadedException(Failure failure) {
    super(failure);
  }
}
