package dev.parley;

/**
 * The calling thread was interrupted while it waited. Its interrupt flag is set again and no
 * further attempt is made.
 */
public final class CommunicationInterruptedException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public CommunicationInterruptedException(Failure failure) {
    super(failure);
  }
}
