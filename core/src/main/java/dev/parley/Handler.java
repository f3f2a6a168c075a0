package dev.parley;

/**
 * Works on one element. Its return acknowledges a delivery, its exception retries it.
 *
 * <p><b>Threads:</b> called on a worker, by as many at once as the options' concurrency says. It
 * may block; it is interrupted when the subscription is aborted.
 *
 * @param <E> the type of the elements
 */
@FunctionalInterface
public interface Handler<E> {
  /** Works on one element. */
  void handle(E element) throws Exception;
}
