package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.CallOptions;
import dev.parley.ConfigurationException;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Receipt;
import dev.parley.RetryPolicy;
import dev.parley.Signal;
import dev.parley.Topic;
import dev.parley.testkit.VirtualTime;
import dev.parley.webhook.Providers;
import dev.parley.webhook.Scheme;
import dev.parley.webhook.WebhookSigner;
import dev.parley.webhook.WebhookVerifier;
import dev.parley.webhooks.Receiver.Arrival;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the wire shows is signed as Standard Webhooks says, and other people's verifiers agree. */
class WebhookSignatureTest {
  record Paid(String order, int cents) {}

  private static final Topic<Paid> PAID = Topic.of("order.paid", Paid.class);
  private static final String BODY = "{\"order\":\"o-7\",\"cents\":1250}";
  private static final Paid EVENT = new Paid("o-7", 1250);
  private static final String SECRET = WebhookSigner.newSecret();

  private final Parley parley = Parley.create();
  private final Receiver receiver = Receiver.answering(204);

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
    receiver.close();
  }

  private WebhookSender sender(Parley in, SigningKeys keys) {
    return WebhookSender.builder(receiver.uri() + "/hooks")
        .keys(keys)
        .destinations(WebhookHarness.LOOPBACK)
        .open(in);
  }

  private Arrival sent(SigningKeys keys) {
    sender(parley, keys).send(PAID, Message.builder(EVENT).id("msg_1").build());
    return receiver.arrivals().get(receiver.arrivals().size() - 1);
  }

  private static boolean verifies(Scheme scheme, Arrival arrival, String key) {
    return WebhookVerifier.create(scheme, key).verify(arrival.request()).isVerified();
  }

  @Test
  void sendsAPostOfTheEncodedBody_withIdTimeAndSignature() {
    Receipt receipt =
        sender(parley, SigningKeys.of(SECRET))
            .send(PAID, Message.builder(EVENT).id("msg_1").header("x-region", "eu").build());

    Arrival arrival = receiver.arrivals().get(0);
    assertThat(receipt.level()).isEqualTo(Receipt.Level.ACCEPTED_BY_PEER);
    assertThat(receipt.remoteId()).contains("msg_1");
    assertThat(arrival.path()).isEqualTo("/hooks");
    assertThat(arrival.text()).isEqualTo(BODY);
    assertThat(arrival.header("Content-Type")).startsWith("application/json");
    assertThat(arrival.header("User-Agent")).isEqualTo("Parley-Webhooks");
    assertThat(arrival.header("x-region")).isEqualTo("eu");
    assertThat(arrival.id()).isEqualTo("msg_1");
    assertThat(arrival.header("webhook-timestamp")).matches("[0-9]{10}");
    assertThat(arrival.header("webhook-signature")).matches("v1,[A-Za-z0-9+/]{43}=");
  }

  @Test
  void ourVerifierAcceptsIt() {
    Arrival arrival = sent(SigningKeys.of(SECRET));

    assertThat(verifies(Providers.STANDARD_WEBHOOKS, arrival, SECRET)).isTrue();
    assertThat(verifies(Providers.SVIX, arrival, SECRET)).isTrue();
    assertThat(verifies(Providers.STANDARD_WEBHOOKS, arrival, WebhookSigner.newSecret())).isFalse();
  }

  @Test
  void theOfficialSdksAcceptIt() throws Exception {
    Arrival arrival = sent(SigningKeys.of(SECRET));

    new com.standardwebhooks.Webhook(SECRET).verify(arrival.text(), arrival.jdkHeaders());
    new com.svix.Webhook(SECRET).verify(arrival.text(), arrival.jdkHeaders());
    assertThatThrownBy(() ->
            new com.standardwebhooks.Webhook(WebhookSigner.newSecret())
                .verify(arrival.text(), arrival.jdkHeaders()))
        .isInstanceOf(com.standardwebhooks.exceptions.WebhookVerificationException.class);
  }

  @Test
  void signsWithEd25519() {
    WebhookSigner.KeyPair pair = WebhookSigner.newKeyPair();

    Arrival arrival = sent(SigningKeys.of(pair.secretKey()));

    assertThat(arrival.header("webhook-signature")).matches("v1a,[A-Za-z0-9+/]{86}==");
    assertThat(verifies(Providers.STANDARD_WEBHOOKS, arrival, pair.publicKey())).isTrue();
  }

  @Test
  void signsWithEachKeyDuringARotation_andEachReceiverAcceptsItsOwn() throws Exception {
    WebhookSigner.KeyPair pair = WebhookSigner.newKeyPair();
    String old = WebhookSigner.newSecret();

    Arrival arrival = sent(SigningKeys.of(SECRET).and(pair.secretKey()).and(old));

    assertThat(arrival.header("webhook-signature").split(" ")).hasSize(3);
    assertThat(verifies(Providers.STANDARD_WEBHOOKS, arrival, SECRET)).isTrue();
    assertThat(verifies(Providers.STANDARD_WEBHOOKS, arrival, old)).isTrue();
    assertThat(verifies(Providers.STANDARD_WEBHOOKS, arrival, pair.publicKey())).isTrue();
    new com.standardwebhooks.Webhook(old).verify(arrival.text(), arrival.jdkHeaders());
    new com.svix.Webhook(SECRET).verify(arrival.text(), arrival.jdkHeaders());
  }

  @Test
  void leavesAKeyOutWhenItsTimeIsOver() {
    VirtualTime time = VirtualTime.create();
    String old = WebhookSigner.newSecret();
    Instant until = time.now().plus(Duration.ofHours(24));
    try (Parley timed = Parley.builder().time(time).build()) {
      WebhookSender sender = sender(timed, SigningKeys.of(SECRET).and(old, until));

      sender.send(PAID, EVENT);
      time.advance(Duration.ofHours(24));
      sender.send(PAID, EVENT);
    }

    assertThat(receiver.arrivals().get(0).header("webhook-signature").split(" ")).hasSize(2);
    assertThat(receiver.arrivals().get(1).header("webhook-signature").split(" ")).hasSize(1);
  }

  @Test
  void refusesWhatCannotBeAKey() {
    assertThatThrownBy(() -> SigningKeys.of("whsec_")).isInstanceOf(IllegalArgumentException.class);
    String publicKey = WebhookSigner.newKeyPair().publicKey();
    assertThatThrownBy(() -> SigningKeys.of(publicKey))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining(publicKey);
    assertThat(SigningKeys.of(SECRET).and(SECRET)).hasToString("SigningKeys[2]");
  }

  @Test
  void asksForTheKeysOnEachAttempt() {
    List<SigningKeys> inUse =
        new java.util.concurrent.CopyOnWriteArrayList<>(List.of(SigningKeys.of(SECRET)));
    WebhookSender sender =
        WebhookSender.builder(receiver.uri())
            .keys(() -> inUse.get(0))
            .destinations(WebhookHarness.LOOPBACK)
            .open(parley);
    sender.send(PAID, EVENT);
    String next = WebhookSigner.newSecret();
    inUse.set(0, SigningKeys.of(next));
    sender.send(PAID, EVENT);

    assertThat(verifies(Providers.STANDARD_WEBHOOKS, receiver.arrivals().get(0), SECRET)).isTrue();
    assertThat(verifies(Providers.STANDARD_WEBHOOKS, receiver.arrivals().get(1), next)).isTrue();
  }

  @Test
  void KEY_1_repeatsTheId_andSignsEachAttemptForItsOwnTime() throws Exception {
    VirtualTime time = VirtualTime.create();
    Semaphore planned = new Semaphore(0);
    try (Receiver busy = Receiver.answering(500, 503, 200);
        Parley timed =
            Parley.builder()
                .time(time)
                .observer(signal -> {
                  if (signal instanceof Signal.RetryPlanned) {
                    planned.release();
                  }
                })
                .build()) {
      WebhookSender sender =
          WebhookSender.builder(busy.uri())
              .keys(SigningKeys.of(SECRET))
              .destinations(WebhookHarness.LOOPBACK)
              .open(timed);
      RetryPolicy retry = RetryPolicy.DEFAULT.base(Duration.ofHours(1)).cap(Duration.ofHours(1));
      CompletableFuture<Receipt> sent =
          sender.submit(PAID, Message.of(EVENT), CallOptions.DEFAULT.noDeadline().retry(retry));
      for (int retries = 0; retries < 2; retries++) {
        assertThat(planned.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        await().atMost(Receiver.PATIENCE).until(() -> time.scheduled() == 1);
        time.advance(time.untilNext());
      }
      sent.get(30, TimeUnit.SECONDS);

      assertThat(busy.ids()).hasSize(3);
      assertThat(busy.ids()).containsOnly(sent.join().remoteId().orElseThrow());
      assertThat(busy.arrivals().stream().map(each -> each.header("webhook-timestamp")))
          .doesNotHaveDuplicates();
      for (Arrival arrival : busy.arrivals()) {
        Instant at = Instant.ofEpochSecond(Long.parseLong(arrival.header("webhook-timestamp")));
        WebhookVerifier then =
            WebhookVerifier.builder(Providers.STANDARD_WEBHOOKS)
                .key("its", SECRET)
                .clock(InstantSource.fixed(at))
                .build();
        assertThat(then.verify(arrival.request()).isVerified()).isTrue();
      }
    }
  }

  @Test
  void takesTheKeyOfTheSendForTheId_whereTheMessageHasNone() {
    WebhookSender sender = sender(parley, SigningKeys.of(SECRET));
    Topic<Paid> unsafe = PAID.with(Idempotency.NONE);

    sender.send(PAID, EVENT);
    sender.newSend(PAID, Message.of(EVENT), CallOptions.DEFAULT.idempotencyKey("k-1")).execute();
    sender
        .newSend(
            PAID,
            Message.builder(EVENT).id("m-1").build(),
            CallOptions.DEFAULT.idempotencyKey("k-2"))
        .execute();
    sender.send(unsafe, EVENT);
    sender.send(unsafe, EVENT);

    assertThat(receiver.ids().get(0)).isNotEmpty();
    assertThat(receiver.ids().subList(1, 3)).containsExactly("k-1", "k-2");
    assertThat(receiver.ids().subList(3, 5)).allMatch(id -> id.startsWith("msg_"));
    assertThat(receiver.ids()).doesNotHaveDuplicates();
  }

  @Test
  void refusesAnIdThatReceiversCouldNotCheck() {
    WebhookSender sender = sender(parley, SigningKeys.of(SECRET));
    for (String id : List.of("evt.1", "a b", "ü", "")) {
      assertThatThrownBy(() -> sender.send(PAID, Message.builder(EVENT).id(id).build()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "the id of a webhook must be 1 to 256 plain characters without a dot or white space:"
                  + " receivers check its signature by the dots around it");
    }
    assertThat(receiver.arrivals()).isEmpty();
  }

  @Test
  void nobodyElsesHeaderTakesThePlaceOfTheSignature() {
    sender(parley, SigningKeys.of(SECRET))
        .newSend(
            PAID,
            Message.builder(EVENT).header("Webhook-Signature", "v1,forged").build(),
            CallOptions.DEFAULT
                .header("webhook-timestamp", "1")
                .header("webhook-signature", "v1,forged"))
        .execute();

    Arrival arrival = receiver.arrivals().get(0);
    assertThat(arrival.headers().get("webhook-signature")).hasSize(1);
    assertThat(verifies(Providers.STANDARD_WEBHOOKS, arrival, SECRET)).isTrue();
  }

  @Test
  void changesTheNativeRequest_butNotWhatIsSigned() {
    Topic<Map<String, Integer>> topic =
        Topic.of("raw", new dev.parley.TypeRef<Map<String, Integer>>() {})
            .bind(
                Webhook.plain()
                    .nativeRequest(request ->
                        request
                            .newBuilder()
                            .header("x-native", "yes")
                            .url("http://127.0.0.1:1/")
                            .build()));
    sender(parley, SigningKeys.of(SECRET)).send(topic, Map.of("a", 1));

    Arrival arrival = receiver.arrivals().get(0);
    assertThat(arrival.header("x-native")).isEqualTo("yes");
    assertThat(arrival.text()).isEqualTo("{\"a\":1}");
    assertThat(verifies(Providers.STANDARD_WEBHOOKS, arrival, SECRET)).isTrue();
  }
}
