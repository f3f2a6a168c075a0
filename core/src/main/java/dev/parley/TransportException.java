package dev.parley;

/**
 * The connection failed: refused, reset, timed out, cut. {@link #effect()} tells whether the
 * request may have been acted on.
 */
public class TransportException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public TransportException(Failure failure) {
    super(failure);
  }
}
