package dev.parley.testkit;

import java.util.concurrent.CompletableFuture;

/**
 * How the in-memory peer answers a request when the answer comes later, or never.
 *
 * <p><b>Threads:</b> called on a worker of the caller's Parley, by many at once.
 *
 * @param <Q> the type of the request
 * @param <R> the type of the reply
 */
@FunctionalInterface
public interface MemoryLateAnswer<Q, R> {
  /**
   * Answers when the future completes. It is cancelled when the caller goes away.
   *
   * @throws Exception as {@link MemoryAnswer#answer} says; the future may fail in the same way
   */
  CompletableFuture<R> answer(MemoryRequest<Q> request) throws Exception;
}
