package dev.parley;

/**
 * Sees each attempt of all five shapes before it goes out: adds headers, refuses, and hears its
 * end.
 *
 * <p>For a call or a send an attempt is one try; for a stream, a queue or a session it is one
 * connect. Registered by {@link Parley.Builder#outermost} it is seen once for each call instead.
 *
 * {@snippet class="dev.parley.InterceptorTest" region="header"}
 *
 * <p><b>Threads:</b> called on the caller's thread or a worker, by many at once; it should not
 * block for long.
 */
@FunctionalInterface
public interface Interceptor {
  /**
   * Looks at what goes out.
   *
   * @throws ParleyException to refuse it; nothing is sent then
   */
  void intercept(Outgoing outgoing);
}
