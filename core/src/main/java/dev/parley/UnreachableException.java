package dev.parley;

/**
 * The peer could not be reached, so nothing was sent: unresolved name, connection refused, connect
 * timeout, failed TLS handshake, proxy failure.
 */
public final class UnreachableException extends TransportException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public UnreachableException(Failure failure) {
    super(failure);
  }
}
