package dev.parley;

/**
 * The peer's certificate is not trusted, has expired, or is not for its name. Permanent: nothing
 * was sent, and no further attempt is made.
 */
public final class UntrustedPeerException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public UntrustedPeerException(Failure failure) {
    super(failure);
  }
}
