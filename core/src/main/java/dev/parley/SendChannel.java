package dev.parley;

import java.util.concurrent.CompletableFuture;

/**
 * A channel of messages that go one way: Kafka, MQTT, AMQP, SQS, webhooks out.
 *
 * <p>A send returns when the peer has taken responsibility, as far as {@link Receipt#level()} says.
 */
public interface SendChannel extends Channel {
  /**
   * Sends a message and waits for its receipt, with the channel's default options.
   *
   * @throws ParleyException if it failed, after the retries that are allowed
   */
  default <T> Receipt send(Topic<T> topic, Message<T> message) {
    return newSend(topic, message, defaultOptions()).execute().body();
  }

  /** Sends a body without headers or key, and waits for its receipt. */
  default <T> Receipt send(Topic<T> topic, T body) {
    return send(topic, Message.of(body));
  }

  /** Sends a message in the background, with the channel's default options. */
  default <T> CompletableFuture<Receipt> submit(Topic<T> topic, Message<T> message) {
    return submit(topic, message, defaultOptions());
  }

  /** Sends a message in the background. Cancelling the future cancels the send. */
  <T> CompletableFuture<Receipt> submit(Topic<T> topic, Message<T> message, CallOptions options);

  /**
   * Prepares one send; nothing is sent yet.
   *
   * @throws ConfigurationException if the topic has no binding where this channel needs one
   */
  <T> Call<Receipt> newSend(Topic<T> topic, Message<T> message, CallOptions options);

  /** Returns the options of a send that names none. */
  CallOptions defaultOptions();
}
