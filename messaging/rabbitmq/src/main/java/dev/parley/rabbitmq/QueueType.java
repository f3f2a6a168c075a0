package dev.parley.rabbitmq;

/** What kind of queue {@link RabbitMq#declareQueue} declares. */
public enum QueueType {
  /** Durable, on one node of the broker. */
  CLASSIC,
  /** Durable, replicated, and it counts deliveries: {@code Delivery.attempt()} is exact. */
  QUORUM,
  /**
   * The subscription's own: the broker names it, and deletes it with the connection. After each
   * reconnect it is a new one, and {@link dev.parley.Resumed} says {@link dev.parley.Gap#LOST}.
   */
  TEMPORARY
}
