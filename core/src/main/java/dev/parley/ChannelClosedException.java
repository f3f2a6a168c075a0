package dev.parley;

/**
 * The channel, subscription or session was closed, so nothing was sent; or it was aborted before
 * the answer came.
 */
public final class ChannelClosedException extends ParleyException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception that states these facts. */
  public ChannelClosedException(Failure failure) {
    super(failure);
  }
}
