package dev.parley.spi;

import dev.parley.Context;
import dev.parley.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One try of an {@link Exchange}, as the engine hands it to the driver.
 *
 * <p>The engine owns the time: when the attempt's limit passes, or the call is cancelled, it runs
 * what was given to {@link #onCancel}, and the driver stops the exchange there.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @param <T> the type of the result
 */
public interface Attempt<T> {
  /** Returns its number, 1 for the first. */
  int number();

  /** Returns the headers that go out, the interceptors' among them. */
  Headers headers();

  /** Returns the idempotency key that goes out, or null if there is none. */
  @Nullable String idempotencyKey();

  /** Returns the context of the caller, whose deadline is that of the call. */
  Context context();

  /** Returns the time this attempt may take, in nanoseconds. */
  long timeoutNanos();

  /**
   * Says that from now on the peer may see the request. Call it before the first byte of the
   * request may leave: a failure before it is NOT_SENT, one after it is POSSIBLE.
   */
  void sent();

  /** Says that the peer has not seen the request after all, as it proved. */
  void notProcessed();

  /** Sets what stops the attempt; run at once if it was cancelled already. The last one counts. */
  void onCancel(Runnable stop);

  /** Returns whether it was cancelled or timed out. */
  boolean isCancelled();

  /** Ends it with its result. */
  void succeed(T result);

  /** Ends it with a native failure. */
  void fail(Throwable failure);
}
