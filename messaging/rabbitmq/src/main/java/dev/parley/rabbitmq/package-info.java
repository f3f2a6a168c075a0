/**
 * RabbitMQ (AMQP 0-9-1) as a {@code SendChannel}, a {@code QueueChannel} and, by direct reply-to, a
 * {@code CallChannel}: begin at {@link dev.parley.rabbitmq.RabbitMqChannel}, or open an {@code
 * amqp:} URI.
 */
package dev.parley.rabbitmq;
