package dev.parley;

import java.util.concurrent.CompletableFuture;

/**
 * One logical call: however many attempts it takes, it has one deadline, one idempotency key and
 * one result. Run it once, by {@link #execute()} or {@link #submit()}.
 *
 * <p><b>Threads:</b> {@link #cancel()} may be called from any thread.
 *
 * @param <R> the type of the reply's body
 */
public interface Call<R> {
  /**
   * Calls on this thread and waits.
   *
   * @throws ParleyException if the call failed, after the retries that are allowed
   * @throws IllegalStateException if it was run before
   */
  Reply<R> execute();

  /**
   * Calls in the background. Cancelling the future cancels the call. It completes on a worker,
   * never on an I/O thread.
   *
   * @throws IllegalStateException if it was run before
   */
  CompletableFuture<Reply<R>> submit();

  /**
   * Stops the running attempt and any retry; the call fails with {@link CallCancelledException}, a
   * future with {@link java.util.concurrent.CancellationException}.
   */
  void cancel();
}
