package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.BreakerOpenException;
import dev.parley.CallOptions;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.OverloadedException;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Receipt;
import dev.parley.RemoteException;
import dev.parley.RetryPolicy;
import dev.parley.Topic;
import dev.parley.resilience.Resilience4jStages;
import dev.parley.testkit.VirtualTime;
import dev.parley.webhook.WebhookSigner;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSenderTest {
  private static final Topic<String> TOPIC = Topic.of("order.paid", String.class);
  private static final String SECRET = WebhookSigner.newSecret();
  private static final CallOptions FAST =
      CallOptions.DEFAULT.retry(
          RetryPolicy.DEFAULT
              .base(Duration.ofMillis(1))
              .throttledBase(Duration.ofMillis(1))
              .cap(Duration.ofMillis(5)));
  private static final CallOptions ONCE = CallOptions.DEFAULT.retry(RetryPolicy.NEVER);

  private final Parley parley = Parley.create();
  private final List<DeliveryAttempt> log = new CopyOnWriteArrayList<>();
  private final List<String> disabled = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
  }

  private WebhookSender.Builder builder(Receiver receiver) {
    return WebhookSender.builder(receiver.uri() + "/hooks/T0/secretpath?token=hidden")
        .keys(SigningKeys.of(SECRET))
        .destinations(WebhookHarness.LOOPBACK)
        .log(log::add)
        .onDisabled(disabled::add);
  }

  private static Receipt send(WebhookSender sender, CallOptions options) {
    return sender.newSend(TOPIC, Message.of("paid"), options).execute().body();
  }

  private static ParleyException failure(WebhookSender sender, CallOptions options) {
    return catchThrowableOfType(ParleyException.class, () -> send(sender, options));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 299})
  void everyStatusFrom200To299IsDelivered(int status) {
    try (Receiver receiver = Receiver.answering(status)) {
      Receipt receipt = send(builder(receiver).open(parley), ONCE);

      assertThat(receipt.level()).isEqualTo(Receipt.Level.ACCEPTED_BY_PEER);
      assertThat(receipt.unwrap(Response.class).orElseThrow().code()).isEqualTo(status);
      assertThat(log).hasSize(1);
      assertThat(log.get(0).isDelivered()).isTrue();
      assertThat(log.get(0).status()).isEqualTo(OptionalInt.of(status));
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {301, 302, 304, 400, 401, 403, 404, 408, 409, 413, 422, 425, 429, 500, 501, 503})
  void everyOtherStatusIsRepeated_but410(int status) {
    try (Receiver receiver = Receiver.answering(status, status, 200)) {
      assertThat(send(builder(receiver).open(parley), FAST).level())
          .isEqualTo(Receipt.Level.ACCEPTED_BY_PEER);

      assertThat(receiver.arrivals()).hasSize(3);
      assertThat(receiver.ids().get(0)).isNotNull();
      assertThat(receiver.ids()).containsOnly(receiver.ids().get(0));
      assertThat(disabled).isEmpty();
    }
  }

  @Test
  void gone_disablesTheEndpoint() {
    try (Receiver receiver = Receiver.answering(410, 200)) {
      WebhookSender sender = builder(receiver).open(parley);

      ParleyException gone = failure(sender, FAST);
      ParleyException after = failure(sender, FAST);

      assertThat(gone).isInstanceOf(RemoteException.class);
      assertThat(gone.kind()).isEqualTo(Kind.PERMANENT);
      assertThat(gone.getMessage()).contains("webhook order.paid answered 410 Gone");
      assertThat(after).isInstanceOf(EndpointDisabledException.class);
      assertThat(after.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(after.getMessage())
          .contains(
              "the endpoint is disabled, since it answered 410 Gone; enable() it when that has"
                  + " changed");
      assertThat(sender.isDisabled()).isTrue();
      assertThat(disabled).containsExactly("answered 410 Gone");
      assertThat(receiver.arrivals()).hasSize(1);

      sender.enable();
      send(sender, FAST);
      assertThat(receiver.arrivals()).hasSize(2);
      assertThat(sender.isDisabled()).isFalse();
    }
  }

  @Test
  void anEndpointThatTakesNothingForFiveDays_isDisabled() {
    VirtualTime time = VirtualTime.create();
    AtomicInteger status = new AtomicInteger(500);
    try (Receiver receiver =
            Receiver.start((arrival, exchange) -> Receiver.answer(exchange, status.get()));
        Parley timed = Parley.builder().time(time).build()) {
      WebhookSender sender = builder(receiver).open(timed);
      CallOptions once = FAST.retry(RetryPolicy.NEVER);
      for (int i = 0; i < 30; i++) {
        failure(sender, once); // often, but not for long
      }
      time.advance(Duration.ofHours(119));
      failure(sender, once);
      assertThat(sender.isDisabled()).isFalse();
      status.set(200);
      send(sender, once);
      status.set(503);

      for (int hours = 0; hours < 120; hours += 12) {
        failure(sender, once);
        assertThat(sender.isDisabled()).as("after %s hours", hours).isFalse();
        time.advance(Duration.ofHours(12));
      }
      failure(sender, once);
      assertThat(disabled).containsExactly("took nothing for 120 hours, in 11 attempts");

      int arrivals = receiver.arrivals().size();
      assertThat(failure(sender, once)).isInstanceOf(EndpointDisabledException.class);
      assertThat(receiver.arrivals()).hasSize(arrivals);
      sender.enable();
      assertThat(failure(sender, once)).isInstanceOf(RemoteException.class);
      assertThat(sender.isDisabled()).as("it counts anew").isFalse();
    }
  }

  @Test
  void aListenerThatThrowsChangesNothing() {
    try (Receiver receiver = Receiver.answering(200, 410)) {
      WebhookSender sender =
          builder(receiver)
              .log(attempt -> {
                throw new IllegalStateException("disk full");
              })
              .onDisabled(why -> {
                throw new IllegalStateException("no mail");
              })
              .open(parley);

      send(sender, FAST);
      assertThat(failure(sender, FAST)).isInstanceOf(RemoteException.class);
      assertThat(sender.isDisabled()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"Retry-After, 1", "Retry-After, date"})
  void BKF_7_waitsAsLongAsTheEndpointAsks(String header, String value) {
    AtomicLong first = new AtomicLong();
    AtomicLong second = new AtomicLong();
    try (Receiver receiver =
        Receiver.start((arrival, exchange) -> {
          if (first.compareAndSet(0, System.nanoTime())) {
            // Of the wall clocks only the difference counts, however wrong ours is.
            String date = "Sat, 01 Jan 2000 00:00:0";
            Receiver.answer(
                exchange,
                429,
                "Date",
                date + "0 GMT",
                header,
                value.equals("date") ? date + "1 GMT" : value);
          } else {
            second.set(System.nanoTime());
            Receiver.answer(exchange, 200);
          }
        })) {
      send(builder(receiver).open(parley), FAST);

      assertThat(Duration.ofNanos(second.get() - first.get()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }
  }

  @Test
  void readsNoMoreOfAnAnswerThanItsLimit() throws Exception {
    AtomicLong written = new AtomicLong();
    CountDownLatch broken = new CountDownLatch(1);
    try (Receiver receiver =
        Receiver.start((arrival, exchange) -> {
          byte[] chunk = new byte[1 << 16];
          try {
            while (written.get() < 1L << 30) {
              exchange.getOutputStream().write(chunk);
              exchange.getOutputStream().flush();
              written.addAndGet(chunk.length);
            }
          } catch (java.io.IOException e) {
            broken.countDown();
          }
        })) {
      Receipt receipt = send(builder(receiver).open(parley), ONCE);

      assertThat(receipt.level()).isEqualTo(Receipt.Level.ACCEPTED_BY_PEER);
      assertThat(broken.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(written.get()).isLessThan(16L << 20); // what the sockets' buffers hold
    }
  }

  @Test
  void refusesMoreSendsAtOnceThanItsLimit() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (Receiver receiver =
        Receiver.start((arrival, exchange) -> {
          goOn.await(30, TimeUnit.SECONDS);
          Receiver.answer(exchange, 200);
        })) {
      WebhookSender sender = builder(receiver).concurrency(2).open(parley);
      List<CompletableFuture<Receipt>> two =
          List.of(
              sender.submit(TOPIC, Message.of("1"), ONCE),
              sender.submit(TOPIC, Message.of("2"), ONCE));
      await().atMost(Receiver.PATIENCE).until(() -> receiver.arrivals().size() == 2);

      ParleyException refused = failure(sender, FAST);

      assertThat(refused).isInstanceOf(OverloadedException.class);
      assertThat(refused.getMessage()).contains("at most 2 sends at once to this endpoint");
      assertThat(receiver.arrivals()).hasSize(2);
      goOn.countDown();
      for (CompletableFuture<Receipt> each : two) {
        each.get(30, TimeUnit.SECONDS);
      }
      send(sender, ONCE);
    }
  }

  @Test
  void CBK_anEndpointThatKeepsFailingIsSpared_whileOthersAreNot() {
    VirtualTime time = VirtualTime.create(); // it stands still: all falls into one window
    try (Receiver failing = Receiver.answering(500);
        Receiver well = Receiver.answering(200);
        Parley careful =
            Parley.builder()
                .time(time)
                .stages(Resilience4jStages.builder().time(time).build())
                .build()) {
      WebhookSender bad = builder(failing).open(careful);
      WebhookSender good = builder(well).open(careful);
      for (int i = 0; i < 20; i++) {
        assertThat(failure(bad, ONCE)).isInstanceOf(RemoteException.class);
      }

      assertThat(failure(bad, FAST)).isInstanceOf(BreakerOpenException.class);
      assertThat(failing.arrivals()).hasSize(20);
      send(good, ONCE);
    }
  }

  @Test
  void logsWhoWhenWhichAttemptAndHowItEnded_andNothingSecret() {
    try (Receiver receiver = Receiver.answering(503, 200)) {
      WebhookSender sender = builder(receiver).name("shop 7").open(parley);

      sender.newSend(TOPIC, Message.builder("body-text").id("msg_1").build(), FAST).execute();

      assertThat(log).hasSize(2);
      assertThat(log.get(0).endpoint()).isEqualTo("shop 7");
      assertThat(log.get(0).topic()).isEqualTo("order.paid");
      assertThat(log.get(0).webhookId()).isEqualTo("msg_1");
      assertThat(log.get(0).number()).isEqualTo(1);
      assertThat(log.get(0).status()).isEqualTo(OptionalInt.of(503));
      assertThat(log.get(0).failure())
          .contains("webhook order.paid answered 503 Service Unavailable");
      assertThat(log.get(1).number()).isEqualTo(2);
      assertThat(log.get(1).isDelivered()).isTrue();
      assertThat(log.get(1).at()).isAfterOrEqualTo(log.get(0).at());
      assertThat(log.get(1).took()).isPositive();
      assertThat(log.toString()).doesNotContain("body-text", SECRET, "secretpath", "hidden", "v1,");
    }
  }

  @Test
  void keepsPathAndQueryOfTheEndpoint_andShowsNoQuery() {
    try (Receiver receiver = Receiver.answering(500)) {
      WebhookSender sender = builder(receiver).open(parley);
      ParleyException failure = failure(sender, ONCE);

      assertThat(receiver.arrivals().get(0).path()).isEqualTo("/hooks/T0/secretpath");
      assertThat(receiver.arrivals().get(0).query()).isEqualTo("token=hidden");
      assertThat(sender.uri().toString() + sender + sender.explain() + failure.getMessage())
          .doesNotContain("hidden");
      assertThat(failure.getMessage()).doesNotContain("secretpath");
    }
  }

  @Test
  void refusesToOpenWithoutKeys_andWithUserInformation() {
    assertThatThrownBy(() -> WebhookSender.builder("https://shop.example/").open(parley))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("a webhook is signed: give keys(SigningKeys.of(\"whsec_…\")) to its sender");
    assertThatThrownBy(() -> WebhookSender.builder("https://me:pass@shop.example/"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageNotContaining("pass@");
    assertThatThrownBy(() -> WebhookSender.builder("ftp://shop.example/"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the address of an endpoint must be a URL such as https://shop.example/webhooks");
  }

  @Test
  void hasAParleyOfItsOwn_ifItIsGivenNone() {
    try (Receiver receiver = Receiver.answering(200);
        WebhookSender sender = builder(receiver).build()) {
      sender.send(TOPIC, "paid");
      assertThat(receiver.arrivals()).hasSize(1);
    }
  }
}
