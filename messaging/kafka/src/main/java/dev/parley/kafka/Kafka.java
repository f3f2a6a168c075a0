package dev.parley.kafka;

import dev.parley.Binding;
import dev.parley.Topic;
import java.time.Instant;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Binds a {@link Topic} to a topic of Kafka.
 *
 * <p>Defaults: the topic's name; the partition that the key's hash says, or any without a key; the
 * time of the send.
 *
 * {@snippet class="dev.parley.kafka.KafkaSnippets" region="binding"}
 *
 * <p><b>Threads:</b> immutable.
 */
public final class Kafka implements Binding {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

  private final String topic;
  private final @Nullable Integer partition;
  private final @Nullable Instant timestamp;
  private final UnaryOperator<ProducerRecord<byte[], byte[]>> customizer;

  private Kafka(
      String topic,
      @Nullable Integer partition,
      @Nullable Instant timestamp,
      UnaryOperator<ProducerRecord<byte[], byte[]>> customizer) {
    this.topic = topic;
    this.partition = partition;
    this.timestamp = timestamp;
    this.customizer = customizer;
  }

  /**
   * Binds to a topic of this name.
   *
   * @throws dev.parley.ConfigurationException if Kafka has no such names: they are 1 to 249
   *     letters, digits, dots, underscores and hyphens
   */
  public static Kafka topic(String topic) {
    if (!NAME.matcher(topic).matches() || topic.equals(".") || topic.equals("..")) {
      throw Failures.refused(
          topic
              + " cannot be a topic of Kafka, whose names are 1 to 249 letters, digits, dots,"
              + " underscores and hyphens: bind it with Kafka.topic(\"name\")");
    }
    return new Kafka(topic, null, null, UnaryOperator.identity());
  }

  /** Sets the partition that messages go to. Defaults to what their key says. */
  public Kafka partition(int newPartition) {
    if (newPartition < 0) {
      throw new IllegalArgumentException("partition must be at least 0, but is " + newPartition);
    }
    return new Kafka(topic, newPartition, timestamp, customizer);
  }

  /** Sets the time that messages bear. Defaults to that of the send. */
  public Kafka timestamp(Instant newTimestamp) {
    Objects.requireNonNull(newTimestamp, "timestamp");
    return new Kafka(topic, partition, newTimestamp, customizer);
  }

  /** Changes the native record before it goes out. Defaults to nothing. */
  public Kafka customize(UnaryOperator<ProducerRecord<byte[], byte[]>> change) {
    Objects.requireNonNull(change, "change");
    return new Kafka(topic, partition, timestamp, change);
  }

  static Kafka of(Topic<?> topic) {
    Kafka bound = topic.binding(Kafka.class);
    return bound == null ? topic(topic.name()) : bound;
  }

  String topic() {
    return topic;
  }

  ProducerRecord<byte[], byte[]> message(byte @Nullable [] key, byte[] value) {
    return new ProducerRecord<>(
        topic, partition, timestamp == null ? null : timestamp.toEpochMilli(), key, value);
  }

  UnaryOperator<ProducerRecord<byte[], byte[]>> customizer() {
    return customizer;
  }

  @Override
  public String toString() {
    return "Kafka[" + topic + (partition == null ? "" : ", partition " + partition) + "]";
  }
}
