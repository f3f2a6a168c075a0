package dev.parley.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Guarantee;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Topic;
import dev.parley.testkit.MemoryException;
import dev.parley.testkit.MemoryTransport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of each message, between two peers in memory. */
class RelayTest {
  private static final Topic<String> ORDERS = Topic.of("orders", String.class);
  private static final Topic<String> SOLD = Topic.of("sold", String.class);
  private static final Topic<String> LENGTHS = Topic.of("lengths", String.class);
  private static final Operation<Void, String> PRICES =
      Operation.of("prices", Void.class, String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(50);
  private static final ConsumeOptions FAST =
      ConsumeOptions.DEFAULT
          .concurrency(4)
          .retryBase(Duration.ofMillis(2))
          .retryCap(Duration.ofMillis(20));

  private final MemoryTransport here = MemoryTransport.create();
  private final MemoryTransport there = MemoryTransport.create();
  private final QueueChannel queue = here.parley().open("mem:here", QueueChannel.class);
  private final SendChannel send = there.parley().open("mem:there", SendChannel.class);
  private final Heard heard = new Heard();

  private static final class Heard implements RelayListener {
    final List<String> events = new CopyOnWriteArrayList<>();

    @Override
    public void paused(ParleyException cause) {
      events.add("paused");
    }

    @Override
    public void resumed() {
      events.add("resumed");
    }

    @Override
    public void refused(Message<?> message, Throwable reason) {
      events.add("refused " + message.body());
      throw new IllegalStateException("which nobody minds");
    }
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(PATIENCE);
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  private Route<Delivery<String>, String> route() {
    return Relay.from(queue, ORDERS, FAST).listener(heard);
  }

  private List<String> arrived() {
    return there.messages(SOLD).stream().map(Message::body).toList();
  }

  // A peer that nobody has consumed from yet has no backlog either.
  private void awaitSettled(Relay<?> relay, int messages) {
    await()
        .until(() -> {
          RelayCounts counts = relay.counts();
          return counts.forwarded() + counts.filtered() + counts.refused() == messages
              && here.backlog(ORDERS) == 0;
        });
  }

  @Test
  void forwardsAMessageAsItCame() {
    here.publish(
        ORDERS, Message.builder("tea").id("order-1").key("ada").header("shop", "north").build());
    try (Relay<Delivery<String>> relay = route().to(send, SOLD).start()) {
      awaitSettled(relay, 1);
      assertThat(relay.counts()).isEqualTo(new RelayCounts(1, 0, 0, 0, 0, 0));
      assertThat(relay.guarantee()).isEqualTo(Guarantee.AT_LEAST_ONCE);
    }

    Message<String> sold = there.messages(SOLD).get(0);
    assertThat(sold.body()).isEqualTo("tea");
    assertThat(sold.id()).contains("order-1");
    assertThat(sold.key()).contains("ada");
    assertThat(sold.headers().first("shop")).contains("north");
  }

  @Test
  void filtersAndMapsAndCarriesIdAndKey() {
    here.publish(ORDERS, Message.builder("tea").id("1").key("ada").build());
    here.publish(ORDERS, Message.builder("").id("2").key("bob").build());
    here.publish(ORDERS, Message.builder("milk").id("3").key("cay").build());
    try (Relay<Delivery<String>> relay =
        route()
            .filter(order -> !order.body().isEmpty())
            .map(order -> Message.of("" + order.body().length()))
            .to(send, LENGTHS)
            .start()) {
      awaitSettled(relay, 3);
      assertThat(relay.counts()).isEqualTo(new RelayCounts(2, 1, 0, 0, 0, 0));
    }

    assertThat(there.messages(LENGTHS))
        .extracting(each -> each.body() + each.id().orElse("") + each.key().orElse(""))
        .containsExactlyInAnyOrder("31ada", "43cay");
  }

  @Test
  void KEY_1_sendsTheSourcesIdAsIdempotencyKey() {
    List<String> keys = new CopyOnWriteArrayList<>();
    Topic<String> keyed = SOLD.with(Idempotency.KEYED);
    there.take(
        keyed,
        request -> {
          keys.add(request.idempotencyKey().orElse("none"));
          return CompletableFuture.completedFuture(null);
        });
    here.publish(ORDERS, Message.builder("tea").id("order-1").build());
    here.publish(
        ORDERS, Message.builder("milk").id("2").header("Idempotency-Key", "own-key").build());
    here.publish(ORDERS, Message.builder("salt").id("with spaces").build());
    try (Relay<Delivery<String>> relay = route().to(send, keyed).start()) {
      awaitSettled(relay, 3);
    }

    assertThat(keys)
        .containsExactlyInAnyOrder("order-1", "own-key", "00810dce-b4dd-315e-b503-3894660bb01a");
  }

  @Test
  void acknowledgesOnlyAfterTheReceipt() {
    CompletableFuture<Void> receipt = new CompletableFuture<>();
    there.take(SOLD, request -> receipt);
    here.publish(ORDERS, "tea");
    try (Relay<Delivery<String>> relay = route().to(send, SOLD).start()) {
      await().until(() -> there.arrivals(SOLD) == 1);
      assertThat(here.backlog(ORDERS)).isEqualTo(1);
      assertThat(relay.counts().forwarded()).isZero();
      receipt.complete(null);
      awaitSettled(relay, 1);
      await().until(() -> relay.counts().forwarded() == 1);
    }
  }

  @Test
  void sendsAgainWhatMayHaveArrived_andNeverDropsIt() {
    there.faults().loseReplies(7);
    here.publish(ORDERS, Message.builder("tea").key("ada").build());
    here.publish(ORDERS, Message.builder("milk").key("ada").build());
    try (Relay<Delivery<String>> relay = route().to(send, SOLD).start()) {
      awaitSettled(relay, 2);
      assertThat(relay.counts().repeated()).isEqualTo(7);
    }

    // The eighth went through, and more than maxAttempts is not too often while nothing else does.
    assertThat(arrived())
        .containsExactly("tea", "tea", "tea", "tea", "tea", "tea", "tea", "tea", "milk");
    assertThat(here.deadLetters(ORDERS)).isEmpty();
  }

  @Test
  void DLQ_1_rejectsWhatTheDestinationRefusesForGood_withTheReason() {
    there.take(SOLD, request -> refusing(request.body(), "arsenic"));
    here.publish(ORDERS, "tea");
    here.publish(ORDERS, "arsenic");
    here.publish(ORDERS, "milk");
    try (Relay<Delivery<String>> relay = route().to(send, SOLD).start()) {
      awaitSettled(relay, 3);
      assertThat(relay.counts().refused()).isEqualTo(1);
    }

    assertThat(arrived()).containsExactlyInAnyOrder("tea", "milk");
    assertThat(here.deadLetters(ORDERS)).hasSize(1);
    assertThat(here.deadLetters(ORDERS).get(0).reason()).hasMessageContaining("not for sale");
    assertThat(heard.events).containsExactly("refused arsenic");
  }

  static CompletableFuture<Void> refusing(String body, String refused) throws Exception {
    if (body.contains(refused)) {
      throw MemoryException.of(Kind.PERMANENT, Effect.NOT_PROCESSED, "not for sale");
    }
    return CompletableFuture.completedFuture(null);
  }

  @Test
  void DLQ_1_givesUpWhatFailsAgainAndAgainWhileOthersGetThrough() {
    there.take(
        SOLD,
        request ->
            request.body().equals("poison")
                ? CompletableFuture.failedFuture(
                    MemoryException.of(Kind.TRANSIENT, Effect.POSSIBLE, "crashed on it"))
                : CompletableFuture.completedFuture(null));
    here.publish(ORDERS, Message.builder("poison").key("poison").build());
    AtomicInteger others = new AtomicInteger();
    try (Relay<Delivery<String>> relay = route().to(send, SOLD).start()) {
      await()
          .until(() -> {
            here.publish(ORDERS, "tea " + others.incrementAndGet());
            return relay.counts().refused() == 1;
          });
      awaitSettled(relay, others.get() + 1);
    }

    assertThat(arrived()).hasSize(others.get()).doesNotContain("poison");
    assertThat(here.deadLetters(ORDERS)).hasSize(1);
  }

  @Test
  void DLQ_3_pausesWhileTheDestinationIsDown_andBurnsNoAttempts() {
    there.faults().refuse();
    for (int i = 0; i < 20; i++) {
      here.publish(ORDERS, Message.builder("order " + i).key("key").build());
    }
    try (Relay<Delivery<String>> relay = route().to(send, SOLD).start()) {
      await().until(() -> relay.counts().repeated() > 20); // far more than maxAttempts
      assertThat(relay.state()).isEqualTo(State.RECOVERING);
      assertThat(relay.lag().unsettled()).isPositive();
      assertThat(here.backlog(ORDERS)).isEqualTo(20);
      there.faults().heal();
      awaitSettled(relay, 20);
      assertThat(relay.state()).isEqualTo(State.OPEN);
      assertThat(relay.counts().pauses()).isEqualTo(1);
    }

    assertThat(arrived()).containsExactlyElementsOf(numbered(20));
    assertThat(here.deadLetters(ORDERS)).isEmpty();
    assertThat(heard.events).containsExactly("paused", "resumed");
  }

  private static List<String> numbered(int count) {
    return java.util.stream.IntStream.range(0, count).mapToObj(i -> "order " + i).toList();
  }

  @Test
  void rejectsWhatCannotBeMapped_asOftenAsItMay() {
    AtomicInteger asked = new AtomicInteger();
    here.publish(ORDERS, "tea");
    try (Relay<Delivery<String>> relay =
        route()
            .map(order -> {
              asked.incrementAndGet();
              return Message.of("" + Integer.parseInt(order.body()));
            })
            .to(send, LENGTHS)
            .start()) {
      awaitSettled(relay, 1);
    }

    assertThat(asked).hasValue(5);
    assertThat(here.deadLetters(ORDERS).get(0).reason()).isInstanceOf(NumberFormatException.class);
  }

  @Test
  void rejectsWhatCannotBeFiltered() {
    here.publish(ORDERS, "tea");
    try (Relay<Delivery<String>> relay =
        route().filter(order -> Integer.parseInt(order.body()) > 1).to(send, SOLD).start()) {
      awaitSettled(relay, 1);
    }

    assertThat(here.deadLetters(ORDERS)).hasSize(1);
  }

  @Test
  void batchesWhatIsThere() {
    for (int i = 0; i < 10; i++) {
      here.publish(ORDERS, Message.builder("order " + i).id("" + i).build());
    }
    try (Relay<Delivery<String>> relay =
        route()
            .filter(order -> !order.body().equals("order 3"))
            .batch(4, Duration.ofSeconds(40), RelayTest::joined)
            .to(send, SOLD)
            .start()) {
      await().until(() -> relay.counts().forwarded() == 8);
      assertThat(relay.describe()).contains("batches of 4");
    }

    assertThat(arrived())
        .startsWith("order 0,order 1,order 2,order 4", "order 5,order 6,order 7,order 8");
  }

  private static Message<String> joined(List<? extends Message<String>> orders) {
    return Message.of(String.join(",", orders.stream().map(Message::body).toList()));
  }

  @Test
  void closingSendsTheBatchThatWaitsForMore() {
    here.publish(ORDERS, "tea");
    CountDownLatch sifted = new CountDownLatch(1);
    Relay<Delivery<String>> relay =
        route()
            .filter(order -> {
              sifted.countDown();
              return true;
            })
            .batch(10, Duration.ofHours(1), RelayTest::joined)
            .to(send, SOLD)
            .start();
    await().until(() -> sifted.getCount() == 0);
    relay.close();

    assertThat(arrived()).containsExactly("tea");
    assertThat(relay.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void halvesABatchThatIsRefused() {
    there.take(SOLD, request -> refusing(request.body(), "arsenic"));
    for (String each : List.of("a", "b", "c", "arsenic", "d", "e", "f", "g")) {
      here.publish(ORDERS, each);
    }
    try (Relay<Delivery<String>> relay =
        route().batch(8, Duration.ofSeconds(40), RelayTest::joined).to(send, SOLD).start()) {
      awaitSettled(relay, 8);
    }

    assertThat(arrived()).containsExactly("a,b", "c", "d,e,f,g");
    assertThat(here.deadLetters(ORDERS)).hasSize(1);
  }

  @Test
  void aBatchWaitsForItsDestination() {
    there.faults().refuse();
    here.publish(ORDERS, "tea");
    here.publish(ORDERS, "milk");
    try (Relay<Delivery<String>> relay =
        route().batch(2, Duration.ofSeconds(40), RelayTest::joined).to(send, SOLD).start()) {
      await().until(() -> relay.counts().repeated() > 10);
      there.faults().heal();
      awaitSettled(relay, 2);
    }

    assertThat(arrived()).containsExactly("tea,milk");
  }

  @Test
  void CLS_1_givesBackWhatWaits_whenItIsClosedInAnOutage() {
    there.faults().refuse();
    for (int i = 0; i < 20; i++) {
      here.publish(ORDERS, Message.builder("order " + i).key("key").build());
    }
    Relay<Delivery<String>> first = route().to(send, SOLD).start();
    await().until(() -> first.counts().pauses() == 1);
    first.close();
    assertThat(first.state()).isEqualTo(State.CLOSED);
    assertThat(here.backlog(ORDERS)).isEqualTo(20);

    there.faults().heal();
    try (Relay<Delivery<String>> second = route().to(send, SOLD).start()) {
      awaitSettled(second, 20);
    }
    assertThat(arrived()).containsExactlyElementsOf(numbered(20));
  }

  @Test
  void CLS_1_finishesWhatIsBeingSent() throws Exception {
    CompletableFuture<Void> receipt = new CompletableFuture<>();
    there.take(SOLD, request -> receipt);
    here.publish(ORDERS, "tea");
    Relay<Delivery<String>> relay = route().to(send, SOLD).start();
    await().until(() -> there.arrivals(SOLD) == 1);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(relay::close);
    await().until(() -> relay.state() == State.CLOSING);
    receipt.complete(null);
    closed.get(50, java.util.concurrent.TimeUnit.SECONDS);

    assertThat(here.backlog(ORDERS)).isZero();
    assertThat(arrived()).containsExactly("tea");
  }

  @Test
  void abortingABatchLeavesItToTheQueue() {
    there.take(SOLD, request -> new CompletableFuture<>());
    here.publish(ORDERS, "tea");
    Relay<Delivery<String>> relay =
        route().batch(2, Duration.ZERO, RelayTest::joined).to(send, SOLD).start();
    await().until(() -> there.arrivals(SOLD) > 0);
    relay.abort();

    await().until(() -> relay.state() == State.CLOSED);
    assertThat(here.backlog(ORDERS)).isEqualTo(1);
  }

  @Test
  void failsWhenTheDestinationIsClosed_andLosesNothing() {
    send.close();
    here.publish(ORDERS, "tea");
    Relay<Delivery<String>> relay = route().to(send, SOLD).start();
    await().until(() -> relay.state() == State.FAILED);

    assertThat(here.deadLetters(ORDERS)).isEmpty();
    assertThat(here.backlog(ORDERS)).isEqualTo(1);
  }

  @Test
  void aStreamIsForwarded_andSaysWhatItCanLose() {
    StreamChannel prices = here.parley().open("mem:here", StreamChannel.class);
    Relay<Message<String>> relay = Relay.fromStream(prices, PRICES).to(send, SOLD).start();
    here.publish(PRICES, "1.20");
    here.publish(PRICES, "1.30");
    await().until(() -> relay.counts().forwarded() == 2);
    relay.close();

    assertThat(arrived()).containsExactly("1.20", "1.30");
    assertThat(relay.guarantee()).isEqualTo(Guarantee.AT_MOST_ONCE);
    assertThat(relay.describe())
        .isEqualTo(
            """
            relay of prices at mem to sold at mem is CLOSED
            guarantee AT_MOST_ONCE
            can lose: what the stream's peer does not send again after a reconnect, what was read \
            and not forwarded when the process or the relay ends, what the overflow policy BLOCK \
            drops, and what the destination refuses for good
            may forward twice: when a receipt is lost, or the stream repeats itself
            order TOTAL, 1 at once, at most 256 read ahead
            """);
  }

  @Test
  void aStreamWaitsForItsDestination_andCountsWhatItLoses() {
    there.faults().refuse();
    StreamChannel prices = here.parley().open("mem:here", StreamChannel.class);
    Relay<Message<String>> relay =
        Relay.fromStream(prices, PRICES, null, StreamOptions.DEFAULT).to(send, SOLD).start();
    here.publish(PRICES, "1.20");
    await().until(() -> relay.state() == State.RECOVERING);
    relay.close();

    assertThat(relay.counts().lost()).isEqualTo(1);
    assertThat(arrived()).isEmpty();
  }

  @Test
  void describesWhatIsInForce() {
    Relay<Delivery<String>> relay = Relay.from(queue, ORDERS).to(send, SOLD);

    assertThat(relay.describe())
        .isEqualTo(
            """
            relay of orders at mem to sold at mem is OPENING
            guarantee AT_LEAST_ONCE
            loses nothing: a delivery is acknowledged once the destination's receipt is there
            may forward twice: when a receipt or an acknowledgement is lost, or the process ends \
            between the two
            order BY_KEY, 16 at once, at most 256 unsettled
            dead letters PEER
            """);
    assertThat(relay).hasToString("Relay[orders to sold, OPENING]");
  }

  @Test
  void isStartedOnce() {
    Relay<Delivery<String>> relay = route().to(send, SOLD).start();

    assertThatThrownBy(relay::start)
        .hasMessage("a relay is started once; make another one of its route");
    relay.close();
    relay.close();
  }
}
