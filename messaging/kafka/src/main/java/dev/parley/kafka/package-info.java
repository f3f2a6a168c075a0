/**
 * Apache Kafka as a {@code SendChannel} and a {@code QueueChannel}: begin at {@link
 * dev.parley.kafka.KafkaChannel}, or open a {@code kafka:} URI.
 */
@NullMarked
package dev.parley.kafka;

import org.jspecify.annotations.NullMarked;
