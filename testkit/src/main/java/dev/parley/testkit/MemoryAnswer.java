package dev.parley.testkit;

import org.jspecify.annotations.Nullable;

/**
 * How the in-memory peer answers a request.
 *
 * <p><b>Threads:</b> called on a worker of the caller's Parley, by many at once. It may block.
 *
 * @param <Q> the type of the request
 * @param <R> the type of the reply
 */
@FunctionalInterface
public interface MemoryAnswer<Q, R> {
  /**
   * Answers.
   *
   * @param request the decoded request; null for an operation without one
   * @throws MemoryException to answer "no" with a kind, an effect and a hint
   * @throws Exception anything else counts as the peer's internal error: transient, and it may have
   *     acted
   */
  @Nullable R answer(Q request) throws Exception;
}
