package dev.parley.spi;

import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Operation;

/** The part of a driver for request and reply. */
public interface CallDriver {
  /**
   * Binds and encodes one logical call, once, before its first attempt.
   *
   * @throws dev.parley.ConfigurationException if the operation has no binding for this driver
   * @throws dev.parley.CodecException if the request cannot be encoded
   */
  <Q, R> Exchange<Answer<R>> prepare(Operation<Q, R> operation, Q request, CallOptions options);

  /** Returns what a repetition would do if nothing was declared: what the binding's verb tells. */
  default Idempotency idempotency(Operation<?, ?> operation) {
    return operation.idempotencyOr(Idempotency.NONE);
  }

  /**
   * Returns whether attempts complete on a thread that must not run the user's code, so that the
   * engine hands their results over to a worker. Defaults to true.
   */
  default boolean completesOnIoThread() {
    return true;
  }
}
