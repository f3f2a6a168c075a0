package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an attacker, a careless proxy or a bad clock does to a request, one by one; by number, so
 * that each can be cited. Those about keys that are fetched are in {@link FetchedKeysAttacksTest}.
 */
class AttacksTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_763_700_000);
  private static final String SECRET = "1f2e3d4c5b6a79880f1e2d3c4b5a6978";
  private static final String STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String BODY = "{\"id\":\"evt_1\",\"name\":\"Zoë\"}";
  private static final String GITHUB_HEADER = "X-Hub-Signature-256";

  @Test
  void attack01_refusesASignatureThatIsWrongInOneByte() {
    String good = github(BODY);
    for (int i : new int[] {7, 8, 40, good.length() - 1}) {
      char other = good.charAt(i) == '0' ? '1' : '0';
      assertGithub(good.substring(0, i) + other + good.substring(i + 1)).is(Reason.MISMATCH);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t \t"})
  void attack02_refusesAnEmptySignature(String header) {
    assertGithub(header).is(Reason.MISSING);
    assertThat(verify(Providers.GITHUB, SECRET, request(BODY)).reason()).isEqualTo(Reason.MISSING);
  }

  @Test
  void attack03_refusesTwoDifferentHeadersOfOneName() {
    String good = github(BODY);
    assertGithub(good, "sha256=" + "0".repeat(64)).is(Reason.AMBIGUOUS);
    assertGithub(good, good).is(Reason.VERIFIED);
    assertGithub(good + ", " + good).is(Reason.MALFORMED);
  }

  @Test
  void attack04_findsHeadersInAnyCase() {
    for (UnaryOperator<String> spelling :
        List.<UnaryOperator<String>>of(
            name -> name.toLowerCase(Locale.ROOT), name -> name.toUpperCase(Locale.ROOT))) {
      assertThat(
              verify(
                      Providers.GITHUB,
                      SECRET,
                      request(BODY).header(spelling.apply(GITHUB_HEADER), github(BODY)))
                  .reason())
          .isEqualTo(Reason.VERIFIED);
    }
    Map<String, List<String>> headers = new HashMap<>();
    headers.put(null, List.of("HTTP/1.1 200 OK"));
    headers.put("X-Nothing", null);
    headers.put("X-Null", Collections.singletonList(null));
    headers.put(GITHUB_HEADER, List.of(github(BODY)));
    assertThat(verify(Providers.GITHUB, SECRET, request(BODY).headers(headers)).reason())
        .isEqualTo(Reason.VERIFIED);
  }

  @Test
  void attack05_refusesTwoTimestamps() {
    String good = stripe(BODY, NOW);
    assertStripe("t=1763700000," + good).is(Reason.AMBIGUOUS);
    assertStripe("t=1," + good).is(Reason.AMBIGUOUS);
    assertStripe(good + ",t=9999999999").is(Reason.AMBIGUOUS);
    String paddle =
        signed(Providers.PADDLE, SECRET, request(BODY).build(), NOW).get("Paddle-Signature");
    assertThat(
            verify(
                    Providers.PADDLE,
                    SECRET,
                    request(BODY).header("Paddle-Signature", paddle + ";ts=1763700001"))
                .reason())
        .isEqualTo(Reason.AMBIGUOUS);
  }

  @Test
  void attack06_findsTheGoodSignatureAmongJunk() {
    String good = stripe(BODY, NOW).substring("t=1763700000,".length());
    assertStripe("t=1763700000,v1=zz,v1=,v2=00,,=,x,v1=" + "0".repeat(64) + "," + good)
        .is(Reason.VERIFIED);
    assertStripe("t=1763700000,v1=zz,,junk").is(Reason.UNSUPPORTED);
  }

  @Test
  void attack07_acceptsTheSameSignatureTwice() {
    String good = stripe(BODY, NOW).substring("t=1763700000,".length());
    assertStripe("t=1763700000," + good + "," + good).is(Reason.VERIFIED);
  }

  @Test
  void attack08_refusesTooManySignatures() {
    assertStripe("t=1763700000" + ",v1=00".repeat(10_000)).is(Reason.TOO_LARGE);
    assertStripe(stripe(BODY, NOW) + ",x".repeat(33)).is(Reason.TOO_LARGE);
    assertStripe(stripe(BODY, NOW) + " ".repeat(1 << 20)).is(Reason.TOO_LARGE);
  }

  @Test
  void attack09_refusesALongBodyWithoutReadingIt() throws IOException {
    WebhookVerifier verifier = github().maxBody(1000).build();
    String body = "x".repeat(1001);
    assertThat(verifier.verify(request(body).header(GITHUB_HEADER, github(body)).build()).reason())
        .isEqualTo(Reason.TOO_LARGE);

    long[] read = {0};
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            read[0]++;
            return 'x';
          }
        };
    Verification verification =
        github().build().verify(WebhookRequest.builder().body(endless, 1000).build());
    assertThat(verification.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(verification.reply().status()).isEqualTo(413);
    assertThat(read[0]).isLessThan(20_000);

    String exactly = "x".repeat(1000);
    var stream = new ByteArrayInputStream(exactly.getBytes(StandardCharsets.US_ASCII));
    assertThat(
            verifier
                .verify(
                    WebhookRequest.builder()
                        .header(GITHUB_HEADER, github(exactly))
                        .body(stream, 1000)
                        .build())
                .reason())
        .isEqualTo(Reason.VERIFIED);
  }

  @Test
  void attack10_acceptsAnEmptyBody_whereItIsSigned() {
    Map<String, String> headers =
        WebhookSigner.create(Providers.STANDARD_WEBHOOKS, STANDARD).sign("msg_1", NOW, new byte[0]);
    WebhookRequest.Builder request = WebhookRequest.builder();
    headers.forEach(request::header);
    assertThat(verify(Providers.STANDARD_WEBHOOKS, STANDARD, request).reason())
        .isEqualTo(Reason.VERIFIED);
  }

  @Test
  void attack11_verifiesBytesThatAreNoText() {
    byte[] bytes = {0x62, (byte) 0xff, 0, (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'};
    byte[] other = bytes.clone();
    other[1] = (byte) 0xfe;
    byte[] mangled = new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    String header =
        signed(Providers.GITHUB, SECRET, request(bytes).build(), NOW).get(GITHUB_HEADER);

    assertThat(verify(Providers.GITHUB, SECRET, request(bytes).header(GITHUB_HEADER, header)))
        .returns(Reason.VERIFIED, Verification::reason);
    for (byte[] wrong : List.of(other, mangled)) {
      assertThat(verify(Providers.GITHUB, SECRET, request(wrong).header(GITHUB_HEADER, header)))
          .returns(Reason.MISMATCH, Verification::reason);
    }
  }

  @Test
  void attack11_doesNotTakeHalfACharacterForAQuestionMark() {
    Vectors.Vector vector = Vectors.named("P-twilio-030");
    WebhookRequest good = vector.request();
    String url = String.valueOf(good.url());
    WebhookRequest bad = good.toBuilder().url(url.replace('?', '\ud800')).build();
    assertThat(vector.verifier().verify(good).reason()).isEqualTo(Reason.VERIFIED);
    assertThat(vector.verifier().verify(bad).reason()).isEqualTo(Reason.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"Zoë\",\"id\":\"evt_1\"}",
        "{\"id\": \"evt_1\", \"name\": \"Zoë\"}",
        "{\"id\":\"evt_1\",\"name\":\"Zo\\u00eb\"}",
        "{\"id\":\"evt\\/1\",\"name\":\"Zoë\"}",
        "\uFEFF{\"id\":\"evt_1\",\"name\":\"Zoë\"}", // attack 13
        "{\"id\":\"evt_1\",\"name\":\"Zoë\"}\n", // attack 14
        "{\"id\":\"evt_1\",\"name\":\"Zoë\"}\r\n",
      })
  void attack12to14_refusesAnotherSpellingOfTheSameJson(String body) {
    assertThat(
            verify(Providers.GITHUB, SECRET, request(body).header(GITHUB_HEADER, github(BODY)))
                .reason())
        .isEqualTo(Reason.MISMATCH);
    // And what was signed with a BOM or a newline needs it.
    assertThat(
            verify(Providers.GITHUB, SECRET, request(BODY).header(GITHUB_HEADER, github(body)))
                .reason())
        .isEqualTo(Reason.MISMATCH);
  }

  @Test
  void attack15_verifiesWhatWasSignedAndNotWhatItUnpacksTo() throws IOException {
    var compressed = new java.io.ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(BODY.getBytes(StandardCharsets.UTF_8));
    }
    byte[] wire = compressed.toByteArray();
    String overWire =
        signed(Providers.GITHUB, SECRET, request(wire).build(), NOW).get(GITHUB_HEADER);

    assertThat(verify(Providers.GITHUB, SECRET, request(wire).header(GITHUB_HEADER, overWire)))
        .returns(Reason.VERIFIED, Verification::reason);
    assertThat(verify(Providers.GITHUB, SECRET, request(BODY).header(GITHUB_HEADER, overWire)))
        .returns(Reason.MISMATCH, Verification::reason);
    assertThat(verify(Providers.GITHUB, SECRET, request(BODY).header(GITHUB_HEADER, github(BODY))))
        .returns(Reason.VERIFIED, Verification::reason);
  }

  @Test
  void attack16and17_acceptsTheToleranceAndNoSecondMore() {
    assertStripe(stripe(BODY, NOW.minusSeconds(300))).is(Reason.VERIFIED);
    assertStripe(stripe(BODY, NOW.minusSeconds(301))).is(Reason.EXPIRED);
    assertStripe(stripe(BODY, NOW.plusSeconds(300))).is(Reason.VERIFIED);
    assertStripe(stripe(BODY, NOW.plusSeconds(301))).is(Reason.TOO_EARLY);
    assertThat(
            WebhookVerifier.builder(Providers.STRIPE)
                .key("k", SECRET)
                .clock(() -> NOW)
                .tolerance(Duration.ofSeconds(1))
                .build()
                .verify(
                    request(BODY)
                        .header("Stripe-Signature", stripe(BODY, NOW.minusSeconds(2)))
                        .build())
                .reason())
        .isEqualTo(Reason.EXPIRED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+1763700000",
        " 1763700000",
        "1763700000.0",
        "1e9",
        "0x1",
        "١٧٦٣٧٠٠٠٠٠",
        "-1",
        "NaN",
        "Infinity",
        "",
        "17637000001763700000",
        "9223372036854775807",
        "1763700000abc",
        "１７６３７０００００"
      })
  void attack18_refusesATimestampThatIsNoNumber(String timestamp) {
    String header = "t=" + timestamp + ",v1=" + stripeMac(timestamp, BODY);
    assertStripe(header).is(Reason.MALFORMED);
    WebhookRequest.Builder slack =
        request(BODY)
            .header("X-Slack-Request-Timestamp", timestamp.strip() + "x")
            .header("X-Slack-Signature", "v0=" + "0".repeat(64));
    assertThat(verify(Providers.SLACK, SECRET, slack).reason()).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void attack19_refusesSecondsForMillisecondsAndBack() {
    String millis = "1763700000000";
    assertStripe("t=" + millis + ",v1=" + stripeMac(millis, BODY)).is(Reason.TOO_EARLY);
    String seconds = "1763700000";
    assertThat(
            verify(
                    Providers.WORKOS,
                    SECRET,
                    request(BODY)
                        .header(
                            "WorkOS-Signature", "t=" + seconds + ",v1=" + stripeMac(seconds, BODY)))
                .reason())
        .isEqualTo(Reason.EXPIRED);
  }

  @Test
  void attack20to22_givesEachDeliveryOneKeyForExactlyOneWinner() throws Exception {
    WebhookRequest request = request(BODY).header("Stripe-Signature", stripe(BODY, NOW)).build();
    WebhookRequest retry =
        request(BODY).header("Stripe-Signature", stripe(BODY, NOW.plusSeconds(60))).build();
    WebhookVerifier verifier = stripeVerifier();
    Map<String, Boolean> inbox = new ConcurrentHashMap<>();
    List<Future<Boolean>> wins = new ArrayList<>();
    var executor = Executors.newFixedThreadPool(4);
    try {
      for (int i = 0; i < 40; i++) {
        WebhookRequest each = i % 2 == 0 ? request : retry;
        wins.add(
            executor.submit(() -> {
              Verification verification = verifier.verify(each);
              assertThat(verification.reply().status()).isEqualTo(200);
              return inbox.putIfAbsent(verification.deduplicationKey(), true) == null;
            }));
      }
      int won = 0;
      for (Future<Boolean> win : wins) {
        won += win.get() ? 1 : 0;
      }
      assertThat(won).isEqualTo(1);
    } finally {
      executor.shutdown();
    }
    assertThat(inbox).containsOnlyKeys("stripe:id:evt_1");
  }

  @Test
  void attack21_saysWhereATimestampDoesNotLimitReplays() {
    assertThat(Providers.STRIPE.replayProtection()).isEqualTo(ReplayProtection.TIMESTAMP);
    assertThat(Providers.GITHUB.replayProtection()).isEqualTo(ReplayProtection.NONE);
    assertThat(Providers.MAILGUN.replayProtection()).isEqualTo(ReplayProtection.SINGLE_USE);
  }

  @Test
  void attack23_neverFallsBackToSha1() {
    String sha1 =
        "sha1="
            + Encoding.HEX.encode(
                Key.secret("", Encoding.utf8(SECRET))
                    .mac(Algorithm.HMAC_SHA1, Crypto.Text.of(Encoding.utf8(BODY))));
    assertThat(
            verify(Providers.GITHUB, SECRET, request(BODY).header("X-Hub-Signature", sha1))
                .reason())
        .isEqualTo(Reason.MISSING);
    assertGithub(sha1).is(Reason.MALFORMED);
  }

  @Test
  void attack24_refusesDowngradesAndRelabelledSignatures() {
    assertStripe(stripe(BODY, NOW).replace("v1=", "v0=")).is(Reason.UNSUPPORTED);

    WebhookSigner.KeyPair pair = WebhookSigner.newKeyPair();
    Map<String, String> headers =
        new HashMap<>(
            WebhookSigner.create(Providers.STANDARD_WEBHOOKS, pair.secretKey())
                .sign("msg_1", NOW, BODY.getBytes(StandardCharsets.UTF_8)));
    assertThat(standard(pair.publicKey(), headers)).isEqualTo(Reason.VERIFIED);
    headers.computeIfPresent("webhook-signature", (name, value) -> value.replace("v1a,", "v1,"));
    assertThat(standard(pair.publicKey(), headers)).isEqualTo(Reason.UNSUPPORTED);
    // A MAC with the public key as secret, where the public key is what we have.
    byte[] publicKey = Base64.getDecoder().decode(pair.publicKey().substring(5));
    Map<String, String> confused =
        WebhookSigner.create(
                Providers.STANDARD_WEBHOOKS,
                "whsec_" + Base64.getEncoder().encodeToString(publicKey))
            .sign("msg_1", NOW, BODY.getBytes(StandardCharsets.UTF_8));
    assertThat(standard(pair.publicKey(), confused)).isEqualTo(Reason.UNSUPPORTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n"})
  void attack25_refusesAnEmptyKeyAtOnce(String key) {
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.GITHUB, key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("key \"key 1\" is empty: without a key nothing can be verified");
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.GITHUB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("github needs a key: without one nothing can be verified");
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.STANDARD_WEBHOOKS, "whsec_"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("key \"key 1\" is not BASE64: copy it again, all of it");
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.GITHUB, (String) null))
        .isInstanceOf(NullPointerException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {SECRET + " ", SECRET + "\n", "\t" + SECRET})
  void attack26_refusesAKeyWithWhiteSpaceAround(String key) {
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.GITHUB, key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("key \"key 1\" begins or ends with white space: copy it again, without")
        .message()
        .doesNotContain(SECRET);
  }

  @Test
  void attack27_refusesAKeyOfTheWrongKind() {
    String publicKey = WebhookSigner.newKeyPair().publicKey();
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.GITHUB, publicKey))
        .hasMessage(
            "key \"key 1\" is a public key in a place for text: take the provider's secret");
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.GITHUB, "-----BEGIN PUBLIC KEY-----"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.SENDGRID, SECRET))
        .hasMessage("key \"key 1\" is not a public key in PEM or Base64 (EC, RSA or Ed25519)");
    String ed25519 =
        Base64.getEncoder()
            .encodeToString(
                Ed25519.publicKey(Base64.getDecoder().decode(publicKey.substring(5))).getEncoded());
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.SENDGRID, ed25519))
        .hasMessage("key \"key 1\" is of the wrong kind for sendgrid: [ECDSA_P256]");
    assertThatThrownBy(() -> WebhookVerifier.create(Providers.DISCORD, "00ff"))
        .hasMessage("an Ed25519 public key has 32 bytes, this one has 2");
  }

  @Test
  void attack28_readsHexInAnyCaseAndNothingElse() {
    String hex = github(BODY).substring(7);
    assertGithub("sha256=" + hex.toUpperCase(Locale.ROOT)).is(Reason.VERIFIED);
    assertGithub("sha256=" + hex.substring(1)).is(Reason.MALFORMED);
    assertGithub("sha256=" + hex + "00").is(Reason.MALFORMED);
    assertGithub("sha256=g" + hex.substring(1)).is(Reason.MALFORMED);
    assertGithub("sha256=" + hex.replace('0', '０')).is(Reason.MALFORMED);
  }

  @Test
  void attack29_readsStandardPaddedBase64AndNothingElse() {
    // Long enough a search that the signature has both characters that differ.
    String body = BODY;
    String good = shopify(body);
    while (!good.contains("+") || !good.contains("/")) {
      body += " ";
      good = shopify(body);
    }
    assertShopify(body, good).is(Reason.VERIFIED);
    assertShopify(body, good.replace("=", "")).is(Reason.MALFORMED);
    assertShopify(body, good.replace('+', '-').replace('/', '_')).is(Reason.MALFORMED);
    assertShopify(body, good.substring(0, 20) + "\n" + good.substring(20)).is(Reason.MALFORMED);
    assertShopify(body, good + "=").is(Reason.MALFORMED);
    assertShopify(body, good.substring(0, 40)).is(Reason.MALFORMED);
    // 32 bytes leave two bits over, which have to be zero.
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char last = alphabet.charAt(alphabet.indexOf(good.charAt(42)) + 1);
    assertShopify(body, good.substring(0, 42) + last + "=").is(Reason.MALFORMED);
  }

  @Test
  void attack30_refusesAWrongPrefix() {
    String hex = github(BODY).substring(7);
    for (String prefix : List.of("", "SHA256=", "sha256=sha256=", "sha1=", "sha512=", "sha256:")) {
      assertGithub(prefix + hex).is(Reason.MALFORMED);
    }
  }

  @Test
  void attack31_refusesWhatIsNotAscii() {
    assertGithub("sha256=é" + github(BODY).substring(8)).is(Reason.MALFORMED);
    Map<String, String> headers =
        new HashMap<>(
            WebhookSigner.create(Providers.STANDARD_WEBHOOKS, STANDARD)
                .sign("msg_1", NOW, BODY.getBytes(StandardCharsets.UTF_8)));
    headers.put("webhook-id", "msg_é");
    assertThat(standard(STANDARD, headers)).isEqualTo(Reason.MALFORMED);
  }

  @Test
  void attack32_decodesFormsAsUtf8AndRefusesBadEscapes() {
    String url = "https://hooks.example.com/in";
    String expected = url + "Body" + "Grüße +" + "Empty" + "" + "Twice" + "1" + "Twice" + "2";
    for (String type :
        List.of(
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=ISO-8859-1",
            "Application/X-WWW-Form-Urlencoded;charset=UTF-16")) {
      assertThat(
              twilio(url, type, "Twice=2&Twice=1&Twice=2&Body=Gr%C3%BC%C3%9fe+%2B&Empty", expected))
          .isEqualTo(Reason.VERIFIED);
    }
    String form = "application/x-www-form-urlencoded";
    assertThat(twilio(url, form, "Body=%ZZ", expected)).isEqualTo(Reason.MALFORMED);
    assertThat(twilio(url, form, "Body=%4", expected)).isEqualTo(Reason.MALFORMED);
    assertThat(twilio(url, form, "Body=%ff", expected)).isEqualTo(Reason.MALFORMED);
    assertThat(twilio(url, form, "a=1&".repeat(3000), expected)).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void attack33_verifiesBehindAProxy_whenItKnowsThePublicUrl() {
    Vectors.Vector vector = Vectors.named("P-twilio-031");
    WebhookRequest.Builder behindProxy =
        vector.request().toBuilder().url("http://10.0.0.7:8080/twilio/in?tenant=7&lang=de");
    assertThat(twilio().build().verify(behindProxy.build()).reason()).isEqualTo(Reason.MISMATCH);
    for (String base :
        List.of(
            "https://voice.example.com",
            "https://voice.example.com/",
            "https://voice.example.com:443")) {
      assertThat(twilio().baseUrl(base).build().verify(behindProxy.build()).reason())
          .isEqualTo(Reason.VERIFIED);
    }
    assertThat(
            twilio()
                .url("https://voice.example.com/twilio/in?tenant=7&lang=de")
                .build()
                .verify(behindProxy.build())
                .reason())
        .isEqualTo(Reason.VERIFIED);
    for (String other :
        List.of(
            "https://voice.example.com:8443",
            "https://voice.example.com/prefix",
            "https://other.example.com")) {
      assertThat(twilio().baseUrl(other).build().verify(behindProxy.build()).reason())
          .isEqualTo(Reason.MISMATCH);
    }
    for (String path :
        List.of(
            "/twilio/in/?tenant=7&lang=de",
            "/twilio/in?lang=de&tenant=7",
            "/twilio/in?tenant=%37&lang=de")) {
      assertThat(
              twilio()
                  .baseUrl("https://voice.example.com")
                  .build()
                  .verify(behindProxy.url(path).build())
                  .reason())
          .isEqualTo(Reason.MISMATCH);
    }
    assertThat(twilio().build().verify(behindProxy.url("/twilio/in").build()).detail())
        .isEqualTo(
            "the absolute URL is missing: give it with the request, or baseUrl to the verifier");
  }

  @Test
  void attack34_ignoresForwardedHeaders_unlessTold() {
    Vectors.Vector vector = Vectors.named("P-twilio-031");
    WebhookRequest.Builder request =
        vector.request().toBuilder()
            .url("http://10.0.0.7:8080/twilio/in?tenant=7&lang=de")
            .header("X-Forwarded-Proto", "https")
            .header("X-Forwarded-Host", "voice.example.com");
    assertThat(twilio().build().verify(request.build()).reason()).isEqualTo(Reason.MISMATCH);
    assertThat(
            twilio().baseUrl("https://other.example.com").build().verify(request.build()).reason())
        .isEqualTo(Reason.MISMATCH);

    WebhookVerifier trusting = twilio().trustForwardedHeaders().build();
    assertThat(trusting.verify(request.build()).reason()).isEqualTo(Reason.VERIFIED);
    assertThat(trusting.verify(request.header("X-Forwarded-Host", "evil").build()).reason())
        .isEqualTo(Reason.AMBIGUOUS);
  }

  @Test
  void attack35_needsBothTheUrlAndTheBodyOfATwilioRequest() {
    Vectors.Vector vector = Vectors.named("P-twilio-035");
    WebhookRequest good = vector.request();
    WebhookVerifier verifier = vector.verifier();
    assertThat(verifier.verify(good).coverage()).contains(Coverage.FULL);
    assertThat(verifier.verify(good.toBuilder().body(new byte[] {'x'}).build()).reason())
        .isEqualTo(Reason.MISMATCH);

    String twice = good.url() + "&bodySHA256=" + Jwt.hex(Crypto.sha256(new byte[] {'x'}));
    assertThat(verifier.verify(good.toBuilder().url(twice).body(new byte[] {'x'}).build()).reason())
        .isEqualTo(Reason.AMBIGUOUS);
    // The signature of a request without a body says nothing about a body.
    String url = "https://hooks.example.com/in";
    assertThat(twilio(url, "application/json", "{}", url)).isEqualTo(Reason.MISSING);
    assertThat(twilio(url, "application/json", "", url)).isEqualTo(Reason.VERIFIED);
  }

  @Test
  void attack42_neverMakesTheKeyOfADeliveryFromItsSignature() {
    String body = "no id in here";
    String one = stripe(body, NOW);
    String both = one + ",v1=" + "0".repeat(64);
    WebhookVerifier verifier = stripeVerifier();
    assertThat(
            verifier
                .verify(request(body).header("Stripe-Signature", one).build())
                .deduplicationKey())
        .isEqualTo(
            verifier
                .verify(request(body).header("Stripe-Signature", both).build())
                .deduplicationKey())
        .isEqualTo("stripe:sha256:" + Jwt.hex(Crypto.sha256(Encoding.utf8(body))));
  }

  @Test
  void attack43_refusesTheSignatureOfAnotherTenant() {
    assertThat(
            verify(
                    Providers.GITHUB,
                    "the secret of tenant B!!",
                    request(BODY).header(GITHUB_HEADER, github(BODY)))
                .reason())
        .isEqualTo(Reason.MISMATCH);
  }

  @Test
  void attack44_saysWhichKeyMatched() {
    WebhookVerifier verifier =
        WebhookVerifier.builder(Providers.GITHUB)
            .key("2026-11", "the new secret, 26 letters")
            .key("2025-11", SECRET)
            .build();
    Verification old = verifier.verify(request(BODY).header(GITHUB_HEADER, github(BODY)).build());
    assertThat(old.key()).contains("2025-11");
    assertThat(old.isCurrentKey()).isFalse();
    String header =
        signed(Providers.GITHUB, "the new secret, 26 letters", request(BODY).build(), NOW)
            .get(GITHUB_HEADER);
    Verification current = verifier.verify(request(BODY).header(GITHUB_HEADER, header).build());
    assertThat(current.key()).contains("2026-11");
    assertThat(current.isCurrentKey()).isTrue();
  }

  @Test
  void attack45_doesNotTrustAnIdThatIsNotSigned() {
    WebhookVerifier verifier = github().scope("hooks/7").build();
    Set<String> keys = new java.util.HashSet<>();
    for (String id : List.of("one", "two")) {
      Verification verification =
          verifier.verify(
              request(BODY)
                  .header("X-GitHub-Delivery", id)
                  .header(GITHUB_HEADER, github(BODY))
                  .build());
      assertThat(verification.deliveryId()).contains(id);
      assertThat(verification.isDeliveryIdSigned()).isFalse();
      keys.add(verification.deduplicationKey());
    }
    assertThat(keys)
        .containsExactly("hooks/7:sha256:" + Jwt.hex(Crypto.sha256(Encoding.utf8(BODY))));

    Verification forged =
        verifier.verify(request(BODY).header("X-GitHub-Delivery", "three").build());
    assertThat(forged.deliveryId()).isEmpty();
    assertThatThrownBy(forged::deduplicationKey).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void attack45_doesNotTakeTheIdFromTheHeadersOfAnotherScheme() {
    Map<String, String> headers =
        WebhookSigner.create(Providers.STANDARD_WEBHOOKS, STANDARD)
            .sign("msg_1", NOW, BODY.getBytes(StandardCharsets.UTF_8));
    WebhookRequest.Builder request = request(BODY).header("svix-id", "msg_of_the_attacker");
    headers.forEach(request::header);

    Verification verification = verify(Providers.RESEND, STANDARD, request);
    assertThat(verification.scheme()).isEqualTo("resend");
    assertThat(verification.deliveryId()).contains("msg_1");
    assertThat(verification.isDeliveryIdSigned()).isTrue();
  }

  @Test
  void attack46_warnsOfShortKeys() {
    for (String key : List.of("k", "k".repeat(1000))) {
      String header = signed(Providers.GITHUB, key, request(BODY).build(), NOW).get(GITHUB_HEADER);
      assertThat(
              verify(Providers.GITHUB, key, request(BODY).header(GITHUB_HEADER, header)).reason())
          .isEqualTo(Reason.VERIFIED);
    }
    assertThat(WebhookVerifier.create(Providers.GITHUB, "k").warnings())
        .containsExactly("key \"key 1\" of github has under 16 bytes and can be guessed");
    assertThat(WebhookVerifier.create(Providers.GITHUB, "k".repeat(16)).warnings()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "a\r\nSet-Cookie: b=c",
        "{\"forged\":true}",
        "ä",
        "%00",
        "a b",
        ""
      })
  void attack47_echoesNothingThatIsNotPlain(String challenge) {
    String query = java.net.URLEncoder.encode(challenge, StandardCharsets.UTF_8);
    for (String url :
        List.of("/in?challenge=" + query, "/in?crc_token=" + query, "/in?bt_challenge=" + query)) {
      WebhookRequest request = WebhookRequest.builder().method("GET").url(url).build();
      for (Scheme scheme : List.of(Providers.DROPBOX, Providers.X, Providers.braintree("public"))) {
        assertThat(WebhookVerifier.create(scheme, SECRET).verify(request).isHandshake()).isFalse();
      }
    }
    WebhookRequest okta =
        WebhookRequest.builder()
            .method("GET")
            .header("X-Okta-Verification-Challenge", challenge)
            .build();
    assertThat(WebhookVerifier.create(Providers.OKTA, SECRET).verify(okta).isHandshake()).isFalse();
  }

  @Test
  void attack47_boundsAndLabelsWhatItEchoes() {
    WebhookVerifier dropbox = WebhookVerifier.create(Providers.DROPBOX, SECRET);
    String url = "/in?challenge=";
    Reply reply =
        dropbox.verify(WebhookRequest.builder().method("GET").url(url + "abc").build()).reply();
    assertThat(reply)
        .isEqualTo(
            new Reply(
                200,
                Map.of(
                    "Content-Type",
                    "text/plain; charset=utf-8",
                    "X-Content-Type-Options",
                    "nosniff"),
                "abc"));
    assertThat(
            dropbox
                .verify(
                    WebhookRequest.builder().method("GET").url(url + "a".repeat(1 << 20)).build())
                .reason())
        .isEqualTo(Reason.MALFORMED);
    // A signed question is not answered to whoever asks.
    byte[] slack = Encoding.utf8("{\"type\":\"url_verification\",\"challenge\":\"abc\"}");
    assertThat(verify(Providers.SLACK, SECRET, request(slack)).reason()).isEqualTo(Reason.MISSING);
  }

  @Test
  void attack48_doesNotMindMethodOrContentType() {
    WebhookRequest.Builder request =
        request(BODY)
            .method("patch")
            .header("Content-Type", "image/png")
            .header("Expect", "100-continue")
            .header("Transfer-Encoding", "chunked")
            .header(GITHUB_HEADER, github(BODY));
    assertThat(verify(Providers.GITHUB, SECRET, request).reason()).isEqualTo(Reason.VERIFIED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"not json", "{\"id\":\"a\",\"id\":\"b\"}", "{\"id\":", "deep", "1e999999999"})
  void attack49_verifiesABodyThatIsNoJson(String body) {
    String actual = body.equals("deep") ? "[".repeat(1_000_000) : body;
    Verification verification =
        verify(
            Providers.STRIPE,
            SECRET,
            request(actual).header("Stripe-Signature", stripe(actual, NOW)));
    assertThat(verification.reason()).isEqualTo(Reason.VERIFIED);
    assertThat(verification.deliveryId()).isEmpty();
    assertThat(verification.deduplicationKey()).startsWith("stripe:sha256:");
  }

  @Test
  void attack50_showsNoSecretInAnyText() {
    String header = stripe(BODY, NOW);
    WebhookRequest request =
        request(BODY)
            .url("https://hooks.example.com/in?secret=" + SECRET)
            .header("Stripe-Signature", header)
            .build();
    WebhookVerifier verifier = stripeVerifier();
    List<Object> printed = new ArrayList<>();
    printed.add(request);
    printed.add(verifier);
    printed.add(verifier.verify(request));
    printed.add(verifier.verify(request.toBuilder().body(Encoding.utf8("other")).build()));
    printed.add(verifier.verify(request.toBuilder().body(Encoding.utf8("other")).build()).detail());
    printed.add(verifier.warnings());
    printed.add(WebhookSigner.create(Providers.STRIPE, SECRET));
    printed.add(Key.secret("k", Encoding.utf8(SECRET)));
    printed.add(
        KeyFetcher.Query.post(
            java.net.URI.create("https://a.example"), "{\"s\":\"" + SECRET + "\"}"));
    WebhookSigner.KeyPair pair = WebhookSigner.newKeyPair();
    assertThat(pair.toString()).doesNotContain(pair.secretKey().substring(5, 25));
    printed.add(Providers.plaid("client", SECRET).method());
    printed.add(Providers.meta(SECRET).handshake());

    assertThat(printed)
        .extracting(Object::toString)
        .noneMatch(text -> text.contains(SECRET))
        .noneMatch(text -> text.contains(header.substring(20)))
        .noneMatch(text -> text.contains("evt_1"));
  }

  /** A stalled sender is the server's to time out; what stays of it here is a short body. */
  @Test
  void attack51_refusesABodyThatBreaksOff() {
    assertThat(
            verify(
                    Providers.GITHUB,
                    SECRET,
                    request(BODY.substring(0, 5)).header(GITHUB_HEADER, github(BODY)))
                .reason())
        .isEqualTo(Reason.MISMATCH);
  }

  @Test
  void attack52_acceptsNoOlderHubSpotSignature_unlessAskedTo() {
    Vectors.Vector vector = Vectors.named("P-hubspot-057");
    assertThat(
            verify(Providers.HUBSPOT_V1, vector.text("secret.value"), vector.request().toBuilder()))
        .returns(Reason.VERIFIED, Verification::reason);
    for (Scheme newer : List.of(Providers.HUBSPOT, Providers.HUBSPOT_V2)) {
      assertThat(
              verify(newer, vector.text("secret.value"), vector.request().toBuilder()).isVerified())
          .isFalse();
    }
  }

  @Test
  void attack53_bindsAMailgunTokenToItsFirstBody_ifTold() {
    WebhookRequest first = Vectors.named("CP-mailgun-005").request();
    Vectors.Vector changed = Vectors.named("CP-mailgun-007");

    Verification without = changed.verifier().verify(changed.request());
    assertThat(without.isVerified()).isTrue();
    assertThat(without.coverage()).contains(Coverage.ORIGIN_ONLY);

    WebhookVerifier verifier =
        WebhookVerifier.builder(Providers.MAILGUN)
            .key("k", changed.text("secret.value"))
            .clock(changed::now)
            .singleUse(SingleUse.inMemory(100))
            .build();
    assertThat(verifier.verify(first).reason()).isEqualTo(Reason.VERIFIED);
    assertThat(verifier.verify(first).reason()).isEqualTo(Reason.VERIFIED);
    assertThat(verifier.verify(changed.request()).reason()).isEqualTo(Reason.REPLAYED);
  }

  // ---- Help
  // ----------------------------------------------------------------------------------------

  private record Outcome(Verification verification) {
    void is(Reason reason) {
      assertThat(verification.reason()).as("%s", verification).isEqualTo(reason);
    }
  }

  private static Outcome assertGithub(String... headers) {
    WebhookRequest.Builder request = request(BODY);
    Arrays.stream(headers).forEach(header -> request.header(GITHUB_HEADER, header));
    return new Outcome(verify(Providers.GITHUB, SECRET, request));
  }

  private static Outcome assertStripe(String header) {
    return new Outcome(stripe(header));
  }

  private static Outcome assertShopify(String body, String header) {
    return new Outcome(
        verify(Providers.SHOPIFY, SECRET, request(body).header("X-Shopify-Hmac-Sha256", header)));
  }

  private static Verification stripe(String header) {
    return stripeVerifier().verify(request(BODY).header("Stripe-Signature", header).build());
  }

  private static WebhookVerifier stripeVerifier() {
    return WebhookVerifier.builder(Providers.STRIPE).key("k", SECRET).clock(() -> NOW).build();
  }

  private static WebhookVerifier.Builder github() {
    return WebhookVerifier.builder(Providers.GITHUB).key("k", SECRET);
  }

  private static WebhookVerifier.Builder twilio() {
    return WebhookVerifier.builder(Providers.TWILIO)
        .key("k", Vectors.named("P-twilio-031").text("secret.value"));
  }

  private static Reason twilio(String url, String contentType, String body, String signed) {
    byte[] mac =
        Key.secret("", Encoding.utf8(SECRET))
            .mac(Algorithm.HMAC_SHA1, Crypto.Text.of(Encoding.utf8(signed)));
    return verify(
            Providers.TWILIO,
            SECRET,
            request(body)
                .url(url)
                .header("Content-Type", contentType)
                .header("X-Twilio-Signature", Encoding.BASE64.encode(mac)))
        .reason();
  }

  private static Reason standard(String key, Map<String, String> headers) {
    WebhookRequest.Builder request = request(BODY);
    headers.forEach(request::header);
    return verify(Providers.STANDARD_WEBHOOKS, key, request).reason();
  }

  private static String github(String body) {
    return signed(Providers.GITHUB, SECRET, request(body).build(), NOW).get(GITHUB_HEADER);
  }

  private static String shopify(String body) {
    return Encoding.BASE64.encode(
        Key.secret("", Encoding.utf8(SECRET))
            .mac(Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8(body))));
  }

  private static String stripe(String body, Instant at) {
    return signed(Providers.STRIPE, SECRET, request(body).build(), at).get("Stripe-Signature");
  }

  private static String stripeMac(String timestamp, String body) {
    return Encoding.HEX.encode(
        Key.secret("", Encoding.utf8(SECRET))
            .mac(Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8(timestamp + "." + body))));
  }

  private static Map<String, String> signed(
      Scheme scheme, String key, WebhookRequest request, Instant at) {
    return WebhookSigner.create(scheme, key).sign(request, at);
  }

  private static Verification verify(Scheme scheme, String key, WebhookRequest.Builder request) {
    return WebhookVerifier.builder(scheme)
        .key("k", key)
        .clock(() -> NOW)
        .build()
        .verify(request.build());
  }

  private static WebhookRequest.Builder request(String body) {
    return request(Encoding.utf8(body));
  }

  private static WebhookRequest.Builder request(byte[] body) {
    return WebhookRequest.builder().body(body);
  }
}
