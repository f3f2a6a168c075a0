package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Payload;
import dev.parley.RetryMode;
import dev.parley.Topic;
import dev.parley.store.ClaimRequest;
import dev.parley.store.Inbox;
import dev.parley.store.StoredMessage;
import dev.parley.testkit.MemoryStore;
import dev.parley.webhook.Providers;
import dev.parley.webhook.Reply;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookVerifier;
import dev.parley.webhooks.InboxEndpoint.Received;
import dev.parley.webhooks.InboxEndpoint.Received.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InboxEndpointTest {
  private static final String SECRET = "whsec_84d58326f521c7453f3d33374043e03f";
  private static final Topic<Payload> TOPIC = Topic.of("payments", Payload.class);

  private final MemoryStore store = MemoryStore.create();
  private final Inbox inbox = Inbox.create(store, "shop");
  private final List<Result> heard = Collections.synchronizedList(new ArrayList<>());
  private final TestRequests stripe = TestRequests.stripe(SECRET);
  private final InboxEndpoint endpoint = endpoint().build();

  private InboxEndpoint.Builder endpoint() {
    return InboxEndpoint.builder(WebhookVerifier.create(Providers.STRIPE, SECRET), inbox, TOPIC)
        .listener((Received received) -> heard.add(received.result()));
  }

  @Test
  void INB_storesWhatIsGenuineBeforeItAnswers() {
    Reply reply = endpoint.receive(stripe.request("{\"id\":\"evt_1\"}"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(stored()).hasSize(1);
    StoredMessage message = stored().get(0);
    assertThat(new String(message.body())).isEqualTo("{\"id\":\"evt_1\"}");
    assertThat(message.contentType()).isEqualTo("application/json");
    assertThat(message.id()).contains("evt_1");
    assertThat(heard).containsExactly(Result.STORED);
  }

  @Test
  void INB_20_answersARepetitionTheSameAndStoresItOnce() {
    WebhookRequest request = stripe.request("{\"id\":\"evt_1\"}");
    assertThat(endpoint.receive(request).status()).isEqualTo(200);
    assertThat(endpoint.receive(request).status()).isEqualTo(200);

    assertThat(stored()).hasSize(1);
    assertThat(heard).containsExactly(Result.STORED, Result.DUPLICATE);
  }

  @Test
  void INB_1_refusesAnotherBodyUnderTheSameSignedId() {
    endpoint.receive(stripe.request("{\"id\":\"evt_1\"}"));
    Reply reply = endpoint.receive(stripe.request("{\"id\":\"evt_1\",\"amount\":1}"));

    assertThat(reply.status()).isEqualTo(422);
    assertThat(heard).containsExactly(Result.STORED, Result.MISMATCH);
  }

  @Test
  void takesTheSignedIdAloneIfAsked() {
    InboxEndpoint lenient = endpoint().ignoreBodies().build();
    lenient.receive(stripe.request("{\"id\":\"evt_1\"}"));

    assertThat(lenient.receive(stripe.request("{\"id\":\"evt_1\",\"n\":1}")).status())
        .isEqualTo(200);
    assertThat(heard).containsExactly(Result.STORED, Result.DUPLICATE);
  }

  @Test
  void INB_failsClosedWhileTheStoreIsDown() {
    store.down(true);
    Reply reply = endpoint.receive(stripe.request("{\"id\":\"evt_1\"}"));

    assertThat(reply).isEqualTo(new Reply(503, Map.of("Retry-After", "30"), ""));
    store.down(false);
    assertThat(endpoint.receive(stripe.request("{\"id\":\"evt_1\"}")).status()).isEqualTo(200);
    assertThat(heard).containsExactly(Result.UNAVAILABLE, Result.STORED);
  }

  @Test
  void storesNothingThatIsForged() {
    Reply reply =
        endpoint.receive(
            WebhookRequest.builder()
                .header("Stripe-Signature", "t=1,v1=00")
                .body("{}".getBytes())
                .build());

    assertThat(reply.status()).isEqualTo(401);
    assertThat(stored()).isEmpty();
    assertThat(heard).containsExactly(Result.REFUSED);
  }

  @Test
  void answersHandshakesAndStoresNothing() {
    TestRequests slack = TestRequests.of(Providers.SLACK, "8f742231b10e8888abcd99yyyzzz85a5");
    InboxEndpoint events =
        InboxEndpoint.create(
            WebhookVerifier.create(Providers.SLACK, "8f742231b10e8888abcd99yyyzzz85a5"),
            inbox,
            TOPIC);
    Reply reply =
        events.receive(
            slack.request(
                "{\"type\":\"url_verification\",\"challenge\":\"3eZbrw1aBm2rZgRNFdxV\"}"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("3eZbrw1aBm2rZgRNFdxV");
    assertThat(stored()).isEmpty();
  }

  @Test
  void INB_4_knowsABodyAgainUnderAnotherUnsignedId() {
    String secret = "It's a Secret to Everybody";
    InboxEndpoint github =
        InboxEndpoint.builder(WebhookVerifier.create(Providers.GITHUB, secret), inbox, TOPIC)
            .keepHeaders("X-GitHub-Event", "X-Not-There")
            .listener((Received received) -> heard.add(received.result()))
            .build();
    WebhookRequest signed = TestRequests.of(Providers.GITHUB, secret).request("{\"a\":1}");
    github.receive(
        signed.toBuilder()
            .header("X-GitHub-Delivery", "1")
            .header("X-GitHub-Event", "push")
            .build());
    github.receive(signed.toBuilder().header("X-GitHub-Delivery", "2").build());

    assertThat(heard).containsExactly(Result.STORED, Result.DUPLICATE);
    assertThat(stored().get(0).headers().names()).containsExactly("X-GitHub-Event");
  }

  @Test
  void BUF_answers429WhileTooManyWait() {
    InboxEndpoint full = endpoint().maxOpen(1).build();
    inbox.accept(StoredMessage.of("a", TOPIC.name(), new byte[0], null));
    inbox.accept(StoredMessage.of("b", TOPIC.name(), new byte[0], null));
    Reply reply = full.receive(stripe.request("{\"id\":\"evt_1\"}"));

    assertThat(reply).isEqualTo(new Reply(429, Map.of("Retry-After", "30"), ""));
    assertThat(heard).containsExactly(Result.TOO_MANY);
  }

  @Test
  void keepsTheOrderOfAKey() {
    InboxEndpoint ordered = endpoint().key(request -> "x".repeat(300)).build();
    ordered.receive(stripe.request("{\"id\":\"evt_1\"}"));

    assertThat(stored().get(0).key()).hasSize(64);
  }

  @Test
  void knowsAnIdByItsHashThatADatabaseMightRefuse() {
    endpoint.receive(stripe.request("{\"id\":\"evt_\\u0000\\u00e9\"}"));
    endpoint.receive(stripe.request("{\"id\":\"evt_\\u0000\\u00e9\"}"));

    assertThat(heard).containsExactly(Result.STORED, Result.DUPLICATE);
    assertThat(stored().get(0).id()).matches("[\\x20-\\x7e]+");
  }

  private List<StoredMessage> stored() {
    return store
        .claim(
            new ClaimRequest(
                "shop/payments", "test", 100, Duration.ofNanos(1), RetryMode.BLOCKING_IN_ORDER))
        .stream()
        .map(each -> each.message())
        .toList();
  }
}
