package dev.parley.spi;

/**
 * One connection's life of a {@link PushSource}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public interface PushLink extends Link {
  /**
   * Allows this many more messages. A source without back pressure may send more; what does not fit
   * then overflows by the policy of the options.
   */
  void request(int more);
}
