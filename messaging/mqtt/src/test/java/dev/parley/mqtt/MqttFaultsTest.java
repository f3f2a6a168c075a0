package dev.parley.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.parley.CallOptions;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Gap;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Overflow;
import dev.parley.OverloadedException;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.ReconnectPolicy;
import dev.parley.RemoteException;
import dev.parley.Resumed;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.fault.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The MQTT column of the fault matrix, beyond what the conformance suites check. */
class MqttFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ReconnectPolicy FAST =
      ReconnectPolicy.DEFAULT
          .base(Duration.ofMillis(10))
          .floor(Duration.ofMillis(1))
          .cap(Duration.ofMillis(50));
  private static final CallOptions PATIENT =
      CallOptions.DEFAULT.attemptTimeout(PATIENCE).deadline(PATIENCE.multipliedBy(2));

  private final String own = UUID.randomUUID().toString();
  private final Topic<String> topic = Topic.of(own + "/faults", String.class);
  private final Parley parley = Parley.create();
  private final Log log = new Log();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Mosquitto broker;
  private FaultProxy proxy;

  /** What the listener of a subscription has heard. */
  private static final class Log implements StateListener {
    final List<State> states = new CopyOnWriteArrayList<>();
    final List<Gap> gaps = new CopyOnWriteArrayList<>();
    volatile @Nullable Throwable failure;

    @Override
    public void changed(StateChange change) {
      if (change.to() == State.FAILED) {
        failure = change.cause().orElse(null); // before the state that tests wait for
      }
      states.add(change.to());
    }

    @Override
    public void resumed(Resumed resumed) {
      gaps.add(resumed.gap());
    }
  }

  @BeforeEach
  void start() {
    broker = Mosquitto.shared();
    proxy = FaultProxy.to(broker.port());
    open.add(proxy);
  }

  @AfterEach
  void close() throws Exception {
    parley.close(Duration.ofSeconds(5));
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  /** Puts a broker of this test's own behind the proxy, to be stopped and started. */
  private void ownBroker() {
    broker = Mosquitto.of("");
    open.add(broker);
    proxy.upstream(broker.address());
  }

  private void restart() {
    broker.start();
    proxy.upstream(broker.address());
  }

  /** Puts a tap before the broker. */
  private void tap(Tap.Watcher watcher) {
    Tap tap = new Tap(broker.port(), watcher);
    open.add(tap);
    proxy.upstream(
        new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), tap.port()));
  }

  private String uri() {
    return "mqtt://127.0.0.1:" + proxy.port();
  }

  private Subscription<Delivery<String>> consume() {
    return consume(MqttChannel.builder(uri()).clientId(own));
  }

  private Subscription<Delivery<String>> consume(MqttChannel.Builder builder) {
    QueueChannel channel = parley.at(uri()).provider(builder.provider()).open(QueueChannel.class);
    return channel.consume(
        topic,
        ConsumeOptions.DEFAULT.deadLetter(DeadLetter.LOG_AND_DROP).reconnect(FAST).listener(log));
  }

  private MqttChannel withOutbox(MqttOutbox outbox) {
    return MqttChannel.builder(uri()).outbox(outbox).reconnect(FAST).open(parley);
  }

  private void awaitConnections(int count) {
    await().atMost(PATIENCE).until(() -> log.gaps.size() >= count);
  }

  // ---------------------------------------------------------------- the connection

  @Test
  void RC_connectsOnceThereIsABroker() {
    proxy.refuse();
    Subscription<Delivery<String>> received = consume();
    await().atMost(PATIENCE).until(() -> log.states.contains(State.RECOVERING));
    proxy.reopen();

    awaitConnections(1);
    assertThat(received.state()).isNotEqualTo(State.FAILED);
  }

  @Test
  void RC_goesOnWithTheSessionAfterARestartOfTheBroker() throws Exception {
    ownBroker();
    Subscription<Delivery<String>> received = consume();
    awaitConnections(1);
    SendChannel sends = parley.open(uri(), SendChannel.class);
    sends.send(topic, "before");
    assertThat(received.poll(PATIENCE).orElseThrow().body())
        .isEqualTo("before"); // not acknowledged
    broker.stop();
    restart();
    awaitConnections(2);
    assertThat(log.gaps).containsOnly(Gap.NONE);
    sends.send(topic.with(dev.parley.Idempotency.IDEMPOTENT), Message.of("after"));

    List<String> bodies = new ArrayList<>();
    while (!bodies.contains("after")) {
      Delivery<String> delivery = received.poll(PATIENCE).orElseThrow();
      bodies.add(delivery.body());
      delivery.ack();
    }
    assertThat(bodies.get(0)).isEqualTo("before");
  }

  @Test
  void RC_tellsOfALossWhenTheBrokerHasForgottenTheSession() throws Exception {
    ownBroker();
    consume();
    awaitConnections(1);
    broker.close(); // as a crash does: what it knew is gone
    java.nio.file.Files.deleteIfExists(broker.folder().resolve("mosquitto.db"));
    restart();

    awaitConnections(2);
    assertThat(log.gaps).containsExactly(Gap.NONE, Gap.LOST);
  }

  @Test
  void LIV_1_noticesAPeerThatHasLostItsPower() {
    consume(MqttChannel.builder(uri()).clientId(own).keepAlive(Duration.ofSeconds(1)));
    awaitConnections(1);
    proxy.freeze();

    awaitConnections(2);
    assertThat(log.states).contains(State.RECOVERING);
  }

  @Test
  void LIV_1_asksAQuietBrokerForASignOfLife() {
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger answered = new AtomicInteger();
    tap(
        new Quiet() {
          @Override
          public boolean toBroker(Tap.Line line, Frame frame) {
            asked.addAndGet(frame.type() == 10 ? 1 : 0); // UNSUBSCRIBE
            return true;
          }

          @Override
          public boolean toClient(Tap.Line line, Frame frame) {
            answered.addAndGet(frame.type() == 11 ? 1 : 0); // UNSUBACK
            return true;
          }
        });
    parley
        .open(uri(), QueueChannel.class)
        .consume(
            topic,
            ConsumeOptions.DEFAULT
                .deadLetter(DeadLetter.LOG_AND_DROP)
                .silence(Duration.ofSeconds(2)));

    await().atMost(PATIENCE).until(() -> asked.get() > 0 && answered.get() > 0);
  }

  @Test
  void REC_1_dialsSlowerWhenConnectionsDoNotLast() {
    proxy.script(Script.always(Fault.closeAfterAccept()));
    consume();
    await().atMost(PATIENCE).until(() -> proxy.accepted() >= 5);
    proxy.clear();

    awaitConnections(1);
  }

  // ---------------------------------------------------------------- reason codes

  @ParameterizedTest
  @CsvSource({
    "0x88, TRANSIENT", "0x8B, TRANSIENT", "0xA0, TRANSIENT", "0x8D, TRANSIENT",
    "0x89, THROTTLED", "0x9F, THROTTLED", "0x97, THROTTLED", "0x96, THROTTLED",
    "0x93, THROTTLED", "0x80, PROTOCOL", "0x83, PROTOCOL", "0x86, AUTHENTICATION",
    "0x87, AUTHENTICATION", "0x8E, PERMANENT", "0x8A, PERMANENT", "0x84, PERMANENT",
    "0x85, PERMANENT", "0x8C, PERMANENT", "0x95, PERMANENT", "0x99, PERMANENT",
    "0x9B, PERMANENT", "0x9E, PERMANENT", "0xA1, PERMANENT", "0x90, PERMANENT"
  })
  void RC_ofConnectionsByTheTable(String code, Kind kind) {
    assertThat(Failures.connection(Integer.decode(code))).isEqualTo(kind);
  }

  @Test
  void RC_comesBackAfterAServerThatShutsDown() {
    afterTheFirstSubscribe(Frame.of(14, 0x8B, 0));
    Subscription<Delivery<String>> received = consume();
    await()
        .atMost(PATIENCE)
        .until(() -> log.states.contains(State.RECOVERING) && received.state() == State.OPEN);

    assertThat(log.states).doesNotContain(State.FAILED);
  }

  private void afterTheFirstSubscribe(Frame disconnect) {
    AtomicInteger subscribed = new AtomicInteger();
    tap(
        new Quiet() {
          @Override
          public boolean toClient(Tap.Line line, Frame frame) throws java.io.IOException {
            if (frame.type() == 9 && subscribed.incrementAndGet() == 1) {
              line.sendToClient(frame);
              line.sendToClient(disconnect);
              return false;
            }
            return true;
          }
        });
  }

  @Test
  void RC_failsWhenAnotherTakesTheSessionOver() {
    afterTheFirstSubscribe(Frame.of(14, 0x8E, 0));
    consume();
    await().atMost(PATIENCE).until(() -> log.states.contains(State.FAILED));

    assertThat(log.failure)
        .isInstanceOf(RemoteException.class)
        .hasMessageContaining(
            "the connection was ended with 0x8E SESSION_TAKEN_OVER; each program needs its own"
                + " clientId");
  }

  @Test
  void RC_givesUpOnABrokerThatBreaksTheProtocol() {
    tap(
        new Quiet() {
          @Override
          public boolean toClient(Tap.Line line, Frame frame) throws java.io.IOException {
            if (frame.type() == 9) {
              line.sendToClient(Frame.of(0, 1, 2, 3)); // there is no such packet
              return false;
            }
            return true;
          }
        });
    consume();
    await().atMost(PATIENCE).until(() -> log.states.contains(State.FAILED));

    assertThat(log.failure).isInstanceOf(ParleyException.class);
    assertThat(((ParleyException) log.failure).kind()).isEqualTo(Kind.PROTOCOL);
  }

  /** Forwards everything. */
  private static class Quiet implements Tap.Watcher {
    @Override
    public boolean toBroker(Tap.Line line, Frame frame) throws java.io.IOException {
      return true;
    }

    @Override
    public boolean toClient(Tap.Line line, Frame frame) throws java.io.IOException {
      return true;
    }
  }

  // ---------------------------------------------------------------- the outbox

  @Test
  void BUF_1_keepsMessagesInOrderWhileTheBrokerIsAway() throws Exception {
    ownBroker();
    Subscription<Delivery<String>> received = consume();
    awaitConnections(1);
    MqttChannel channel = withOutbox(MqttOutbox.ON);
    broker.stop();
    List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      receipts.add(channel.submit(topic, Message.of("n" + i), PATIENT));
    }
    restart();

    for (int i = 0; i < 200; i++) {
      Delivery<String> delivery = received.poll(PATIENCE).orElseThrow();
      assertThat(delivery.body()).isEqualTo("n" + i);
      delivery.ack();
    }
    assertThat(receipts)
        .allSatisfy(receipt ->
            assertThat(receipt.get(30, java.util.concurrent.TimeUnit.SECONDS).level())
                .isEqualTo(Receipt.Level.ACCEPTED_BY_PEER));
  }

  @ParameterizedTest
  @CsvSource({"FAIL, n0 n1 n2", "DROP_NEWEST, n0 n1 n2", "DROP_OLDEST, n2 n3 n4", "LATEST, n4"})
  void BUF_1_keepsWithinItsBounds(Overflow overflow, String kept) throws Exception {
    Subscription<Delivery<String>> received = consume();
    awaitConnections(1);
    proxy.refuse();
    MqttChannel channel = withOutbox(MqttOutbox.ON.limits(3, 1_000_000).overflow(overflow));
    List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      receipts.add(channel.submit(topic, Message.of("n" + i), PATIENT));
    }
    int survivors = kept.split(" ").length;
    await()
        .atMost(PATIENCE)
        .until(() -> receipts.stream().filter(CompletableFuture::isDone).count() == 5 - survivors);
    proxy.reopen();

    for (String body : kept.split(" ")) {
      Delivery<String> delivery = received.poll(PATIENCE).orElseThrow();
      assertThat(delivery.body()).isEqualTo(body);
      delivery.ack();
    }
    for (int i = 0; i < 5; i++) {
      CompletableFuture<Receipt> receipt = receipts.get(i);
      if (List.of(kept.split(" ")).contains("n" + i)) {
        receipt.get(30, java.util.concurrent.TimeUnit.SECONDS);
      } else {
        Throwable failure = catchThrowable(receipt::join);
        assertThat(failure)
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(OverloadedException.class)
            .hasMessageContaining("the outbox of 3 messages and 1000000 bytes is full");
        assertThat(((ParleyException) failure.getCause()).effect()).isEqualTo(Effect.NOT_SENT);
      }
    }
  }

  @Test
  void BUF_1_holdsNoMoreThanItMayOfAMillion() {
    proxy.refuse();
    MqttChannel channel = withOutbox(MqttOutbox.ON);
    AtomicInteger failed = new AtomicInteger();
    for (int i = 0; i < 100_000; i++) {
      CompletableFuture<?> unused =
          channel
              .submit(topic, Message.of("x"), PATIENT)
              .exceptionally(failure -> {
                failed.incrementAndGet();
                return null;
              });
    }

    await().atMost(PATIENCE).until(() -> failed.get() == 99_000);
    channel.abort();
    await().atMost(PATIENCE).until(() -> failed.get() == 100_000);
  }

  @Test
  void BUF_1_endsWhatWaitsAtItsDeadline() {
    proxy.refuse();
    MqttChannel channel = withOutbox(MqttOutbox.ON);

    Throwable failure =
        catchThrowable(() ->
            channel
                .newSend(
                    topic, Message.of("late"), CallOptions.DEFAULT.deadline(Duration.ofMillis(300)))
                .execute());

    assertThat(failure).isInstanceOf(dev.parley.DeadlineExceededException.class);
    assertThat(((ParleyException) failure).effect()).isEqualTo(Effect.NOT_SENT);
  }
}
