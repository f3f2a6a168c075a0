package dev.parley.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's clients as their users have them: callbacks of an idempotent producer, and a thread that
 * polls and commits what it polled.
 */
final class KafkaClient extends MessageClient {
  private static final Duration STEP = Duration.ofMillis(100);

  private final String servers;
  private final Producer<byte[], byte[]> producer;
  private final ProducerRecord<byte[], byte[]> message;
  private final Thread poller = new Thread(this::poll, "poller");
  private volatile boolean closed;

  KafkaClient(int port, String topic, byte[] payload) {
    servers = servers(port);
    producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.LINGER_MS_CONFIG,
                0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    message = new ProducerRecord<>(topic, payload);
  }

  /** Makes a topic of one partition. */
  static void create(int port, String topic) throws Exception {
    try (Admin admin =
        Admin.create(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers(port)))) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
  }

  private static String servers(int port) {
    return "127.0.0.1:" + port;
  }

  @Override
  void consume() {
    poller.start();
  }

  private void poll() {
    try (Consumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ConsumerConfig.GROUP_ID_CONFIG,
                message.topic(),
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(message.topic()));
      while (!closed) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(STEP);
        records.forEach(each -> consumed());
        if (!records.isEmpty()) {
          consumer.commitAsync();
        }
      }
    }
  }

  @Override
  void publish() {
    var unused = producer.send(message, (done, failure) -> published(failure));
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    poller.join();
    producer.close();
  }
}
