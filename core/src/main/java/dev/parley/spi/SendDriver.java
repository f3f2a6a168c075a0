package dev.parley.spi;

import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Receipt;
import dev.parley.Topic;

/** The part of a driver for messages that go one way. */
public interface SendDriver {
  /**
   * Binds and encodes one message, once, before its first attempt.
   *
   * @throws dev.parley.ConfigurationException if the topic lacks a binding that this driver needs
   * @throws dev.parley.CodecException if the body cannot be encoded
   */
  <T> Exchange<Receipt> prepare(Topic<T> topic, Message<T> message, CallOptions options);

  /** Returns what sending twice would do if nothing was declared: what the peer is known to do. */
  default Idempotency idempotency(Topic<?> topic) {
    return topic.idempotencyOr(Idempotency.NONE);
  }

  /** Returns whether attempts complete on a thread that must not run the user's code. */
  default boolean completesOnIoThread() {
    return true;
  }
}
