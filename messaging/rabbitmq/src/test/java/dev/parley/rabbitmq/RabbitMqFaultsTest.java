package dev.parley.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import dev.parley.CallOptions;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Gap;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.OverloadedException;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.ReconnectPolicy;
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
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The AMQP column of the fault matrix, beyond what the conformance suites check. */
class RabbitMqFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(50);
  private static final ReconnectPolicy FAST =
      ReconnectPolicy.DEFAULT
          .base(Duration.ofMillis(10))
          .floor(Duration.ofMillis(1))
          .cap(Duration.ofMillis(50));
  private static final CallOptions PATIENT =
      CallOptions.DEFAULT.attemptTimeout(PATIENCE).deadline(PATIENCE.multipliedBy(2));

  // Made before the test's time begins to count: the first start may install it.
  private final Broker broker = Broker.shared();

  private final String own = UUID.randomUUID().toString();
  private final Topic<String> topic =
      Topic.of(own, String.class)
          .with(Idempotency.IDEMPOTENT)
          .bind(RabbitMq.queue(own).declareQueue(QueueType.CLASSIC).argument("x-expires", 600_000));
  private final Parley parley = Parley.create();
  private final Log log = new Log();
  private final List<AutoCloseable> open = new ArrayList<>();
  private FaultProxy proxy;

  /** What the listener of a subscription has heard. */
  private static final class Log implements StateListener {
    final List<State> states = new CopyOnWriteArrayList<>();
    final List<Gap> gaps = new CopyOnWriteArrayList<>();
    volatile @Nullable ParleyException failure;

    @Override
    public void changed(StateChange change) {
      states.add(change.to());
      if (change.to() == State.FAILED) {
        failure = change.failure();
      }
    }

    @Override
    public void resumed(Resumed resumed) {
      gaps.add(resumed.gap());
    }
  }

  @BeforeEach
  void start() {
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

  /** Puts a tap before the broker. */
  private Tap tap(Tap.Watcher watcher) {
    Tap tap = new Tap(broker.port(), watcher);
    open.add(tap);
    proxy.upstream(
        new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), tap.port()));
    return tap;
  }

  private String uri() {
    return "amqp://127.0.0.1:" + proxy.port() + "?heartbeat=2s";
  }

  private Subscription<Delivery<String>> consume() {
    return parley
        .open(uri(), QueueChannel.class)
        .consume(
            topic,
            ConsumeOptions.DEFAULT
                .deadLetter(DeadLetter.LOG_AND_DROP)
                .reconnect(FAST)
                .listener(log));
  }

  private void awaitConnections(int count) {
    await().atMost(PATIENCE).until(() -> log.gaps.size() >= count);
  }

  // ---------------------------------------------------------------- the connection

  @Test
  void RC_connectsOnceThereIsABroker() {
    proxy.refuse();
    consume();
    await().atMost(PATIENCE).until(() -> log.states.contains(State.RECOVERING));
    proxy.reopen();

    awaitConnections(1);
    assertThat(log.states).doesNotContain(State.FAILED);
  }

  @Test
  void LIV_1_noticesAPeerThatHasLostItsPower() {
    consume();
    awaitConnections(1);
    proxy.freeze();

    awaitConnections(2);
    assertThat(log.states).contains(State.RECOVERING);
    assertThat(log.gaps).containsOnly(Gap.NONE);
  }

  @Test
  void LIV_1_asksAQuietBrokerForASignOfLife() {
    AtomicInteger answered = new AtomicInteger();
    tap(
        new Tap.Watcher() {
          @Override
          public boolean toClient(Tap.Line line, Command command) {
            answered.addAndGet(command.method() instanceof AMQP.Basic.QosOk ? 1 : 0);
            return true;
          }
        });
    parley
        .open(steady(), QueueChannel.class)
        .consume(
            topic,
            ConsumeOptions.DEFAULT
                .deadLetter(DeadLetter.LOG_AND_DROP)
                .silence(Duration.ofSeconds(4))
                .listener(log));

    awaitConnections(1);
    int before = answered.get(); // one belongs to the connect

    await().atMost(PATIENCE).until(() -> answered.get() > before);
    assertThat(log.states).doesNotContain(State.FAILED);
  }

  @Test
  void REC_1_dialsAgainWhenConnectionsDoNotLast() {
    proxy.script(Script.always(Fault.closeAfterAccept()));
    consume();
    await().atMost(PATIENCE).until(() -> proxy.accepted() >= 5);
    proxy.clear();

    awaitConnections(1);
  }

  @Test
  void ORD_1_deliversWhatWasNotAcknowledgedBeforeWhatIsNew() throws Exception {
    SendChannel direct = parley.open("amqp://127.0.0.1:" + broker.port(), SendChannel.class);
    Subscription<Delivery<String>> received = consume();
    awaitConnections(1);
    direct.send(topic, "n0");
    assertThat(received.poll(PATIENCE).orElseThrow().body()).isEqualTo("n0"); // not acknowledged
    proxy.freeze(); // the broker still sees a connection, for two heartbeats
    direct.send(topic, "n1");
    awaitConnections(2);
    direct.send(topic, "n2");

    List<String> bodies = new ArrayList<>();
    while (!bodies.contains("n2")) {
      Delivery<String> delivery = received.poll(PATIENCE).orElseThrow();
      bodies.add(delivery.body());
      delivery.ack();
    }
    assertThat(bodies.stream().distinct()).containsExactly("n0", "n1", "n2");
  }

  // ---------------------------------------------------------------- reply codes

  @ParameterizedTest
  @CsvSource({
    "320, TRANSIENT", "541, TRANSIENT", "405, TRANSIENT", "311, PERMANENT", "313, PERMANENT",
    "402, PERMANENT", "403, PERMANENT", "404, PERMANENT", "406, PERMANENT", "530, PERMANENT",
    "501, PROTOCOL", "502, PROTOCOL", "503, PROTOCOL", "504, PROTOCOL", "505, PROTOCOL",
    "506, PROTOCOL", "540, PROTOCOL"
  })
  void RC_byTheTable(int code, Kind kind) {
    assertThat(Failures.kind(code)).isEqualTo(kind);
  }

  @Test
  void RC_comesBackAfterABrokerThatShutsDown() {
    closeConnectionsWith(320, "CONNECTION_FORCED - broker forced connection closure", 1);
    consume();
    // The first connection may be over before anybody is told of it.
    await()
        .atMost(PATIENCE)
        .until(() ->
            log.states.contains(State.RECOVERING)
                && log.states.lastIndexOf(State.OPEN) > log.states.indexOf(State.RECOVERING));

    assertThat(log.states).doesNotContain(State.FAILED);
  }

  @Test
  void RC_givesUpOnABrokerThatFindsTheProtocolBroken() {
    closeConnectionsWith(503, "COMMAND_INVALID", Integer.MAX_VALUE);
    consume();
    await().atMost(PATIENCE).until(() -> log.failure != null);

    assertThat(log.failure.kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(log.failure)
        .hasMessageContaining("the broker ended the connection with 503 COMMAND_INVALID");
  }

  /** Once they consume, so many of them. */
  private void closeConnectionsWith(int code, String text, int times) {
    AtomicInteger closed = new AtomicInteger();
    tap(
        new Tap.Watcher() {
          @Override
          public boolean toClient(Tap.Line line, Command command) throws IOException {
            if (command.method() instanceof AMQP.Basic.ConsumeOk
                && closed.incrementAndGet() <= times) {
              line.sendToClient(command);
              line.sendToClient(Command.of(0, new AMQImpl.Connection.Close(code, text, 0, 0)));
              return false;
            }
            return true;
          }
        });
  }

  // ---------------------------------------------------------------- the broker takes nothing

  @Test
  void BUF_1_waitsWhileTheBrokerTakesNothing() throws Exception {
    Tap tap = tap(new Blocking());
    SendChannel sends = parley.open(steady(), SendChannel.class);
    sends.send(topic, "before");

    Throwable failure =
        catchThrowable(() ->
            sends
                .newSend(
                    topic, Message.of("late"), CallOptions.DEFAULT.deadline(Duration.ofMillis(300)))
                .execute());
    assertThat(failure).isInstanceOf(dev.parley.DeadlineExceededException.class);
    assertThat(((ParleyException) failure).effect()).isEqualTo(Effect.NOT_SENT);
    CompletableFuture<Receipt> waiting = sends.submit(topic, Message.of("after"), PATIENT);
    for (Tap.Line line : tap.lines()) {
      line.sendToClient(Command.of(0, new AMQImpl.Connection.Unblocked()));
    }

    assertThat(waiting.get(50, TimeUnit.SECONDS).level()).isEqualTo(Receipt.Level.ACCEPTED_BY_PEER);
    assertThat(proxy.accepted()).isEqualTo(1); // it is no reason to connect anew
  }

  @Test
  void BUF_1_holdsNoMoreThanItMay() {
    tap(new Blocking());
    SendChannel sends = parley.open(steady(), SendChannel.class);
    sends.send(topic, "before");
    AtomicInteger refused = new AtomicInteger();
    for (int i = 0; i < 10_000; i++) {
      CompletableFuture<?> unused =
          sends
              .submit(topic, Message.of("x"), PATIENT)
              .exceptionally(failure -> {
                if (failure instanceof OverloadedException
                    || failure.getCause() instanceof OverloadedException) {
                  refused.incrementAndGet();
                }
                return null;
              });
    }

    await().atMost(PATIENCE).until(() -> refused.get() >= 9_000);
    assertThat(refused.get()).isLessThan(10_000);
    sends.abort();
  }

  // A machine that stands still misses no heartbeat.
  private String steady() {
    return "amqp://127.0.0.1:" + proxy.port() + "?heartbeat=60s";
  }

  /** Says that the broker takes nothing any more, before its first confirm. */
  private static final class Blocking implements Tap.Watcher {
    private final AtomicBoolean told = new AtomicBoolean();

    @Override
    public boolean toClient(Tap.Line line, Command command) throws IOException {
      if (command.method() instanceof AMQP.Basic.Ack && told.compareAndSet(false, true)) {
        line.sendToClient(Command.of(0, new AMQImpl.Connection.Blocked("low on memory")));
      }
      return true;
    }
  }
}
