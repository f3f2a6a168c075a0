package dev.parley.kafka;

import dev.parley.Channel;
import dev.parley.CodecException;
import dev.parley.Idempotency;
import dev.parley.Parley;
import dev.parley.Topic;
import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.PeerScript;
import dev.parley.testkit.conformance.ProxyTroubles;
import dev.parley.testkit.conformance.QueueHarness;
import dev.parley.testkit.conformance.SendHarness;
import dev.parley.testkit.conformance.Trouble;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A real broker behind a fault proxy. What has arrived is what its log holds, read whenever it is
 * asked for. It cannot be told to answer otherwise, and repairs lost connections and replies by
 * itself, which {@link KafkaFaultsTest} shows.
 */
final class KafkaHarness implements SendHarness, QueueHarness {
  private static final int PARTITIONS = 2;

  private final Broker broker = Broker.shared();
  private final String own = UUID.randomUUID().toString();
  private final ProxyTroubles troubles = new ProxyTroubles(broker.proxy());
  private final PeerScript script = new PeerScript();
  private final KafkaConsumer<byte[], byte[]> log; // guarded by itself
  private final Producer<String, byte[]> other;
  private final List<TopicPartition> partitions;
  private Map<String, String> lastHeaders = Map.of(); // guarded by log

  KafkaHarness() throws Exception {
    broker.create(own, PARTITIONS);
    partitions = List.of(new TopicPartition(own, 0), new TopicPartition(own, 1));
    log =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.direct()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    log.assign(partitions);
    log.seekToBeginning(partitions);
    other =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.direct()),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  // ---------------------------------------------------------------- any harness

  @Override
  public String adapter() {
    return "kafka";
  }

  @Override
  public String uri() {
    return "kafka://" + broker.proxied() + "?group=notes-" + own + "&revokeDrain=2s";
  }

  // The client's own back-off is longer than some tests are patient.
  private KafkaChannel.Builder builder() {
    return KafkaChannel.builder(uri())
        .group("notes-" + own)
        .revokeDrain(Duration.ofSeconds(2))
        .property("reconnect.backoff.ms", 20)
        .property("reconnect.backoff.max.ms", 100);
  }

  @Override
  public <C extends Channel> C open(Parley parley, Class<C> capability) {
    return parley.at("kafka://" + broker.proxied()).provider(builder().provider()).open(capability);
  }

  @Override
  public PeerScript script() {
    synchronized (log) {
      Map<TopicPartition, Long> ends = log.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> log.position(end.getKey()) < end.getValue())) {
        log.poll(Duration.ofMillis(100)).forEach(this::arrived);
      }
    }
    return script;
  }

  private void arrived(ConsumerRecord<byte[], byte[]> message) {
    Map<String, String> headers = new HashMap<>();
    for (Header header : message.headers()) {
      headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
    }
    lastHeaders = headers;
    try {
      Act unused = script.arrived(Note.of(message.value()), headers.get(Names.IDEMPOTENCY_KEY));
    } catch (CodecException e) {
      // Published as something else.
    }
  }

  @Override
  public Set<Act.Kind> acts() {
    return EnumSet.of(Act.Kind.ECHO);
  }

  @Override
  public Set<Trouble> troubles() {
    return EnumSet.of(Trouble.REFUSE, Trouble.CUT, Trouble.STALL);
  }

  // A producer waits for a broker that refuses; ChaosTest has that, with more patience.
  @Override
  public Set<Trouble> randomTroubles() {
    return EnumSet.of(Trouble.CUT);
  }

  @Override
  public void cause(Trouble trouble) {
    troubles.cause(trouble);
  }

  @Override
  public void heal() {
    troubles.heal();
  }

  @Override
  public boolean carriesHints() {
    return false;
  }

  @Override
  public boolean reconnectsItself() {
    return true;
  }

  @Override
  public boolean acceptsAnyType() {
    return true; // Jackson
  }

  @Override
  public boolean carriesHeaders() {
    return true;
  }

  @Override
  public Optional<String> lastHeader(String name) {
    PeerScript unusedSinceItReads = script();
    synchronized (log) {
      return lastHeaders.entrySet().stream()
          .filter(each -> each.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .findFirst();
    }
  }

  @Override
  public boolean isOwnThread(Thread thread) {
    return Broker.isOwnThread(thread);
  }

  @Override
  public <C extends Channel> Optional<C> openCustomized(
      Parley parley, Class<C> capability, Runnable customizer) {
    KafkaChannel.Builder builder =
        builder()
            .customize(properties -> {
              customizer.run();
              return properties;
            });
    return Optional.of(
        parley.at("kafka://" + broker.proxied()).provider(builder.provider()).open(capability));
  }

  @Override
  public void close() {
    synchronized (log) {
      log.close();
    }
    other.close();
  }

  // ---------------------------------------------------------------- sends

  @Override
  public Topic<Note> topic(Idempotency idempotency) {
    return Topic.of("notes", Note.class)
        .with(idempotency)
        .bind(Kafka.topic(own).partition(0)); // one order
  }

  @Override
  public Optional<Topic<Note>> unboundTopic() {
    return Optional.of(Topic.of("no topic/of Kafka", Note.class));
  }

  @Override
  public Optional<Class<?>> nativeReceipt() {
    return Optional.of(RecordMetadata.class);
  }

  // ---------------------------------------------------------------- queues

  @Override
  public Topic<Note> queue() {
    return Topic.of("queue", Note.class).bind(Kafka.topic(own));
  }

  @Override
  public void publish(Note note, @Nullable String key) {
    publish(note.toBytes(), key);
  }

  @Override
  public void publishGarbage() {
    publish("not a note".getBytes(StandardCharsets.UTF_8), null);
  }

  private void publish(byte[] value, @Nullable String key) {
    Integer partition = key == null ? 0 : null;
    ProducerRecord<String, byte[]> message = new ProducerRecord<>(own, partition, key, value);
    message.headers().add(Names.CONTENT_TYPE, Note.CONTENT_TYPE.getBytes(StandardCharsets.UTF_8));
    try {
      other.send(message).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int backlog() {
    try {
      Map<TopicPartition, OffsetAndMetadata> settled =
          broker
              .admin()
              .listConsumerGroupOffsets("notes-" + own)
              .partitionsToOffsetAndMetadata()
              .get();
      Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
      partitions.forEach(partition -> ends.put(partition, OffsetSpec.latest()));
      long backlog = 0;
      for (var end : broker.admin().listOffsets(ends).all().get().entrySet()) {
        OffsetAndMetadata offset = settled.get(end.getKey());
        backlog += end.getValue().offset() - (offset == null ? 0 : offset.offset());
      }
      return (int) backlog;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean countsAttempts() {
    return false;
  }

  @Override
  public boolean hasGroups() {
    return true;
  }

  @Override
  public Optional<Class<?>> nativeMessage() {
    return Optional.of(ConsumerRecord.class);
  }

  @Override
  public Optional<Topic<Note>> unboundQueue() {
    return Optional.of(Topic.of("no topic/of Kafka", Note.class));
  }
}
