package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Receipt;
import dev.parley.RetryMode;
import dev.parley.Topic;
import dev.parley.store.DeadMessage;
import dev.parley.store.MessageStore;
import dev.parley.store.Outbox;
import dev.parley.testkit.MemoryStore;
import dev.parley.testkit.VirtualTime;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookSigner;
import dev.parley.webhook.WebhookVerifier;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Webhooks that are stored first, and then sent for days if need be. */
class WebhookOutboxTest {
  private static final Topic<String> TOPIC = Topic.of("order.paid", String.class);
  private static final String SECRET = WebhookSigner.newSecret();
  private static final Duration SOON = Duration.ofMillis(50);

  private final List<DeliveryAttempt> log = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private <T extends AutoCloseable> T closeLater(T resource) {
    opened.add(resource);
    return resource;
  }

  private WebhookSender sender(Parley parley, Receiver receiver) {
    return WebhookSender.builder(receiver.uri())
        .keys(SigningKeys.of(SECRET))
        .destinations(WebhookHarness.LOOPBACK)
        .log(log::add)
        .open(parley);
  }

  private Outbox outbox(Receiver receiver, MessageStore store, ConsumeOptions options) {
    Parley parley = closeLater(Parley.create());
    return closeLater(
        Outbox.over(sender(parley, receiver), store, "hooks").options(options).start(parley));
  }

  private static void send(Outbox outbox, String id, String key) {
    Receipt receipt =
        outbox.channel().send(TOPIC, Message.builder("body of " + id).id(id).key(key).build());
    assertThat(receipt.level()).isEqualTo(Receipt.Level.STORED_IN_OUTBOX);
  }

  /** An outbox on a clock that stands still until the test moves it. */
  private final class Timed {
    final VirtualTime time = VirtualTime.create();
    final WatchedStore watched = new WatchedStore(MemoryStore.create(time::now));
    final Outbox outbox;

    Timed(Receiver receiver) {
      Parley parley = closeLater(Parley.builder().time(time).build());
      outbox =
          closeLater(
              Outbox.over(sender(parley, receiver), watched.store, "hooks")
                  .options(WebhookSender.OUTBOX)
                  .start(parley));
    }

    /** Returns how long the store shall keep what has just failed. */
    Duration nextWait() throws InterruptedException {
      Duration wait = watched.waits.poll(30, TimeUnit.SECONDS);
      assertThat(wait).as("an attempt that failed; the log is %s", log).isNotNull();
      return wait;
    }

    void pass(Duration duration) {
      time.advance(duration);
      outbox.wake();
    }
  }

  @Test
  void goesOnByTheScheduleOfTheSpecification_andIsThenADeadLetterThatCanBeSentAgain()
      throws Exception {
    List<Duration> schedule = WebhookSender.OUTBOX.retrySchedule();
    AtomicInteger arrivals = new AtomicInteger();
    Receiver receiver =
        closeLater(
            Receiver.start((arrival, exchange) ->
                Receiver.answer(exchange, arrivals.incrementAndGet() <= 10 ? 500 : 204)));
    Timed timed = new Timed(receiver);
    Instant start = timed.time.now();

    send(timed.outbox, "msg_1", null);
    Duration total = Duration.ZERO;
    for (Duration scheduled : schedule) {
      Duration wait = timed.nextWait();
      assertThat(wait).isBetween(scheduled, scheduled.multipliedBy(11).dividedBy(10));
      timed.pass(wait);
      total = total.plus(wait);
    }
    await().atMost(Receiver.PATIENCE).until(() -> timed.outbox.dead(0, 10).size() == 1);

    assertThat(schedule).hasSize(9);
    assertThat(total).isBetween(Duration.ofMinutes(75 * 60 + 35), Duration.ofHours(84));
    assertThat(log.stream().map(DeliveryAttempt::number))
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(Duration.between(start, log.get(9).at())).isEqualTo(total);
    assertThat(receiver.ids()).hasSize(10).containsOnly("msg_1");
    DeadMessage dead = timed.outbox.dead(0, 10).get(0);
    assertThat(dead.attempts()).isEqualTo(10);
    assertThat(dead.reason()).contains("webhook order.paid answered 500 Internal Server Error");
    assertThat(timed.outbox.open()).isZero();

    assertThat(timed.outbox.redrive(each -> true, 100)).isEqualTo(1);
    await().atMost(Receiver.PATIENCE).until(() -> receiver.arrivals().size() == 11);
    await().atMost(Receiver.PATIENCE).until(() -> timed.outbox.open() == 0);
    assertThat(receiver.ids()).containsOnly("msg_1");
    assertThat(timed.outbox.dead(0, 10)).isEmpty();
    for (Receiver.Arrival arrival : receiver.arrivals()) {
      Instant signed = Instant.ofEpochSecond(Long.parseLong(arrival.header("webhook-timestamp")));
      assertThat(
              WebhookVerifier.builder(Providers.STANDARD_WEBHOOKS)
                  .key("its", SECRET)
                  .clock(InstantSource.fixed(signed))
                  .build()
                  .verify(arrival.request())
                  .isVerified())
          .isTrue();
    }
  }

  @Test
  void waitsAsLongAsTheEndpointAsks_butNotLongerThanTheScheduleEverDoes() throws Exception {
    AtomicInteger arrivals = new AtomicInteger();
    Receiver receiver =
        closeLater(
            Receiver.start((arrival, exchange) -> {
              switch (arrivals.incrementAndGet()) {
                case 1 -> Receiver.answer(exchange, 429, "Retry-After", "3600");
                case 2 -> Receiver.answer(exchange, 429, "Retry-After", "100000");
                case 3 -> Receiver.answer(exchange, 503, "Retry-After", "0");
                default -> Receiver.answer(exchange, 200);
              }
            }));
    Timed timed = new Timed(receiver);

    send(timed.outbox, "msg_1", null);

    Duration asked = timed.nextWait();
    assertThat(asked).isBetween(Duration.ofHours(1), Duration.ofMinutes(66));
    timed.pass(asked);
    Duration tooLong = timed.nextWait();
    assertThat(tooLong).isBetween(Duration.ofHours(24), Duration.ofMinutes(24 * 66));
    timed.pass(tooLong);
    Duration scheduled = timed.nextWait();
    assertThat(scheduled).isBetween(Duration.ofMinutes(30), Duration.ofMinutes(33));
    timed.pass(scheduled);
    await().atMost(Receiver.PATIENCE).until(() -> timed.outbox.open() == 0);
    assertThat(log).hasSize(4);
    assertThat(log.get(3).isDelivered()).isTrue();
  }

  @Test
  void oneAttemptIsOneRequest() throws Exception {
    Receiver receiver = closeLater(Receiver.answering(500, 500, 200));
    Outbox outbox =
        outbox(
            receiver, MemoryStore.create(), WebhookSender.OUTBOX.retrySchedule(SOON, SOON, SOON));

    send(outbox, "msg_1", null);
    await().atMost(Receiver.PATIENCE).until(() -> outbox.open() == 0);

    assertThat(receiver.arrivals()).hasSize(3);
    assertThat(log.stream().map(DeliveryAttempt::number)).containsExactly(1, 2, 3);
  }

  @Test
  void whatAnEndpointThatIsGoneWouldHaveGot_waitsAsDeadLetters() throws Exception {
    Receiver receiver = closeLater(Receiver.answering(410, 200));
    Parley parley = closeLater(Parley.create());
    WebhookSender sender = sender(parley, receiver);
    Outbox outbox =
        closeLater(
            Outbox.over(sender, MemoryStore.create(), "hooks")
                .options(WebhookSender.OUTBOX)
                .start(parley));

    send(outbox, "msg_1", null);
    await().atMost(Receiver.PATIENCE).until(() -> outbox.dead(0, 10).size() == 1);
    send(outbox, "msg_2", null);
    await().atMost(Receiver.PATIENCE).until(() -> outbox.dead(0, 10).size() == 2);
    assertThat(receiver.arrivals()).hasSize(1);
    assertThat(sender.isDisabled()).isTrue();

    sender.enable();
    outbox.redrive(each -> true, 1000);
    await()
        .atMost(Receiver.PATIENCE)
        .until(() -> outbox.open() == 0 && receiver.arrivals().size() == 3);
    assertThat(receiver.ids()).containsExactlyInAnyOrder("msg_1", "msg_1", "msg_2");
  }

  @Test
  void keepsTheOrderOfAKey_ifAsked() {
    AtomicInteger failures = new AtomicInteger();
    Receiver receiver =
        closeLater(
            Receiver.start((arrival, exchange) ->
                Receiver.answer(
                    exchange,
                    arrival.id().equals("a1") && failures.incrementAndGet() <= 2 ? 503 : 200)));
    Outbox outbox =
        outbox(
            receiver,
            MemoryStore.create(),
            WebhookSender.OUTBOX
                .retrySchedule(SOON, SOON, SOON)
                .retryMode(RetryMode.BLOCKING_IN_ORDER));

    for (String id : List.of("a1", "a2", "a3", "b1")) {
      send(outbox, id, id.substring(0, 1));
    }
    await().atMost(Receiver.PATIENCE).until(() -> outbox.open() == 0);

    assertThat(receiver.ids()).contains("b1");
    assertThat(receiver.ids().stream().filter(id -> id.startsWith("a")))
        .containsExactly("a1", "a1", "a1", "a2", "a3");
  }

  @Test
  void oneThatWaitsLetsThoseOfItsKeyPass_ifNotAskedOtherwise() throws Exception {
    AtomicInteger failures = new AtomicInteger();
    Receiver receiver =
        closeLater(
            Receiver.start((arrival, exchange) ->
                Receiver.answer(
                    exchange,
                    arrival.id().equals("a1") && failures.incrementAndGet() <= 1 ? 503 : 200)));
    Timed timed = new Timed(receiver);

    send(timed.outbox, "a1", "a");
    Duration wait = timed.nextWait();
    send(timed.outbox, "a2", "a");
    await().atMost(Receiver.PATIENCE).until(() -> receiver.ids().contains("a2"));
    timed.pass(wait);
    await().atMost(Receiver.PATIENCE).until(() -> timed.outbox.open() == 0);

    assertThat(receiver.ids()).containsExactly("a1", "a2", "a1");
  }

  @Test
  void sendsNoMoreAtOnceThanItsConcurrency() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    Receiver receiver =
        closeLater(
            Receiver.start((arrival, exchange) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              three.countDown();
              three.await(30, TimeUnit.SECONDS);
              running.decrementAndGet();
              Receiver.answer(exchange, 200);
            }));
    Outbox outbox = outbox(receiver, MemoryStore.create(), WebhookSender.OUTBOX.concurrency(3));

    for (int i = 0; i < 30; i++) {
      send(outbox, "msg_" + i, null);
    }
    await().atMost(Receiver.PATIENCE).until(() -> outbox.open() == 0);

    assertThat(most).hasValue(3);
    assertThat(receiver.ids()).hasSize(30).doesNotHaveDuplicates();
  }

  @Test
  void anEndpointThatIsDown_getsAllWhenItIsBack() {
    Receiver receiver = closeLater(Receiver.answering(200));
    FaultProxy proxy = closeLater(FaultProxy.to(receiver.port()));
    proxy.refuse();
    Parley parley = closeLater(Parley.create());
    WebhookSender sender =
        WebhookSender.builder("http://127.0.0.1:" + proxy.port())
            .keys(SigningKeys.of(SECRET))
            .destinations(WebhookHarness.LOOPBACK)
            .log(log::add)
            .open(parley);
    Duration[] often = new Duration[500];
    java.util.Arrays.fill(often, SOON);
    Outbox outbox =
        closeLater(
            Outbox.over(sender, MemoryStore.create(), "hooks")
                .options(WebhookSender.OUTBOX.retrySchedule(often))
                .start(parley));
    for (int i = 0; i < 10; i++) {
      send(outbox, "msg_" + i, null);
    }
    await().atMost(Receiver.PATIENCE).until(() -> log.size() >= 20);
    assertThat(outbox.open()).isEqualTo(10);

    proxy.reopen();
    await().atMost(Receiver.PATIENCE).until(() -> outbox.open() == 0);
    assertThat(receiver.ids()).hasSize(10).doesNotHaveDuplicates();
  }
}
