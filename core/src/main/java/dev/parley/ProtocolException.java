package dev.parley;

/** The peer broke its protocol: a malformed, truncated or impossible answer. */
public class ProtocolException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public ProtocolException(Failure failure) {
    super(failure);
  }
}
