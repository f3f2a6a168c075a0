package dev.parley.spi;

/**
 * One connection's life of a session.
 *
 * <p><b>Threads:</b> {@link #offer} and {@link #complete} are called one at a time; the rest by
 * many.
 */
public interface DuplexLink extends PushLink {
  /**
   * Sends one message if the peer's window is open. If it returns false, {@link Inlet#writable} is
   * called once it opens.
   *
   * @throws Exception the native failure, which ends this link
   */
  boolean offer(Object message) throws Exception;

  /** Ends the outgoing direction. Does nothing where the protocol has no half-close. */
  void complete() throws Exception;
}
