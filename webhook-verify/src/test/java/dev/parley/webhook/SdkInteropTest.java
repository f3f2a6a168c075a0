package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.adyen.util.HMACValidator;
import com.box.sdk.BoxWebHookSignatureVerifier;
import com.braintreegateway.Configuration;
import com.braintreegateway.Environment;
import com.braintreegateway.WebhookNotification;
import com.braintreegateway.WebhookNotificationGateway;
import com.braintreegateway.WebhookTestingGateway;
import com.linecorp.bot.parser.LineSignatureValidator;
import com.razorpay.Utils;
import com.sendgrid.helpers.eventwebhook.EventWebhook;
import com.slack.api.app_backend.SlackSignature;
import com.squareup.square.utilities.WebhooksHelper;
import com.stripe.net.Webhook;
import com.twilio.security.RequestValidator;
import java.net.URLEncoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the providers' own SDKs sign we accept, and what we sign they accept. */
class SdkInteropTest {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private static final String SECRET = "c2b0a0d1f8e94bd6a1f0e6c3b7d95a42";
  private static final String STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String URL = "https://hooks.example.com/in?tenant=7";
  private static final String BODY = "{\"id\":\"e1\",\"name\":\"Zoë 東京 😀\"}";

  @Test
  void stripe() throws Exception {
    String header = Webhook.Signature.generateSignatureHeader(BODY, SECRET, NOW.getEpochSecond());
    assertVerified(Providers.STRIPE, SECRET, request().header("Stripe-Signature", header));

    Map<String, String> ours = sign(Providers.STRIPE, SECRET);
    assertThat(Webhook.Signature.verifyHeader(BODY, ours.get("Stripe-Signature"), SECRET, 300))
        .isTrue();
  }

  @Test
  void standardWebhooks() throws Exception {
    var sdk = new com.standardwebhooks.Webhook(STANDARD);
    String header = sdk.sign("msg_1", NOW.getEpochSecond(), BODY);
    assertVerified(
        Providers.STANDARD_WEBHOOKS,
        STANDARD,
        request()
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", Long.toString(NOW.getEpochSecond()))
            .header("webhook-signature", header));

    // With a second secret and an Ed25519 key beside, as during rotation.
    Map<String, String> ours =
        WebhookSigner.create(
                Providers.STANDARD_WEBHOOKS,
                WebhookSigner.newSecret(),
                STANDARD,
                WebhookSigner.newKeyPair().secretKey())
            .sign("msg_1", NOW, body());
    sdk.verify(BODY, headers(ours).map());
  }

  @Test
  void svix() throws Exception {
    var sdk = new com.svix.Webhook(STANDARD);
    String header = sdk.sign("msg_1", NOW.getEpochSecond(), BODY);
    assertVerified(
        Providers.SVIX,
        STANDARD,
        request()
            .header("svix-id", "msg_1")
            .header("svix-timestamp", Long.toString(NOW.getEpochSecond()))
            .header("svix-signature", header));

    Map<String, String> ours =
        WebhookSigner.create(Providers.STANDARD_WEBHOOKS, STANDARD).sign("msg_1", NOW, body());
    sdk.verify(BODY, headers(ours).map());
  }

  @Test
  void slack() {
    var generator = new SlackSignature.Generator(SECRET);
    String timestamp = Long.toString(NOW.getEpochSecond());
    assertVerified(
        Providers.SLACK,
        SECRET,
        request()
            .header("X-Slack-Request-Timestamp", timestamp)
            .header("X-Slack-Signature", generator.generate(timestamp, BODY)));

    Map<String, String> ours = sign(Providers.SLACK, SECRET);
    assertThat(
            new SlackSignature.Verifier(generator)
                .isValid(
                    ours.get("X-Slack-Request-Timestamp"), BODY, ours.get("X-Slack-Signature")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {URL, "https://hooks.example.com:443/in", "http://hooks.example.com/"})
  void twilioForm(String url) throws Exception {
    Map<String, String> fields =
        Map.of("To", "+4930123456", "Body", "Grüße 😀 & co = 100%", "a", "", "Zed", "1");
    StringBuilder form = new StringBuilder();
    fields.forEach((name, value) ->
        form.append(form.isEmpty() ? "" : "&")
            .append(name)
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    WebhookRequest request =
        WebhookRequest.builder()
            .url(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.toString().getBytes(StandardCharsets.UTF_8))
            .build();

    String ours =
        Encoding.BASE64.encode(
            Key.secret("", Encoding.utf8(SECRET))
                .mac(
                    Algorithm.HMAC_SHA1,
                    Crypto.Text.of(
                        Encoding.utf8(url), Encoding.utf8(new Material(request).form().sorted()))));

    assertThat(new RequestValidator(SECRET).validate(url, fields, ours)).isTrue();
    assertVerified(
        Providers.TWILIO, SECRET, request.toBuilder().header("X-Twilio-Signature", ours));
  }

  @Test
  void twilioJson() throws Exception {
    String url = URL + "&bodySHA256=" + Jwt.hex(Crypto.sha256(body()));
    String ours =
        Encoding.BASE64.encode(
            Key.secret("", Encoding.utf8(SECRET))
                .mac(Algorithm.HMAC_SHA1, Crypto.Text.of(Encoding.utf8(url))));

    assertThat(new RequestValidator(SECRET).validate(url, BODY, ours)).isTrue();
    assertVerified(
        Providers.TWILIO,
        SECRET,
        request().url(url).header("X-Twilio-Signature", ours).header("Content-Type", "text/json"));
  }

  @Test
  void square() {
    Map<String, String> ours = sign(Providers.SQUARE, SECRET);
    assertThat(
            WebhooksHelper.verifySignature(
                BODY, ours.get("x-square-hmacsha256-signature"), SECRET, URL))
        .isTrue();
  }

  @Test
  void razorpay() throws Exception {
    assertVerified(
        Providers.RAZORPAY,
        SECRET,
        request().header("X-Razorpay-Signature", Utils.getHash(BODY, SECRET)));

    Map<String, String> ours = sign(Providers.RAZORPAY, SECRET);
    assertThat(Utils.verifyWebhookSignature(BODY, ours.get("X-Razorpay-Signature"), SECRET))
        .isTrue();
  }

  @Test
  void line() {
    var sdk = new LineSignatureValidator(SECRET.getBytes(StandardCharsets.UTF_8));
    String header = Base64.getEncoder().encodeToString(sdk.generateSignature(body()));
    assertVerified(Providers.LINE, SECRET, request().header("x-line-signature", header));

    assertThat(sdk.validateSignature(body(), sign(Providers.LINE, SECRET).get("x-line-signature")))
        .isTrue();
  }

  @Test
  void adyenPlatform() throws Exception {
    String key = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB11";
    var sdk = new HMACValidator();
    assertVerified(
        Providers.ADYEN_PLATFORM,
        key,
        request().header("HmacSignature", sdk.calculateHMAC(BODY, key)));

    String ours = sign(Providers.ADYEN_PLATFORM, key).get("HmacSignature");
    assertThat(sdk.validateHMAC(ours, key, BODY)).isTrue();
  }

  @Test
  void box() {
    var sdk = new BoxWebHookSignatureVerifier("primary", SECRET);
    Map<String, String> ours = sign(Providers.BOX, "primary-key-of-box");
    assertThat(
            new BoxWebHookSignatureVerifier("primary-key-of-box", SECRET)
                .verify(
                    "1",
                    "HmacSHA256",
                    ours.get("BOX-SIGNATURE-PRIMARY"),
                    null,
                    BODY,
                    ours.get("BOX-DELIVERY-TIMESTAMP")))
        .isTrue();

    String timestamp = NOW.toString();
    String theirs =
        sdk.sign(
            BoxWebHookSignatureVerifier.BoxSignatureAlgorithm.HMAC_SHA256, SECRET, BODY, timestamp);
    assertVerified(
        Providers.BOX,
        SECRET,
        request()
            .header("BOX-SIGNATURE-VERSION", "1")
            .header("BOX-SIGNATURE-ALGORITHM", "HmacSHA256")
            .header("BOX-DELIVERY-TIMESTAMP", timestamp)
            .header("BOX-SIGNATURE-SECONDARY", theirs));
  }

  @Test
  void braintree() {
    var configuration = new Configuration(Environment.SANDBOX, "merchant", "public", SECRET);
    HashMap<String, String> sample =
        new WebhookTestingGateway(configuration)
            .sampleNotification(WebhookNotification.Kind.SUBSCRIPTION_CANCELED, "an-id");
    String form =
        "bt_signature="
            + URLEncoder.encode(sample.get("bt_signature"), StandardCharsets.UTF_8)
            + "&bt_payload="
            + URLEncoder.encode(sample.get("bt_payload"), StandardCharsets.UTF_8);
    Scheme scheme = Providers.braintree("public");
    assertVerified(
        scheme, SECRET, WebhookRequest.builder().body(form.getBytes(StandardCharsets.US_ASCII)));

    String challenge = "20f9f8ed05f77439fe955c977e4c8a53";
    Verification handshake =
        WebhookVerifier.create(scheme, SECRET)
            .verify(
                WebhookRequest.builder()
                    .method("GET")
                    .url("/in?bt_challenge=" + challenge)
                    .build());
    assertThat(handshake.reply().body())
        .isEqualTo(new WebhookNotificationGateway(configuration).verify(challenge));
  }

  @Test
  void sendGrid() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    String publicKey = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    String timestamp = Long.toString(NOW.getEpochSecond());
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update((timestamp + BODY).getBytes(StandardCharsets.UTF_8));
    String header = Base64.getEncoder().encodeToString(signature.sign());

    Security.addProvider(new BouncyCastleProvider());
    try {
      EventWebhook sdk = new EventWebhook();
      ECPublicKey key = sdk.ConvertPublicKeyToECDSA(publicKey);
      assertThat(sdk.VerifySignature(key, body(), header, timestamp)).isTrue();
    } finally {
      Security.removeProvider(BouncyCastleProvider.PROVIDER_NAME);
    }
    assertVerified(
        Providers.SENDGRID,
        publicKey,
        request()
            .header("X-Twilio-Email-Event-Webhook-Signature", header)
            .header("X-Twilio-Email-Event-Webhook-Timestamp", timestamp));
  }

  private static void assertVerified(Scheme scheme, String key, WebhookRequest.Builder request) {
    Verification verification = WebhookVerifier.create(scheme, key).verify(request.build());
    assertThat(verification.reason()).as("%s", verification).isEqualTo(Reason.VERIFIED);
  }

  private static Map<String, String> sign(Scheme scheme, String key) {
    return WebhookSigner.create(scheme, key).sign(request().build(), NOW);
  }

  private static WebhookRequest.Builder request() {
    return WebhookRequest.builder().url(URL).body(body());
  }

  private static byte[] body() {
    return BODY.getBytes(StandardCharsets.UTF_8);
  }

  private static HttpHeaders headers(Map<String, String> headers) {
    Map<String, List<String>> lists = new HashMap<>();
    headers.forEach((name, value) -> lists.put(name, List.of(value)));
    return HttpHeaders.of(lists, (name, value) -> true);
  }
}
