package dev.parley.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.CallOptions;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.Receipt;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.UnreachableException;
import dev.parley.testkit.fault.Direction;
import dev.parley.testkit.fault.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The column KAF of the fault matrix, and what is Kafka's own. */
@Timeout(180) // each of its waits may take as long as a test otherwise
class KafkaFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(50);
  private static final CallOptions PATIENT =
      CallOptions.DEFAULT.deadline(Duration.ofSeconds(55)).attemptTimeout(PATIENCE);

  private final Broker broker = Broker.shared();
  private final String own = UUID.randomUUID().toString();
  private final Topic<String> topic = Topic.of(own, String.class);
  private final List<Gap> gaps = new CopyOnWriteArrayList<>();
  private final List<State> states = new CopyOnWriteArrayList<>();
  private final Parley parley = Parley.create();
  private KafkaChannel channel;

  @BeforeEach
  void open() throws Exception {
    broker.create(own, 2);
    channel = builder().open(parley);
  }

  @AfterEach
  void close() {
    broker.proxy().clear();
    parley.close(Duration.ofSeconds(5));
  }

  private KafkaChannel.Builder builder() {
    return KafkaChannel.builder("kafka://" + broker.proxied())
        .group(own)
        .property("reconnect.backoff.max.ms", 200);
  }

  private ConsumeOptions options() {
    return ConsumeOptions.DEFAULT
        .deadLetter(DeadLetter.LOG_AND_DROP)
        .reconnect(ReconnectPolicy.DEFAULT.base(Duration.ofMillis(20)).cap(Duration.ofMillis(200)))
        .listener(
            new StateListener() {
              @Override
              public void changed(StateChange change) {
                states.add(change.to());
              }

              @Override
              public void resumed(Resumed resumed) {
                gaps.add(resumed.gap());
              }
            });
  }

  private Receipt send(String body) {
    return channel.newSend(topic, Message.of(body), PATIENT).execute().body();
  }

  private Receipt send(Kafka binding, Message<String> message) {
    return channel.newSend(topic.bind(binding), message, PATIENT).execute().body();
  }

  private long held(int partition) throws Exception {
    TopicPartition place = new TopicPartition(own, partition);
    return broker
        .admin()
        .listOffsets(Map.of(place, OffsetSpec.latest()))
        .all()
        .get()
        .get(place)
        .offset();
  }

  private long settled(int partition) throws Exception {
    OffsetAndMetadata offset =
        broker
            .admin()
            .listConsumerGroupOffsets(own)
            .partitionsToOffsetAndMetadata()
            .get()
            .get(new TopicPartition(own, partition));
    return offset == null ? 0 : offset.offset();
  }

  private static List<String> take(Subscription<Delivery<String>> received, int count)
      throws Exception {
    List<String> bodies = new ArrayList<>();
    while (bodies.size() < count) {
      Delivery<String> delivery = received.poll(PATIENCE).orElseThrow();
      bodies.add(delivery.body());
      delivery.ack();
    }
    return bodies;
  }

  // ---------------------------------------------------------------- sends

  @Test
  void KAF_holdsOneRecordWhenTheReplyIsCut() throws Exception {
    Kafka one = Kafka.topic(own).partition(0);
    send(one, Message.of("first"));
    broker.proxy().arm(Fault.resetAfter(Direction.TO_CLIENT, 0));
    send(one, Message.of("second"));

    assertThat(held(0)).isEqualTo(2);
  }

  @Test
  void KAF_failsAsUnreachableWhenRefused_andBlocksNoCaller() {
    broker.proxy().refuse();
    broker.proxy().cutAll();
    CompletableFuture<Receipt> submitted =
        channel.submit(topic, Message.of("hello"), CallOptions.DEFAULT);

    assertThat(submitted)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(UnreachableException.class);
  }

  @Test
  void KAF_sendsWhatWaitedForTheBroker() throws Exception {
    send("before");
    broker.proxy().refuse();
    broker.proxy().cutAll();
    CompletableFuture<Receipt> waiting = channel.submit(topic, Message.of("after"), PATIENT);
    broker.proxy().reopen();

    assertThat(waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).remoteId()).isPresent();
    assertThat(held(0) + held(1)).isEqualTo(2);
  }

  @Test
  void KAF_goesOnAfterARestartOfTheBroker() throws Exception {
    Subscription<Delivery<String>> received = channel.consume(topic, options());
    send("before");
    assertThat(take(received, 1)).containsExactly("before");
    broker.restart();
    send("after");

    assertThat(take(received, 1)).containsExactly("after");
    assertThat(states).doesNotContain(State.FAILED);
    assertThat(gaps).containsOnly(Gap.NONE);
  }

  @Test
  void KAF_replacesAProducerThatIsGoodForNothingAnyMore() {
    send("before");
    channel.unwrap(Producer.class).orElseThrow().close();

    assertThat(send("after").remoteId()).isPresent();
  }

  @Test
  void KAF_putsKeyHeadersPartitionAndTimeIntoTheRecord() throws Exception {
    Instant yesterday = Instant.parse("2026-11-20T10:00:00Z");
    Receipt receipt =
        send(
            Kafka.topic(own).partition(1).timestamp(yesterday),
            Message.builder("hello").key("k").id("m-1").header("x-note", "Grüße").build());
    Delivery<String> delivery = channel.consume(topic, options()).poll(PATIENCE).orElseThrow();
    ConsumerRecord<?, ?> nativeMessage = delivery.unwrap(ConsumerRecord.class).orElseThrow();

    assertThat(receipt.remoteId()).contains(own + "-1@0");
    assertThat(receipt.unwrap(RecordMetadata.class)).isPresent();
    assertThat(nativeMessage.partition()).isEqualTo(1);
    assertThat(nativeMessage.timestamp()).isEqualTo(yesterday.toEpochMilli());
    assertThat(delivery.key()).contains("k");
    assertThat(delivery.id()).contains("m-1");
    assertThat(delivery.headers().first("x-note")).contains("Grüße");
    delivery.ack();
  }

  // ---------------------------------------------------------------- queues

  @Test
  void KAF_beginsWhenThereIsABroker() throws Exception {
    send("hello");
    broker.proxy().refuse();
    broker.proxy().cutAll();
    Subscription<Delivery<String>> received =
        builder().connectTimeout(Duration.ofSeconds(3)).open(parley).consume(topic, options());
    await().atMost(PATIENCE).until(() -> states.contains(State.RECOVERING));
    broker.proxy().reopen();

    assertThat(take(received, 1)).containsExactly("hello");
  }

  @Test
  void KAF_1_keepsItsPartitionsWhileAHandlerIsSlow() throws Exception {
    KafkaChannel hasty =
        builder()
            .property("max.poll.interval.ms", 3_000)
            .property("session.timeout.ms", 3_000)
            .property("heartbeat.interval.ms", 500)
            .open(parley);
    CountDownLatch longEnough = new CountDownLatch(1);
    List<String> handled = new CopyOnWriteArrayList<>();
    Subscription<Delivery<String>> received = hasty.consume(topic, options().maxUnsettled(1));
    CompletableFuture<Void> unused =
        received.start(delivery -> {
          boolean unusedSinceItIsTime = longEnough.await(5, TimeUnit.SECONDS);
          handled.add(delivery.body());
        });
    send("slow");
    await().atMost(PATIENCE).until(() -> handled.size() == 1);
    await().atMost(PATIENCE).until(() -> settled(0) + settled(1) == 1);

    assertThat(handled).containsExactly("slow");
  }

  @Test
  void KAF_1_drainsPartitionsThatGoToAnotherMember() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    List<String> first = new CopyOnWriteArrayList<>();
    List<String> second = new CopyOnWriteArrayList<>();
    ConsumeOptions both = options().concurrency(2).ordering(dev.parley.Ordering.BY_PARTITION);
    CompletableFuture<Void> unusedOne =
        channel
            .consume(topic, both)
            .start(delivery -> {
              first.add(delivery.body());
              goOn.await();
            });
    send(Kafka.topic(own).partition(0), Message.of("p0"));
    send(Kafka.topic(own).partition(1), Message.of("p1"));
    await().atMost(PATIENCE).until(() -> first.size() == 2);
    Subscription<Delivery<String>> joining = channel.consume(topic, both);
    CompletableFuture<Void> unusedTwo = joining.start(delivery -> second.add(delivery.body()));
    await().atMost(PATIENCE).until(() -> joining.state() == State.OPEN);
    goOn.countDown();
    await().atMost(PATIENCE).until(() -> settled(0) == 1 && settled(1) == 1);
    int number = 0;
    while (second.isEmpty()) {
      send(Kafka.topic(own).partition(number % 2), Message.of("n" + number++));
    }
    int sent = number;
    await().atMost(PATIENCE).until(() -> first.size() + second.size() == 2 + sent);

    assertThat(second).doesNotContain("p0", "p1");
  }

  @Test
  void KAF_tellsOfALossWhenTheBrokerHasDeletedWhatWasNext() throws Exception {
    Kafka one = Kafka.topic(own).partition(0);
    for (int i = 0; i < 3; i++) {
      send(one, Message.of("n" + i));
    }
    Subscription<Delivery<String>> first = channel.consume(topic, options());
    assertThat(take(first, 1)).containsExactly("n0");
    first.close();
    broker
        .admin()
        .deleteRecords(Map.of(new TopicPartition(own, 0), RecordsToDelete.beforeOffset(2)))
        .all()
        .get();
    gaps.clear();

    assertThat(take(channel.consume(topic, options()), 1)).containsExactly("n2");
    assertThat(gaps).startsWith(Gap.NONE).contains(Gap.LOST);
  }

  @Test
  void KAF_beginsAtThePositionAskedFor_andGoesOnFromWhatIsSettled() throws Exception {
    Kafka one = Kafka.topic(own).partition(0);
    for (int i = 0; i < 4; i++) {
      send(one, Message.of("n" + i));
    }
    Position from = Position.of(Map.of(own + "-0", "2"));
    Subscription<Delivery<String>> replayed = channel.consume(topic, options().from(from));
    assertThat(take(replayed, 1)).containsExactly("n2");
    replayed.close();

    assertThat(replayed.position()).contains(Position.of(Map.of(own + "-0", "3")));
    assertThat(take(channel.consume(topic, options()), 1)).containsExactly("n3");
  }

  @Test
  void KAF_isSetToLoseNothing() {
    assertThat(builder().settings().ofConsumer("x", "y", 1))
        .containsEntry("isolation.level", "read_committed");
    assertThat(builder().settings().ofProducer("x"))
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true);
  }
}
