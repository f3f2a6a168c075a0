package dev.parley.samples.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Payload;
import dev.parley.RetryMode;
import dev.parley.Topic;
import dev.parley.store.ClaimRequest;
import dev.parley.store.Inbox;
import dev.parley.store.StoredMessage;
import dev.parley.testkit.MemoryStore;
import dev.parley.webhook.Providers;
import dev.parley.webhook.Scheme;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookSigner;
import dev.parley.webhook.WebhookVerifier;
import dev.parley.webhooks.InboxEndpoint;
import dev.parley.webhooks.InboxEndpoint.Received;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an inbox must do behind any web framework. */
class InboxHandlersTest {
  private static final String SECRET = "whsec_84d58326f521c7453f3d33374043e03f";
  private static final Topic<Payload> TOPIC = Topic.of("payments", Payload.class);
  private static final Duration PATIENCE = Duration.ofSeconds(45);
  private static final int LIMIT = 64 * 1024;
  private static final long GIBIBYTE = 1L << 30;

  private final MemoryStore store = MemoryStore.create();
  private final Inbox inbox = Inbox.create(store, "shop");
  private final List<Received> heard = new CopyOnWriteArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();

  private InboxEndpoint endpoint(Scheme scheme, String secret) {
    return InboxEndpoint.builder(WebhookVerifier.create(scheme, secret), inbox, TOPIC)
        .maxBody(LIMIT)
        .keepHeaders("X-Kept")
        .listener((Received received) -> heard.add(received))
        .build();
  }

  private Web.Running start(Web web) throws Exception {
    return web.start(endpoint(Providers.STRIPE, SECRET));
  }

  private static Map<String, String> signature(byte[] body, Instant at) {
    return WebhookSigner.create(Providers.STRIPE, SECRET)
        .sign(WebhookRequest.builder().body(body).build(), at);
  }

  private HttpResponse<String> post(Web.Running server, byte[] body, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/webhooks"))
            .timeout(PATIENCE)
            .header("X-Kept", "yes")
            .POST(BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private int status(Web.Running server, byte[] body, Instant signedAt) throws Exception {
    return post(server, body, signature(body, signedAt)).statusCode();
  }

  private List<StoredMessage> stored() {
    ClaimRequest all =
        new ClaimRequest(
            "shop/payments", "test", 100, Duration.ofNanos(1), RetryMode.BLOCKING_IN_ORDER);
    return store.claim(all).stream().map(each -> each.message()).toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void storesWhatIsGenuine_byteForByte(Web web) throws Exception {
    byte[] body = {'{', '}', ' ', (byte) 0xff, 0, '\r', '\n'}; // no text in any charset
    try (Web.Running server = start(web)) {
      assertThat(status(server, body, Instant.now())).isEqualTo(200);
    }
    assertThat(stored()).hasSize(1);
    assertThat(stored().get(0).body()).isEqualTo(body);
    assertThat(stored().get(0).headers().first("X-Kept")).contains("yes");
  }

  @ParameterizedTest
  @EnumSource
  void INB_20_answersARepetitionTheSame_andStoresItOnce(Web web) throws Exception {
    byte[] body = bytes("{\"id\":\"evt_1\"}");
    try (Web.Running server = start(web)) {
      for (int i = 0; i < 3; i++) {
        assertThat(status(server, body, Instant.now())).isEqualTo(200);
      }
      assertThat(status(server, bytes("{\"id\":\"evt_1\",\"a\":1}"), Instant.now()))
          .as("another body under the same id")
          .isEqualTo(422);
    }
    assertThat(stored()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatIsForgedUnsignedOrReplayedLater(Web web) throws Exception {
    byte[] body = bytes("{\"id\":\"evt_1\"}");
    try (Web.Running server = start(web)) {
      assertThat(post(server, body, signature(bytes("{}"), Instant.now())).statusCode())
          .isEqualTo(401);
      assertThat(post(server, body, Map.of()).statusCode()).isEqualTo(401);
      assertThat(status(server, body, Instant.now().minus(Duration.ofHours(1)))).isEqualTo(401);
    }
    assertThat(stored()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void INB_failsClosedWhileTheStoreIsDown(Web web) throws Exception {
    byte[] body = bytes("{\"id\":\"evt_1\"}");
    try (Web.Running server = start(web)) {
      store.down(true);
      HttpResponse<String> down = post(server, body, signature(body, Instant.now()));
      assertThat(down.statusCode()).isEqualTo(503);
      assertThat(down.headers().firstValue("Retry-After")).contains("30");

      store.down(false);
      assertThat(status(server, body, Instant.now())).isEqualTo(200);
    }
    assertThat(stored()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void answersAHandshakeThatComesByGet(Web web) throws Exception {
    try (Web.Running server = web.start(endpoint(Providers.DROPBOX, SECRET))) {
      URI uri = URI.create("http://127.0.0.1:" + server.port() + "/webhooks?challenge=a1B2-c3");
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("a1B2-c3");
      assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
          .startsWith("text/plain");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }
    assertThat(stored()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void attack03_refusesTwoSignaturesOfWhichOneIsGood(Web web) throws Exception {
    byte[] body = bytes("{\"id\":\"evt_1\"}");
    String good = signature(body, Instant.now()).get("Stripe-Signature");
    try (Web.Running server = start(web);
        Wire wire = new Wire(server.port())) {
      wire.write(head("Content-Length: " + body.length, good, "t=1,v1=00"));
      wire.write(new String(body, StandardCharsets.UTF_8));

      assertThat(wire.status().get(60, TimeUnit.SECONDS)).hasValue(401);
    }
    assertThat(stored()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void attack51_storesNothingOfARequestThatBreaksOff(Web web) throws Exception {
    byte[] body = bytes("{\"id\":\"evt_1\"}");
    String good = signature(body, Instant.now()).get("Stripe-Signature");
    try (Web.Running server = start(web)) {
      try (Wire wire = new Wire(server.port())) {
        wire.write(head("Content-Length: " + (body.length + 1), good));
        wire.write(new String(body, StandardCharsets.UTF_8));
      }
      assertThat(status(server, bytes("{\"id\":\"evt_2\"}"), Instant.now())).isEqualTo(200);
    }
    assertThat(stored()).hasSize(1);
    assertThat(stored().get(0).body()).isEqualTo(bytes("{\"id\":\"evt_2\"}"));
  }

  @ParameterizedTest
  @EnumSource
  void attack09_takesABodyOfExactlyTheLimit(Web web) throws Exception {
    int limit = 5 << 20; // the default
    InboxEndpoint lenient =
        InboxEndpoint.create(WebhookVerifier.create(Providers.STRIPE, SECRET), inbox, TOPIC);
    try (Web.Running server = web.start(lenient)) {
      assertThat(status(server, new byte[limit], Instant.now())).isEqualTo(200);
    }
    assertThat(stored().get(0).body()).hasSize(limit);
  }

  /** It announces a gibibyte, and waits for the answer after one byte too many. */
  @ParameterizedTest
  @EnumSource
  void attack09_answers413BeforeTheRestOfABodyHasCome(Web web) throws Exception {
    try (Web.Running server = start(web);
        Wire wire = new Wire(server.port())) {
      wire.write(head("Content-Length: " + GIBIBYTE, "t=1,v1=00"));
      assertThat(wire.pour(LIMIT + 1)).isEqualTo(LIMIT + 1);

      assertThat(wire.status().get(60, TimeUnit.SECONDS)).hasValue(413);
    }
    assertThat(stored()).isEmpty();
  }

  /**
   * It writes on while it is answered. A server that closes while bytes are under way to it resets
   * the connection, by the rules of TCP, and the reset may overtake the answer.
   */
  @ParameterizedTest
  @EnumSource
  void attack09_doesNotReadABodyThatIsTooLongToItsEnd(Web web) throws Exception {
    for (boolean chunked : new boolean[] {false, true}) {
      heard.clear();
      try (Web.Running server = start(web);
          Wire wire = new Wire(server.port())) {
        String length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + GIBIBYTE;
        wire.write(head(length, "t=1,v1=00"));
        if (chunked) {
          wire.write(Long.toHexString(GIBIBYTE) + "\r\n");
        }
        CompletableFuture<OptionalInt> status = wire.status();

        assertThat(wire.pour(GIBIBYTE)).as("chunked: %s", chunked).isLessThan(GIBIBYTE / 4);
        OptionalInt answered = status.get(60, TimeUnit.SECONDS);
        assertThat(answered.orElse(413)).isEqualTo(413);
        await().atMost(PATIENCE).until(() -> !heard.isEmpty());
        assertThat(heard.get(0).reply().status()).isEqualTo(413);
      }
      assertThat(stored()).isEmpty();
    }
  }

  private static String head(String length, String... signatures) {
    StringBuilder head = new StringBuilder("POST /webhooks HTTP/1.1\r\nHost: shop\r\n");
    head.append(length).append("\r\n");
    for (String signature : signatures) {
      head.append("Stripe-Signature: ").append(signature).append("\r\n");
    }
    return head.append("\r\n").toString();
  }
}
