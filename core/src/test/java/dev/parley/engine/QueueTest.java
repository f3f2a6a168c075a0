package dev.parley.engine;

import static dev.parley.engine.Patience.await;
import static dev.parley.engine.Patience.awaitNoTimer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.BackPressure;
import dev.parley.ConfigurationException;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Kind;
import dev.parley.Ordering;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.QueueChannel;
import dev.parley.RetryMode;
import dev.parley.Signal;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Support;
import dev.parley.Topic;
import dev.parley.TransportException;
import dev.parley.spi.SourceDriver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues over both kinds of source and both kinds of acknowledgement. */
@ParameterizedClass
@CsvSource({"false, SINGLE", "false, PREFIX", "true, SINGLE", "true, PREFIX"})
class QueueTest {
  private static final Topic<String> ORDERS = Topic.of("orders", String.class);

  private final boolean polled;
  private final boolean prefix;
  private final ManualTime time = new ManualTime();
  private final FakeSource peer = new FakeSource();
  private final List<Signal> signals = new CopyOnWriteArrayList<>();
  private Parley parley;
  private QueueChannel channel;

  QueueTest(boolean polled, SourceDriver.Acknowledgement acknowledgement) {
    this.polled = polled;
    this.prefix = acknowledgement == SourceDriver.Acknowledgement.PREFIX;
    peer.polled = polled;
    peer.acknowledgement = acknowledgement;
  }

  @BeforeEach
  void open() {
    parley = Parley.builder().provider(peer).time(time).seed(3).observer(signals::add).build();
    channel = parley.open("fake://peer", QueueChannel.class);
  }

  @AfterEach
  void closesAndLeavesNothing() {
    parley.close(Duration.ofSeconds(5));
    awaitNoTimer(time);
  }

  @Test
  void aHandlersReturnAcknowledges() {
    peer.publish("a:0", "b:1", "a:2");
    List<String> handled = new CopyOnWriteArrayList<>();

    Subscription<Delivery<String>> orders = channel.consume(ORDERS);
    orders.start(order -> handled.add(order.body()));

    await().until(() -> peer.done.size() == 3);
    assertThat(handled).containsExactly("a:0", "b:1", "a:2");
    assertThat(peer.done).containsValue("Ack").hasSize(3);
    assertThat(orders.position()).contains(Position.of("2"));
    assertThat(orders.lag().unsettled()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSubscriptionBeginsAndEndsOnce_howeverManyConnectionsItHas(boolean aborts) {
    Subscription<Delivery<String>> orders = channel.consume(ORDERS);
    await().until(() -> orders.state() == State.OPEN);
    peer.cut();
    await()
        .until(() -> {
          time.advance(Duration.ofMillis(100));
          return peer.links.size() == 2 && orders.state() == State.OPEN;
        });
    assertThat(peer.subscriptions).containsExactly("subscribe");

    if (aborts) {
      orders.abort();
    } else {
      orders.close();
    }

    await().until(() -> peer.subscriptions.size() == 2);
    assertThat(peer.subscriptions).containsExactly("subscribe", "ended with 0");
  }

  @Test
  void nothingIsAcknowledgedBeforeItsHandlerHasReturned() throws Exception {
    peer.publish("a:0");
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Subscription<Delivery<String>> orders = channel.consume(ORDERS);
    orders.start(order -> {
      handling.countDown();
      goOn.await(30, TimeUnit.SECONDS);
    });
    assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();

    assertThat(peer.settled).isEmpty();
    assertThat(orders.lag().unsettled()).isEqualTo(1);
    goOn.countDown();
    await().until(() -> peer.settled.contains("Ack 0"));
  }

  @Test
  void aPullerSettlesItself_once() throws Exception {
    peer.publish("a:0");
    Subscription<Delivery<String>> orders = channel.consume(ORDERS);
    Delivery<String> order = orders.poll(Duration.ofDays(1)).orElseThrow();

    order.ack();
    order.ack();

    assertThat(order.isSettled()).isTrue();
    assertThatThrownBy(() -> order.reject(new IOException()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this delivery was acknowledged already and cannot be rejected now");
    await().until(() -> peer.settled.size() == 1);
    assertThat(peer.settled).containsExactly("Ack 0");
    assertThat(order.attempt()).hasValue(1);
    assertThat(order.position()).isEqualTo(Position.of("0"));
  }

  @Test
  void thePrefixNeverPassesAnUnsettledDelivery() throws Exception {
    peer.publish("a:0", "b:1", "c:2");
    Subscription<Delivery<String>> orders = channel.consume(ORDERS);
    List<Delivery<String>> held = new ArrayList<>();
    while (held.size() < 3) {
      orders.poll(Duration.ofDays(1)).ifPresent(held::add);
    }

    held.get(2).ack();
    held.get(1).ack();
    assertThat(orders.position()).isEmpty();
    held.get(0).ack();

    assertThat(orders.position()).contains(Position.of("2"));
    await().until(() -> peer.done.size() == 3);
    if (prefix) {
      assertThat(peer.settled).containsExactly("Ack 2");
    }
  }

  @Test
  void DLQ_1_retriesAFailedHandlerInOrder_thenRejects() throws Exception {
    peer.publish("a:0", "a:1", "b:2");
    List<String> handled = new CopyOnWriteArrayList<>();
    channel
        .consume(ORDERS, ConsumeOptions.DEFAULT.maxAttempts(3).concurrency(4))
        .start(order -> {
          handled.add(order.body() + " " + order.attempt().getAsInt());
          if (order.body().equals("a:0")) {
            throw new IllegalStateException("poison");
          }
        });
    await().until(() -> handled.contains("b:2 1"));
    assertThat(handled).as("a:1 waits behind a:0").doesNotContain("a:1 1");

    letTimePassUntil(() -> handled.contains("a:1 1"));

    assertThat(handled).contains("a:0 1", "a:0 2", "a:0 3").doesNotContain("a:0 4");
    assertThat(handled.indexOf("a:1 1")).isGreaterThan(handled.indexOf("a:0 3"));
    await().until(() -> peer.settled.contains("Reject 0"));
    assertThat(signals)
        .filteredOn(signal -> signal instanceof Signal.DeadLettered)
        .hasSize(1)
        .first()
        .extracting(signal -> ((Signal.DeadLettered) signal).reason().getMessage())
        .isEqualTo("poison");
  }

  @Test
  void DLQ_1_whatCannotBeDecodedIsRejectedAtOnce_andNoStall() {
    peer.publish("a:one", "a:1");
    List<String> handled = new CopyOnWriteArrayList<>();
    Topic<Integer> numbers = Topic.of("numbers", Integer.class);
    Parley withCodec =
        Parley.builder()
            .provider(peer)
            .time(time)
            .observer(signals::add)
            .codecs(new NumbersAfterTheColon())
            .build();
    withCodec
        .open("fake://peer", QueueChannel.class)
        .consume(numbers)
        .start(number -> handled.add(String.valueOf(number.body())));

    await().until(() -> handled.contains("1"));
    await().until(() -> peer.settled.contains("Reject 0"));
    withCodec.close(Duration.ZERO);
  }

  @Test
  void DLQ_3_consumeFailsWithoutAPlaceForDeadLetters() {
    peer.features = Features.of(Guarantee.AT_LEAST_ONCE, Ordering.BY_KEY, BackPressure.CREDIT);
    QueueChannel bare = parley.open("fake://bare", QueueChannel.class);

    assertThatThrownBy(() -> bare.consume(ORDERS))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "cannot consume orders: fake://bare has no dead letters of its own; choose"
                + " ConsumeOptions.deadLetter(DeadLetter.to(channel, topic)) or"
                + " DeadLetter.LOG_AND_DROP");
    assertThatThrownBy(
            () -> channel.consume(ORDERS, ConsumeOptions.DEFAULT.require(Feature.REPLAY)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("cannot consume orders: fake://peer lacks REPLAY; it has [DEAD_LETTER]");
  }

  @Test
  void DLQ_3_logAndDropAcknowledges() {
    peer.publish("a:0");
    channel
        .consume(ORDERS, ConsumeOptions.DEFAULT.maxAttempts(1).deadLetter(DeadLetter.LOG_AND_DROP))
        .start(order -> {
          throw new IllegalStateException("poison");
        });

    await().until(() -> peer.settled.contains("Ack 0"));
    assertThat(signals).anyMatch(signal -> signal instanceof Signal.DeadLettered);
  }

  @Test
  void waitsAsTheScheduleSays_orAsLongAsThePeerAsks() {
    peer.publish("a:0");
    Duration[] hints = {Duration.ZERO, Duration.ofSeconds(20), Duration.ofDays(1)};
    List<Long> handled = new CopyOnWriteArrayList<>();
    channel
        .consume(
            ORDERS,
            ConsumeOptions.DEFAULT
                .retrySchedule(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(40))
                .silence(Duration.ofDays(9)))
        .start(order -> {
          Duration hint = hints[Math.min(handled.size(), 2)];
          handled.add(TimeUnit.NANOSECONDS.toSeconds(time.nanoTime()));
          throw new TransportException(
              Failure.of(Kind.THROTTLED, Effect.NOT_PROCESSED, "busy").withRetryAfter(hint));
        });

    letTimePassUntil(() -> peer.settled.contains("Reject 0"));

    assertThat(handled).hasSize(4);
    assertThat(handled.get(1) - handled.get(0)).as("as scheduled").isGreaterThanOrEqualTo(5);
    assertThat(handled.get(2) - handled.get(1)).as("as asked").isGreaterThanOrEqualTo(20);
    assertThat(handled.get(3) - handled.get(2)).as("at the longest").isBetween(40L, 3600L);
  }

  @Test
  void aRedeliveryOfWhatWasHandledIsAcknowledged_notHandledAgain() throws Exception {
    peer.publish("a:0", "a:1");
    List<String> handled = new CopyOnWriteArrayList<>();
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    channel
        .consume(ORDERS)
        .start(order -> {
          handled.add(order.body());
          handling.countDown();
          goOn.await(30, TimeUnit.SECONDS);
        });
    assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();

    peer.cut();
    letTimePassUntil(() -> peer.links.size() == 2);
    goOn.countDown(); // the acknowledgement belongs to a connection that is gone

    await().until(() -> peer.done.size() == 2);
    assertThat(handled).containsExactly("a:0", "a:1");
    assertThat(peer.settled).contains("Ack 1");
  }

  @Test
  void aRedeliveryWhileTheFirstIsBeingHandledWaitsForIt() throws Exception {
    peer.publish("a:0");
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch goOn = new CountDownLatch(1);
    channel
        .consume(ORDERS, ConsumeOptions.DEFAULT.ordering(Ordering.NONE).concurrency(4))
        .start(order -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          goOn.await(30, TimeUnit.SECONDS);
          running.decrementAndGet();
        });
    await().until(() -> running.get() == 1);
    peer.cut();
    letTimePassUntil(() -> peer.links.size() == 2);
    peer.publish("b:1");
    await().until(() -> running.get() == 2);
    goOn.countDown();

    await().until(() -> peer.done.size() == 2);
    assertThat(most).hasValue(2);
  }

  @Test
  void ORD_1_keysKeepTheirOrderUnderConcurrency() {
    int messages = 2_000;
    Map<String, List<Integer>> byKey = new ConcurrentHashMap<>();
    Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
    AtomicInteger overlaps = new AtomicInteger();
    channel
        .consume(ORDERS, ConsumeOptions.DEFAULT.concurrency(8))
        .start(order -> {
          String key = order.key().orElseThrow();
          AtomicInteger mine = running.computeIfAbsent(key, each -> new AtomicInteger());
          if (mine.incrementAndGet() != 1) {
            overlaps.incrementAndGet();
          }
          byKey
              .computeIfAbsent(key, each -> new CopyOnWriteArrayList<>())
              .add(Integer.valueOf(order.body().substring(2)));
          mine.decrementAndGet();
        });
    String[] published = new String[messages];
    for (int i = 0; i < messages; i++) {
      published[i] = (char) ('a' + i % 7) + ":" + i;
    }
    peer.publish(published);

    await().until(() -> peer.done.size() == messages);
    assertThat(overlaps).hasValue(0);
    assertThat(byKey.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
    assertThat(byKey.values().stream().mapToInt(List::size).sum()).isEqualTo(messages);
  }

  @Test
  void theWindowBoundsWhatIsUnsettled() throws Exception {
    for (int i = 0; i < 50; i++) {
      peer.publish("a:" + i);
    }
    Subscription<Delivery<String>> orders =
        channel.consume(ORDERS, ConsumeOptions.DEFAULT.maxUnsettled(5));
    List<Delivery<String>> held = new ArrayList<>();
    while (held.size() < 5) {
      orders.poll(Duration.ofDays(1)).ifPresent(held::add);
    }
    await().until(() -> orders.lag().unsettled() == 5);
    assertThat(orders.poll(Duration.ZERO)).isEmpty();
    assertThat(orders.lag().buffered()).isZero();

    held.forEach(Delivery::ack);

    assertThat(orders.poll(Duration.ofDays(1))).isPresent();
  }

  @Test
  void theWindowKeepsItsRoom_whenWhatCameTwiceIsLostBeforeItIsHandled() {
    peer.deliversTwice = true;
    peer.publish("a:0", "a:1", "a:2");
    List<String> handled = new CopyOnWriteArrayList<>();
    CountDownLatch goOn = new CountDownLatch(1);
    channel
        .consume(ORDERS, ConsumeOptions.DEFAULT.concurrency(2).maxUnsettled(8))
        .start(order -> {
          goOn.await(30, TimeUnit.SECONDS);
          handled.add(order.body());
        });
    for (int connections = 1; connections <= 5; connections++) {
      int now = connections;
      letTimePassUntil(() -> peer.links.size() == now && peer.link().next() == 3);
      peer.cut();
    }
    goOn.countDown();

    letTimePassUntil(() -> peer.done.size() == 3);
    assertThat(handled).containsExactly("a:0", "a:1", "a:2");
  }

  @Test
  void tellsOfAStall_once() throws Exception {
    peer.publish("a:0");
    Subscription<Delivery<String>> orders =
        channel.consume(ORDERS, ConsumeOptions.DEFAULT.silence(Duration.ofHours(1)));
    Delivery<String> held = orders.poll(Duration.ofDays(1)).orElseThrow();

    time.advance(Duration.ofMinutes(20));

    assertThat(signals).filteredOn(signal -> signal instanceof Signal.Stalled).hasSize(1);
    assertThat(orders.lag().oldestUnsettled()).isGreaterThan(Duration.ofMinutes(15));
    held.ack();
  }

  @Test
  void CLS_3_closingGivesBackWhatNobodyHasBegunWith() throws Exception {
    peer.publish("a:0", "a:1", "a:2");
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Subscription<Delivery<String>> orders = channel.consume(ORDERS);
    orders.start(order -> {
      handling.countDown();
      goOn.await(30, TimeUnit.SECONDS);
    });
    assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();
    await().until(() -> orders.lag().buffered() == 2);

    Thread closer = new Thread(orders::close);
    closer.start();
    await().until(() -> orders.state() == State.CLOSING);
    goOn.countDown();
    closer.join(10_000);

    assertThat(orders.state()).isEqualTo(State.CLOSED);
    assertThat(peer.settled).contains("Ack 0");
    if (!prefix) {
      assertThat(peer.settled).contains("Retry 1", "Retry 2");
    }
    assertThat(peer.link().closed).isTrue();
    assertThat(peer.link().aborted).isFalse();
  }

  @Test
  void CLS_1_closingDoesNotWaitForTheRetryOfWhatFailsMeanwhile() throws Exception {
    peer.publish("a:0");
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch fail = new CountDownLatch(1);
    Subscription<Delivery<String>> orders =
        channel.consume(ORDERS, ConsumeOptions.DEFAULT.retryMode(RetryMode.BLOCKING_IN_ORDER));
    orders.start(order -> {
      handling.countDown();
      fail.await(30, TimeUnit.SECONDS);
      throw new IOException("the database is down");
    });
    assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();

    CompletableFuture<Void> closed = CompletableFuture.runAsync(orders::close);
    await().until(() -> orders.state() == State.CLOSING);
    fail.countDown();

    closed.get(10, TimeUnit.SECONDS); // no time passes here
    assertThat(peer.done).as("the peer has it still").isEmpty();
    assertThat(orders.lag().unsettled()).isZero();
  }

  @Test
  void CLS_1_abortInterruptsHandlers() throws Exception {
    peer.publish("a:0");
    CountDownLatch handling = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Subscription<Delivery<String>> orders = channel.consume(ORDERS);
    orders.start(order -> {
      handling.countDown();
      try {
        new CountDownLatch(1).await(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted.countDown();
        throw e;
      }
    });
    assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();

    orders.abort();

    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(orders.state()).isEqualTo(State.CLOSED);
    assertThat(peer.settled).doesNotContain("Ack 0");
  }

  @Test
  void VIS_1_renewsLeasesAtAThirdOfTheirLength_whileTheHandlerRuns() throws Exception {
    openWithLeases(Duration.ofSeconds(30));
    CountDownLatch handled = new CountDownLatch(1);
    Subscription<Delivery<String>> orders =
        channel.consume(
            ORDERS,
            ConsumeOptions.DEFAULT
                .maxProcessing(Duration.ofMinutes(1))
                .silence(Duration.ofDays(1)));
    peer.publish("a:0", "a:1");
    orders.start(order -> handled.await(30, TimeUnit.SECONDS));
    await().until(() -> orders.lag().unsettled() == 1 && orders.lag().buffered() == 1);

    time.advance(Duration.ofSeconds(9));
    assertThat(peer.settled).isEmpty();
    time.advance(Duration.ofSeconds(1));
    await().until(() -> peer.settled.size() == 2);
    assertThat(peer.settled).containsExactlyInAnyOrder("Extend 0", "Extend 1");
    for (int second = 10; second <= 120; second += 10) {
      time.advance(Duration.ofSeconds(10));
    }
    long renewals = peer.settled.stream().filter("Extend 0"::equals).count();
    assertThat(renewals).as("renewals in the minute that it may take").isBetween(1L, 6L);

    handled.countDown();
    await().until(() -> peer.done.size() == 2);
  }

  @Test
  void VIS_1_renewsTheLeaseOfWhatWaitsForItsRetry() {
    openWithLeases(Duration.ofSeconds(30));
    AtomicInteger calls = new AtomicInteger();
    peer.publish("a:0");
    Subscription<Delivery<String>> orders =
        channel.consume(
            ORDERS,
            ConsumeOptions.DEFAULT.retryBase(Duration.ofHours(1)).retryCap(Duration.ofHours(1)));
    orders.start(order -> {
      calls.incrementAndGet();
      throw new IllegalStateException("on purpose");
    });
    await().until(() -> calls.get() == 1);

    await()
        .untilAsserted(() -> {
          time.advance(Duration.ofSeconds(1));
          assertThat(peer.settled).contains("Extend 0");
        });
    orders.abort();
  }

  @Test
  void VIS_1_leavesTheLeaseOfWhatWasPulledToTheCaller() throws Exception {
    openWithLeases(Duration.ofSeconds(30));
    peer.publish("a:0", "b:1");
    Subscription<Delivery<String>> orders = channel.consume(ORDERS, ConsumeOptions.DEFAULT);
    Delivery<String> mine = orders.poll(Duration.ofSeconds(10)).orElseThrow();
    await().until(() -> orders.lag().buffered() == 1);

    time.advance(Duration.ofSeconds(10));
    await().untilAsserted(() -> assertThat(peer.settled).containsExactly("Extend 1"));

    mine.extend(Duration.ofMinutes(5));
    await().untilAsserted(() -> assertThat(peer.settled).containsExactly("Extend 1", "Extend 0"));
    orders.abort();
  }

  /** Makes the peer one with leases. */
  private void openWithLeases(Duration lease) {
    peer.lease = lease;
    peer.features = peer.features.with(Feature.EXTEND_LEASE, Support.NATIVE);
    channel = parley.open("fake://leases", QueueChannel.class);
  }

  @Test
  void nothingIsLostAndKeysKeepTheirOrder_underRandomCutsAndFailures() {
    for (long seed = 1; seed <= Integer.getInteger("parley.seeds", 15); seed++) {
      randomRun(seed);
    }
  }

  private void randomRun(long seed) {
    FakeSource broker = new FakeSource();
    broker.polled = polled;
    broker.acknowledgement = peer.acknowledgement;
    ManualTime clock = new ManualTime();
    Random random = new Random(seed);
    Map<String, List<Integer>> effects = new ConcurrentHashMap<>();
    Map<String, Integer> failuresLeft = new HashMap<>();
    int messages = 300;
    for (int i = 0; i < messages; i++) {
      if (random.nextInt(10) == 0) {
        failuresLeft.put((char) ('a' + i % 5) + ":" + i, 1 + random.nextInt(3));
      }
    }
    Map<String, Integer> failing = new ConcurrentHashMap<>(failuresLeft);
    try (Parley own = Parley.builder().provider(broker).time(clock).seed(seed).build()) {
      own.open("fake://broker", QueueChannel.class)
          .consume(ORDERS, ConsumeOptions.DEFAULT.concurrency(4).maxUnsettled(40).maxAttempts(100))
          .start(order -> {
            Integer left = failing.get(order.body());
            if (left != null && left > 0) {
              failing.put(order.body(), left - 1);
              throw new IllegalStateException("on purpose");
            }
            effects
                .computeIfAbsent(order.key().orElseThrow(), key -> new CopyOnWriteArrayList<>())
                .add(Integer.valueOf(order.body().substring(2)));
          });
      for (int i = 0; i < messages; i++) {
        broker.publish((char) ('a' + i % 5) + ":" + i);
        if (random.nextInt(30) == 0 && !broker.links.isEmpty()) {
          broker.cut();
        }
        if (random.nextInt(5) == 0) {
          clock.advance(Duration.ofMillis(random.nextInt(3000)));
        }
      }
      await("seed " + seed)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> {
            clock.advance(Duration.ofMillis(500));
            synchronized (broker) {
              return broker.done.size() == messages;
            }
          });
    }
    assertThat(effects.values().stream().mapToInt(List::size).sum())
        .as("seed %d: each message has had its effect, none twice", seed)
        .isEqualTo(messages);
    assertThat(effects.values())
        .as("seed %d", seed)
        .allSatisfy(numbers -> assertThat(numbers).isSorted());
  }

  private void letTimePassUntil(java.util.concurrent.Callable<Boolean> condition) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> {
          time.advance(Duration.ofSeconds(1));
          return condition.call();
        });
  }
}
