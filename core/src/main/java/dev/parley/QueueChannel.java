package dev.parley;

/**
 * A channel of deliveries that must be settled: a Kafka group, AMQP, SQS, MQTT QoS 1, a webhook
 * inbox.
 */
public interface QueueChannel extends Channel {
  /**
   * Consumes; the connection is made in the background.
   *
   * @throws ConfigurationException if the options ask for what this endpoint does not have
   */
  <T> Subscription<Delivery<T>> consume(Topic<T> topic, ConsumeOptions options);

  /** Consumes with default options. */
  default <T> Subscription<Delivery<T>> consume(Topic<T> topic) {
    return consume(topic, ConsumeOptions.DEFAULT);
  }
}
