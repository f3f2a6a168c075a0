package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProvidersTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_763_700_000);
  private static final String SECRET = "1f2e3d4c5b6a79880f1e2d3c4b5a6978";
  private static final String URL = "https://hooks.example.com/in?tenant=7";

  static List<Scheme> all() throws IllegalAccessException {
    List<Scheme> schemes = new ArrayList<>();
    for (Field field : Providers.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        schemes.add((Scheme) field.get(null));
      }
    }
    schemes.add(Providers.meta("token"));
    schemes.add(Providers.braintree("public"));
    schemes.add(Providers.payPal("webhook"));
    schemes.add(Providers.sns("arn"));
    schemes.add(Providers.googlePubSub("audience", "account"));
    schemes.add(Providers.azureEventGrid("tenant", "audience"));
    schemes.add(Providers.plaid("client", "secret"));
    schemes.add(Providers.jiraConnect("client"));
    schemes.add(Providers.convoy("X-Convoy-Signature", Algorithm.HMAC_SHA512, true));
    schemes.add(Providers.convoyAdvanced("X-Convoy-Signature", Algorithm.HMAC_SHA256, false));
    schemes.add(Providers.httpMessageSignatures(KeyFormat.TEXT));
    return schemes;
  }

  @Test
  void hasEachNameOnce() throws IllegalAccessException {
    List<String> names = all().stream().map(Scheme::name).toList();
    assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(65);
  }

  @ParameterizedTest
  @MethodSource("all")
  void saysByWhatItIsKnown(Scheme scheme) {
    assertThat(scheme.source()).isNotBlank();
    assertThat(scheme.tolerance()).isPositive();
    assertThat(scheme.toString()).isEqualTo("Scheme[" + scheme.name() + "]");
  }

  /**
   * What we sign is verified, and nothing else is: for every scheme whose signature is a header.
   */
  @ParameterizedTest
  @MethodSource("all")
  void verifiesWhatItSigns(Scheme scheme) {
    if (!(scheme.method() instanceof TextSignature text)
        || !text.fields().get(0).isPlainHeader()
        || scheme.keyFormat() == KeyFormat.ED25519_HEX
        || scheme.keyFormat() == KeyFormat.PUBLIC_KEY) {
      return;
    }
    String key =
        scheme.keyFormat() == KeyFormat.STANDARD_WEBHOOKS ? WebhookSigner.newSecret() : SECRET;
    WebhookRequest unsigned = unsigned(text);
    WebhookRequest signed = signed(scheme, text, key);
    WebhookVerifier verifier =
        WebhookVerifier.builder(scheme).key("k", key).clock(() -> NOW).build();

    Verification verification = verifier.verify(signed);
    assertThat(verification.reason()).as("%s", verification).isEqualTo(Reason.VERIFIED);
    assertThat(verification.scheme()).isEqualTo(scheme.name());
    assertThat(verification.coverage()).contains(scheme.coverage());
    assertThat(verification.timestamp().isPresent())
        .isEqualTo(scheme.replayProtection() == ReplayProtection.TIMESTAMP);
    assertThat(verifier.verify(signed.toBuilder().body(Encoding.utf8("b=2")).build()).isVerified())
        .isEqualTo(scheme.coverage() == Coverage.SHARED_TOKEN);
    assertThat(verifier.verify(unsigned).reason()).isEqualTo(Reason.MISSING);
  }

  /** Returns a request with all that a scheme may sign. */
  static WebhookRequest unsigned(TextSignature text) {
    return WebhookRequest.builder()
        .url(URL)
        .header("webhook-id", "msg_1")
        .header("Twitch-Eventsub-Message-Id", "msg_1")
        .body(
            Encoding.utf8(
                text.signed().uses("{form") ? "a=1" : "{\"webhookTimestamp\":1763700000000}"))
        .build();
  }

  static WebhookRequest signed(Scheme scheme, TextSignature text, String key) {
    WebhookRequest unsigned = unsigned(text);
    WebhookRequest.Builder signed = unsigned.toBuilder();
    WebhookSigner.create(scheme, key).sign(unsigned, NOW).forEach(signed::header);
    return signed.build();
  }

  @Test
  void asksForWhatAProviderNeedsBesideAKey() {
    assertThatThrownBy(() -> Providers.meta(" "))
        .hasMessage("verifyToken must not be blank, nor begin or end with white space");
    assertThatThrownBy(() -> Providers.payPal("id\n")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Providers.plaid(URI.create("http://plaid.com"), "id", "secret"))
        .hasMessage("endpoint must be https: your secret goes there");
    assertThatThrownBy(() -> Providers.azureEventGrid("a/b", "c"))
        .hasMessage("tenantId is neither a UUID nor a domain");
    assertThatThrownBy(() -> Providers.httpMessageSignatures(KeyFormat.TEXT, "Content-Digest"))
        .hasMessage("component Content-Digest must be in lower case");
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.sns("arn"), SECRET))
        .hasMessage("aws-sns takes no key: the provider publishes its own");
  }

  @Test
  void verifiesEveryItemOfAdyen() {
    String key = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB11";
    String good = adyenItem(key, "1", "true");
    WebhookVerifier verifier = WebhookVerifier.create(Providers.ADYEN, key);

    assertThat(verifier.verify(adyen(good, adyenItem(key, "2", "false"))))
        .returns(Reason.VERIFIED, Verification::reason)
        .returns("[accepted]", verification -> verification.reply().body());
    assertThat(verifier.verify(adyen(good, good.replace("true", "false"))).reason())
        .isEqualTo(Reason.MISMATCH);
    assertThat(verifier.verify(adyen()).reason()).isEqualTo(Reason.MISSING);
    assertThat(verifier.verify(adyen(good, "{}")).reason()).isEqualTo(Reason.MISSING);
  }

  static WebhookRequest adyen(String... items) {
    String body = "{\"live\":\"false\",\"notificationItems\":[" + String.join(",", items) + "]}";
    return WebhookRequest.builder().body(Encoding.utf8(body)).build();
  }

  static String adyenItem(String key, String reference, String success) {
    String text = reference + "::Account:order-1:1234:EUR:AUTHORISATION:" + success;
    byte[] mac =
        Key.secret("", Encoding.HEX.decode(key))
            .mac(Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8(text)));
    return "{\"NotificationRequestItem\":{\"pspReference\":\""
        + reference
        + "\",\"merchantAccountCode\":\"Account\",\"merchantReference\":\"order-1\","
        + "\"amount\":{\"value\":1234,\"currency\":\"EUR\"},\"eventCode\":\"AUTHORISATION\","
        + "\"success\":\""
        + success
        + "\",\"additionalData\":{\"hmacSignature\":\""
        + Encoding.BASE64.encode(mac)
        + "\"}}}";
  }

  @Test
  void verifiesDropboxSign() {
    String hash =
        Encoding.HEX.encode(
            Key.secret("", Encoding.utf8(SECRET))
                .mac(
                    Algorithm.HMAC_SHA256,
                    Crypto.Text.of(Encoding.utf8("1763700000account_confirmed"))));
    String json =
        "{\"event\":{\"event_type\":\"account_confirmed\",\"event_time\":\"1763700000\","
            + "\"event_hash\":\""
            + hash
            + "\"}}";
    WebhookVerifier verifier = WebhookVerifier.create(Providers.DROPBOX_SIGN, SECRET);

    assertThat(verifier.verify(multipart("; name=\"json\"", json)))
        .returns(Reason.VERIFIED, Verification::reason)
        .returns("Hello API Event Received", verification -> verification.reply().body());
    assertThat(verifier.verify(multipart("; name=json", json)).isVerified()).isTrue();
    assertThat(verifier.verify(multipart("; name=\"other\"", json)).reason())
        .isEqualTo(Reason.MISSING);
    assertThat(
            verifier
                .verify(multipart("; name=\"json\"", json.replace("confirmed", "deleted")))
                .reason())
        .isEqualTo(Reason.MISMATCH);
    String twice = json + "\r\n--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{}";
    assertThat(verifier.verify(multipart("; name=\"json\"", twice)).reason())
        .isEqualTo(Reason.AMBIGUOUS);
  }

  static WebhookRequest multipart(String name, String value) {
    String body =
        "--b\r\nContent-Disposition: form-data"
            + name
            + "\r\n\r\n"
            + value
            + "\r\n--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n";
    return WebhookRequest.builder()
        .header("Content-Type", "multipart/form-data; boundary=b")
        .body(Encoding.utf8(body))
        .build();
  }

  @Test
  void verifiesJiraConnect() {
    WebhookVerifier verifier =
        WebhookVerifier.builder(Providers.jiraConnect("client"))
            .key("k", SECRET)
            .clock(() -> NOW)
            .build();
    WebhookRequest request = jira("/hook?b=2&a=x%20y&a=1&jwt=ignored", "client");
    assertThat(JwtSchemes.canonicalRequest(request)).isEqualTo("POST&/hook&a=1,x%20y&b=2");

    assertThat(verifier.verify(request))
        .returns(Reason.VERIFIED, Verification::reason)
        .returns(Coverage.ORIGIN_ONLY, verification -> verification.coverage().orElseThrow());
    assertThat(verifier.verify(request.toBuilder().url("/hook?b=3").build()).reason())
        .isEqualTo(Reason.MISMATCH);
    assertThat(verifier.verify(jira("/hook", "another")).reason()).isEqualTo(Reason.WRONG_TARGET);
  }

  static WebhookRequest jira(String url, String issuer) {
    WebhookRequest request = WebhookRequest.builder().url(url).build();
    String hash = Jwt.hex(Crypto.sha256(Encoding.utf8(JwtSchemes.canonicalRequest(request))));
    String signed =
        Encoding.BASE64_URL.encode(Encoding.utf8("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"))
            + '.'
            + Encoding.BASE64_URL.encode(
                Encoding.utf8(
                    "{\"iss\":\""
                        + issuer
                        + "\",\"iat\":1763700000,\"exp\":1763700060,\"qsh\":\""
                        + hash
                        + "\"}"));
    byte[] mac =
        Key.secret("", Encoding.utf8(SECRET))
            .mac(Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8(signed)));
    return request.toBuilder()
        .header("Authorization", "JWT " + signed + '.' + Encoding.BASE64_URL.encode(mac))
        .build();
  }

  @Test
  void verifiesHttpMessageSignaturesWithADigest() {
    WebhookVerifier verifier =
        WebhookVerifier.builder(Providers.httpMessageSignatures(KeyFormat.TEXT))
            .key("k", SECRET)
            .clock(() -> NOW)
            .build();
    String digest = "sha-256=:" + Encoding.BASE64.encode(Crypto.sha256(Encoding.utf8("{}"))) + ":";
    String input = "(\"@method\" \"@target-uri\" \"content-digest\");created=1763700000";
    WebhookRequest good = message(input, digest);

    assertThat(verifier.verify(good))
        .returns(Reason.VERIFIED, Verification::reason)
        .returns(Coverage.FULL, verification -> verification.coverage().orElseThrow());
    assertThat(verifier.verify(good.toBuilder().body(Encoding.utf8("{ }")).build()).reason())
        .isEqualTo(Reason.MISMATCH);
    assertThat(verifier.verify(good.toBuilder().method("PUT").build()).reason())
        .isEqualTo(Reason.MISMATCH);
    assertThat(verifier.verify(good.toBuilder().url(URL + "&x=1").build()).reason())
        .isEqualTo(Reason.MISMATCH);
    Map<String, Reason> bad =
        Map.of(
            "(\"@method\" \"@target-uri\");created=1763700000",
            Reason.MISSING,
            "(\"@method\" \"@target-uri\" \"content-digest\")",
            Reason.MISSING,
            input + ";expires=1763699999",
            Reason.EXPIRED,
            input + ";alg=\"ed25519\"",
            Reason.MISMATCH,
            input.replace("00;", "00;") + ";created=1763700001",
            Reason.AMBIGUOUS,
            input.replace("1763700000", "1763600000"),
            Reason.EXPIRED,
            "(\"@method\" \"@method\" \"@target-uri\" \"content-digest\");created=1763700000",
            Reason.AMBIGUOUS,
            "(\"@method\" \"content-digest\";tr);created=1763700000",
            Reason.UNSUPPORTED);
    bad.forEach((each, reason) ->
        assertThat(verifier.verify(message(each, digest)).reason()).as(each).isEqualTo(reason));
    assertThat(verifier.verify(message(input, "md5=:AAAA:")).reason())
        .isEqualTo(Reason.UNSUPPORTED);
  }

  private static WebhookRequest message(String input, String digest) {
    String base =
        "\"@method\": POST\n\"@target-uri\": "
            + URL
            + "\n\"content-digest\": "
            + digest
            + "\n\"@signature-params\": "
            + input;
    byte[] mac =
        Key.secret("", Encoding.utf8(SECRET))
            .mac(Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8(base)));
    return WebhookRequest.builder()
        .url(URL)
        .header("Content-Digest", digest)
        .header("Signature-Input", "sig=" + input)
        .header("Signature", "sig=:" + Encoding.BASE64.encode(mac) + ":")
        .body(Encoding.utf8("{}"))
        .build();
  }

  @Test
  void verifiesMailgunsForm() {
    byte[] mac =
        Key.secret("", Encoding.utf8(SECRET))
            .mac(Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8("1763700000tok")));
    String form = "event=opened&timestamp=1763700000&token=tok&signature=" + Jwt.hex(mac);
    WebhookVerifier verifier =
        WebhookVerifier.builder(Providers.MAILGUN_FORM).key("k", SECRET).clock(() -> NOW).build();

    Verification verification =
        verifier.verify(WebhookRequest.builder().body(Encoding.utf8(form)).build());
    assertThat(verification.deduplicationKey()).isEqualTo("mailgun-form:id:tok");
    assertThat(
            verifier
                .verify(
                    WebhookRequest.builder()
                        .body(Encoding.utf8(form.replace("=tok", "=kot")))
                        .build())
                .reason())
        .isEqualTo(Reason.MISMATCH);
    assertThat(verifier.warnings())
        .containsExactly(
            "mailgun-form has no singleUse: who sees one request can send another body with its"
                + " signature");
  }

  @Test
  void tokensAreTakenFromWhereTheyStand() {
    assertThat(
            WebhookVerifier.create(Providers.tokenInQuery("token"), SECRET)
                .verify(WebhookRequest.builder().url("/in?a=1&token=" + SECRET).build())
                .coverage())
        .contains(Coverage.SHARED_TOKEN);
    assertThat(
            WebhookVerifier.create(Providers.tokenInHeader("X-Token"), SECRET)
                .verify(WebhookRequest.builder().header("x-token", SECRET + "x").build())
                .reason())
        .isEqualTo(Reason.MISMATCH);
  }

  @Test
  void refusesSchemesThatProveNothing() {
    Scheme.Builder unsignedTime =
        Scheme.builder("acme")
            .signature("X-Signature: {hex}")
            .timestamp(TimeFormat.SECONDS, "X-Time")
            .signs("{body}");
    assertThatThrownBy(unsignedTime::build)
        .hasMessage("scheme acme has a timestamp that is not signed, so it proves nothing");
    assertThatThrownBy(() -> Scheme.builder("acme").signature("X-Signature: {hex}").build())
        .hasMessage("scheme acme needs signature(…), and signs(…) to say what is signed");
    assertThatThrownBy(() -> Scheme.builder("acme").signs("{bdoy}"))
        .hasMessage(
            "\"bdoy\" in \"{bdoy}\" is unknown; there are {body}, {timestamp}, {method}, {url},"
                + " {secret}, {header:name}, {query:name}, {json:path}, {form:name} and {form}");
    assertThatThrownBy(
            () -> Scheme.builder("acme").signature("X-Signature: sha256").signs("{body}").build())
        .hasMessage("\"sha256\" must end in {hex}, {base64}, {text} or {timestamp}");
    assertThatThrownBy(() ->
            Scheme.builder("acme")
                .algorithm(Algorithm.SHA256)
                .signature("X-Signature: {hex}")
                .signs("{body}")
                .build())
        .hasMessage("scheme acme: SHA256 signs nothing without {secret}, and no other needs it");
    assertThatThrownBy(() ->
            Scheme.builder("acme")
                .signature("X-Signature: {hex}")
                .signs("{timestamp}{body}")
                .build())
        .hasMessage("scheme acme signs a timestamp it has not");
  }

  @Test
  void gradesAreThoseOfTheDocumentation() throws IllegalAccessException {
    Set<String> notFull = new HashSet<>();
    for (Scheme scheme : all()) {
      if (scheme.coverage() != Coverage.FULL) {
        notFull.add(scheme.name() + " " + scheme.coverage());
      }
    }
    assertThat(notFull)
        .containsExactlyInAnyOrder(
            "adyen PARTIAL",
            "dropbox-sign PARTIAL",
            "paypal PARTIAL",
            "mandrill PARTIAL",
            "twilio PARTIAL",
            "aws-sns PARTIAL",
            "mailgun ORIGIN_ONLY",
            "mailgun-form ORIGIN_ONLY",
            "google-pubsub ORIGIN_ONLY",
            "jira-connect ORIGIN_ONLY",
            "azure-event-grid-entra ORIGIN_ONLY",
            "gitlab-token SHARED_TOKEN",
            "telegram SHARED_TOKEN",
            "okta SHARED_TOKEN",
            "auth0 SHARED_TOKEN",
            "postmark SHARED_TOKEN",
            "azure-event-grid SHARED_TOKEN");
  }
}
