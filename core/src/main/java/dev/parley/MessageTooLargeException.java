package dev.parley;

/** A message is larger than a limit, in or out. Never retried. */
public final class MessageTooLargeException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public MessageTooLargeException(Failure failure) {
    super(failure);
  }
}
