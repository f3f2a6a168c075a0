package dev.parley.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** What a builder or an address says. Not changed once a driver has it. */
final class KafkaSettings {
  /** How long one look for a topic or for room may block; longer waits are made of several. */
  static final Duration LOOK = Duration.ofMillis(500);

  @Nullable String group;
  String clientId = "parley";
  String start = "earliest";
  Duration connectTimeout = Duration.ofSeconds(10);
  Duration deliveryTimeout = Duration.ofSeconds(30);
  Duration revokeDrain = Duration.ofSeconds(30);
  final Map<String, Object> properties = new HashMap<>();
  UnaryOperator<Map<String, Object>> customizer = UnaryOperator.identity();

  KafkaSettings copy() {
    KafkaSettings copy = new KafkaSettings();
    copy.group = group;
    copy.clientId = clientId;
    copy.start = start;
    copy.connectTimeout = connectTimeout;
    copy.deliveryTimeout = deliveryTimeout;
    copy.revokeDrain = revokeDrain;
    copy.properties.putAll(properties);
    copy.customizer = customizer;
    return copy;
  }

  /** Returns the properties of a producer: nothing is lost or doubled by its own resending. */
  Map<String, Object> ofProducer(String servers) {
    Map<String, Object> all = common(servers);
    all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, LOOK.toMillis());
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) deliveryTimeout.toMillis());
    all.put(
        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
        (int) Math.max(1, Math.min(10_000, deliveryTimeout.toMillis() / 2)));
    return customizer.apply(all);
  }

  /** Returns the properties of a consumer: the engine alone decides what is settled. */
  Map<String, Object> ofConsumer(String servers, String inGroup, int maxUnsettled) {
    Map<String, Object> all = common(servers);
    all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    all.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.max(1, Math.min(500, maxUnsettled)));
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    Map<String, Object> customized = customizer.apply(all);
    customized.put(ConsumerConfig.GROUP_ID_CONFIG, inGroup);
    customized.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    customized.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"); // KafkaLink does, and tells
    return customized;
  }

  private Map<String, Object> common(String servers) {
    Map<String, Object> all = new HashMap<>();
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
    all.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
    all.put(
        CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, connectTimeout.toMillis());
    all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    all.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
    all.putAll(properties);
    return all;
  }
}
