package dev.parley.spi;

/**
 * An exchange whose attempts can also run on the caller's thread, without a hop.
 *
 * @param <T> the type of the result
 */
public interface BlockingExchange<T> extends Exchange<T> {
  /**
   * Makes one attempt and waits for it. {@link Attempt#onCancel} must make it return: that is how
   * timeouts and cancels reach it.
   *
   * @throws Exception the native failure
   */
  T execute(Attempt<T> attempt) throws Exception;
}
