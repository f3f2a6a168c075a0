package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each provider's question, and the answer it wants. */
class HandshakesTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_763_700_000);
  private static final String SECRET = "1f2e3d4c5b6a79880f1e2d3c4b5a6978";

  @Test
  void slack() {
    Verification verification =
        signed(Providers.SLACK, "{\"type\":\"url_verification\",\"challenge\":\"3eZbrw1aBm2r\"}");
    assertAnswer(verification, "text/plain; charset=utf-8", "3eZbrw1aBm2r");
    // An event that only speaks of one.
    assertThat(signed(Providers.SLACK, "{\"text\":\"url_verification\"}").isVerified()).isTrue();
    assertThat(signed(Providers.SLACK, "url_verification").isVerified()).isTrue();
  }

  @Test
  void meta() {
    Scheme meta = Providers.meta("my-verify-token");
    String url = "/in?hub.mode=subscribe&hub.verify_token=%s&hub.challenge=1158201444";
    assertAnswer(
        get(meta, url.formatted("my-verify-token")), "text/plain; charset=utf-8", "1158201444");
    assertThat(get(meta, url.formatted("other")).reason()).isEqualTo(Reason.MISMATCH);
    assertThat(get(meta, "/in?hub.mode=subscribe").reason()).isEqualTo(Reason.MISMATCH);
    assertThat(get(meta, "/in").reason()).isEqualTo(Reason.MISSING);
  }

  @Test
  void zoom() {
    assertThat(
            signed(
                    Providers.ZOOM,
                    "{\"event\":\"endpoint.url_validation\",\"payload\":{\"plainToken\":\"v0:1:\"}}")
                .reason())
        .isEqualTo(Reason.MALFORMED);
    assertThat(Vectors.named("P-zoom-093").verifier().verify(Vectors.named("P-zoom-093").request()))
        .returns(true, Verification::isHandshake)
        .returns("application/json", result -> result.reply().headers().get("Content-Type"));
  }

  @Test
  void x() {
    byte[] mac =
        Key.secret("", Encoding.utf8(SECRET))
            .mac(Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8("challenge123")));
    assertAnswer(
        get(Providers.X, "/in?crc_token=challenge123"),
        "application/json",
        "{\"response_token\":\"sha256=" + Encoding.BASE64.encode(mac) + "\"}");
  }

  /** Or else anybody could have events signed by asking for the answer to them. */
  @Test
  void xSignsNoEvents() {
    assertThat(get(Providers.X, "/in?crc_token=%7B%22a%22%3A1%7D").reason())
        .isEqualTo(Reason.MALFORMED);
  }

  @Test
  void dropbox() {
    assertAnswer(
        get(Providers.DROPBOX, "/in?challenge=a-b_c"), "text/plain; charset=utf-8", "a-b_c");
  }

  @Test
  void twitch() {
    WebhookRequest unsigned =
        WebhookRequest.builder()
            .header("Twitch-Eventsub-Message-Id", "m-1")
            .header("Twitch-Eventsub-Message-Type", "webhook_callback_verification")
            .body(Encoding.utf8("{\"challenge\":\"pogchamp-kappa-360noscope-vohiyo\"}"))
            .build();
    assertAnswer(
        signed(Providers.TWITCH, unsigned),
        "text/plain; charset=utf-8",
        "pogchamp-kappa-360noscope-vohiyo");
  }

  @Test
  void discord() throws Exception {
    byte[] pair = Ed25519.generate();
    assertAnswer(discord(pair, "{\"type\":1}"), "application/json", "{\"type\":1}");
    assertThat(discord(pair, "{\"version\":1,\"application_id\":\"1\",\"type\":0}").reply())
        .isEqualTo(Reply.empty(204));
    assertThat(discord(pair, "{\"version\":1,\"type\":1,\"event\":{}}").isVerified()).isTrue();
    assertThat(discord(pair, "{\"type\":2,\"id\":\"7\"}").deduplicationKey())
        .isEqualTo("discord:id:7");
    assertThat(discord(Ed25519.generate(), pair, "{\"type\":1}").reply().status()).isEqualTo(401);
  }

  @Test
  void okta() {
    WebhookRequest request =
        WebhookRequest.builder()
            .method("GET")
            .header("X-Okta-Verification-Challenge", "Z2sOqkaoxhFIMbaT")
            .build();
    assertAnswer(
        WebhookVerifier.create(Providers.OKTA, SECRET).verify(request),
        "application/json",
        "{\"verification\":\"Z2sOqkaoxhFIMbaT\"}");
  }

  @Test
  void eventGrid() {
    WebhookVerifier verifier = WebhookVerifier.create(Providers.AZURE_EVENT_GRID, SECRET);
    WebhookRequest validation =
        WebhookRequest.builder()
            .url("/in?secret=" + SECRET)
            .header("aeg-event-type", "SubscriptionValidation")
            .body(Encoding.utf8("[{\"id\":\"1\",\"data\":{\"validationCode\":\"512d38b6-c7b8\"}}]"))
            .build();
    assertAnswer(
        verifier.verify(validation),
        "application/json",
        "{\"validationResponse\":\"512d38b6-c7b8\"}");
    assertThat(verifier.verify(validation.toBuilder().url("/in?secret=guess").build()).reason())
        .isEqualTo(Reason.MISMATCH);

    WebhookRequest options =
        WebhookRequest.builder()
            .method("OPTIONS")
            .url("/in?secret=" + SECRET)
            .header("WebHook-Request-Origin", "eventgrid.azure.net")
            .build();
    assertThat(verifier.verify(options).reply())
        .isEqualTo(new Reply(200, Map.of("WebHook-Allowed-Origin", "eventgrid.azure.net"), ""));
  }

  /** The intent to receive: some requests signed well, some badly; no body in the answer. */
  @Test
  void xero() {
    assertThat(signed(Providers.XERO, "{\"events\":[]}").reply()).isEqualTo(Reply.empty(200));
    assertThat(
            WebhookVerifier.create(Providers.XERO, SECRET)
                .verify(
                    WebhookRequest.builder()
                        .header("x-xero-signature", Encoding.BASE64.encode(new byte[32]))
                        .body(Encoding.utf8("{}"))
                        .build())
                .reply())
        .isEqualTo(Reply.empty(401));
  }

  @Test
  void wooCommerce() {
    WebhookVerifier verifier = WebhookVerifier.create(Providers.WOOCOMMERCE, SECRET);
    WebhookRequest ping = WebhookRequest.builder().body(Encoding.utf8("webhook_id=12")).build();
    assertThat(verifier.verify(ping).isHandshake()).isTrue();
    assertThat(verifier.verify(ping).reply()).isEqualTo(Reply.empty(200));
    assertThat(verifier.verify(ping).isVerified()).isFalse();
    assertThat(
            verifier
                .verify(ping.toBuilder().body(Encoding.utf8("webhook_id=12&a=b")).build())
                .reason())
        .isEqualTo(Reason.MISSING);
  }

  private static void assertAnswer(Verification verification, String type, String body) {
    assertThat(verification.isHandshake()).as("%s", verification).isTrue();
    assertThat(verification.isVerified()).isFalse();
    assertThat(verification.reply())
        .isEqualTo(
            new Reply(
                200, Map.of("Content-Type", type, "X-Content-Type-Options", "nosniff"), body));
  }

  private static Verification get(Scheme scheme, String url) {
    return WebhookVerifier.create(scheme, SECRET)
        .verify(WebhookRequest.builder().method("GET").url(url).build());
  }

  private static Verification signed(Scheme scheme, String body) {
    return signed(scheme, WebhookRequest.builder().body(Encoding.utf8(body)).build());
  }

  private static Verification signed(Scheme scheme, WebhookRequest unsigned) {
    WebhookRequest.Builder request = unsigned.toBuilder();
    WebhookSigner.create(scheme, SECRET).sign(unsigned, NOW).forEach(request::header);
    return WebhookVerifier.builder(scheme)
        .key("k", SECRET)
        .clock(() -> NOW)
        .build()
        .verify(request.build());
  }

  private static Verification discord(byte[] pair, String body) throws Exception {
    return discord(pair, pair, body);
  }

  private static Verification discord(byte[] signing, byte[] verifying, String body)
      throws Exception {
    PrivateKey key =
        KeyFactory.getInstance("Ed25519")
            .generatePrivate(
                new EdECPrivateKeySpec(NamedParameterSpec.ED25519, Arrays.copyOf(signing, 32)));
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(Encoding.utf8(NOW.getEpochSecond() + body));
    return WebhookVerifier.builder(Providers.DISCORD)
        .key("k", Jwt.hex(Arrays.copyOfRange(verifying, 32, 64)))
        .clock(() -> NOW)
        .build()
        .verify(
            WebhookRequest.builder()
                .header("X-Signature-Ed25519", Jwt.hex(signature.sign()))
                .header("X-Signature-Timestamp", Long.toString(NOW.getEpochSecond()))
                .body(Encoding.utf8(body))
                .build());
  }
}
