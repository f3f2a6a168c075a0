package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignerTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_614_265_330);

  /** The value that the specification's libraries all test with. */
  @Test
  void signsAsTheSpecificationDoes() {
    Map<String, String> headers =
        WebhookSigner.create(Providers.STANDARD_WEBHOOKS, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, Encoding.utf8("{\"test\": 2432232314}"));

    assertThat(headers)
        .containsExactly(
            Map.entry("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            Map.entry("webhook-timestamp", "1614265330"),
            Map.entry("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
  }

  @Test
  void signsWithOldAndNewKeysOfBothKinds() {
    String newSecret = WebhookSigner.newSecret();
    String oldSecret = WebhookSigner.newSecret();
    WebhookSigner.KeyPair pair = WebhookSigner.newKeyPair();
    byte[] body = Encoding.utf8("{}");
    Map<String, String> headers =
        WebhookSigner.create(Providers.STANDARD_WEBHOOKS, newSecret, pair.secretKey(), oldSecret)
            .sign("msg_1", NOW, body);

    assertThat(headers.get("webhook-signature").split(" "))
        .hasSize(3)
        .satisfiesOnlyOnce(entry -> assertThat(entry).startsWith("v1a,"));
    WebhookRequest.Builder request = WebhookRequest.builder().body(body);
    headers.forEach(request::header);
    for (String key : List.of(newSecret, oldSecret, pair.publicKey(), pair.secretKey())) {
      assertThat(
              WebhookVerifier.builder(Providers.STANDARD_WEBHOOKS)
                  .key("k", key)
                  .clock(() -> NOW)
                  .build()
                  .verify(request.build())
                  .reason())
          .isEqualTo(Reason.VERIFIED);
    }
    assertThat(
            WebhookVerifier.builder(Providers.STANDARD_WEBHOOKS)
                .key("new", WebhookSigner.newKeyPair().publicKey())
                .key("old", pair.publicKey())
                .clock(() -> NOW)
                .build()
                .verify(request.build())
                .key())
        .contains("old");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.b", "a b", "a\nb", "ä"})
  void refusesAnIdThatCouldBeReadAnotherWay(String id) {
    WebhookSigner signer =
        WebhookSigner.create(Providers.STANDARD_WEBHOOKS, WebhookSigner.newSecret());
    assertThatThrownBy(() -> signer.sign(id, NOW, new byte[0]))
        .hasMessage("id must be 1 to 256 plain characters without a dot or white space");
  }

  @Test
  void refusesWhatItCannotSignWith() {
    WebhookSigner.KeyPair pair = WebhookSigner.newKeyPair();
    assertThatThrownBy(() -> WebhookSigner.create(Providers.STANDARD_WEBHOOKS, pair.publicKey()))
        .hasMessage("\"key 1\" can only verify: sign with the secret key (whsk_)");
    assertThatThrownBy(() -> WebhookSigner.create(Providers.STANDARD_WEBHOOKS))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WebhookSigner.create(Providers.GITHUB, "a".repeat(20), "b".repeat(20)))
        .hasMessage("github has room for one signature: give one key");
    assertThatThrownBy(() -> WebhookSigner.create(Providers.TWILIO, "a".repeat(20)))
        .hasMessage("twilio is not a scheme to sign by: its signature is not a header of its own");
    assertThatThrownBy(() ->
            WebhookSigner.create(Providers.SQUARE, "a".repeat(20))
                .sign(WebhookRequest.builder().build(), NOW))
        .hasMessage("square cannot sign: the URL is missing");
    assertThatThrownBy(() ->
            WebhookSigner.create(Providers.STRIPE, "a".repeat(20)).sign("id", NOW, new byte[0]))
        .hasMessage("stripe has no header for an id");

    byte[] damaged = Encoding.BASE64.decode(pair.secretKey().substring(5));
    damaged[0] ^= 1;
    assertThatThrownBy(() ->
            WebhookSigner.create(
                Providers.STANDARD_WEBHOOKS, "whsk_" + Encoding.BASE64.encode(damaged)))
        .hasMessage("key \"key 1\" is damaged: its two halves do not belong together");
  }

  @Test
  void makesKeysOfTheRightSize() {
    assertThat(Encoding.BASE64.decode(WebhookSigner.newSecret().substring(6))).hasSize(32);
    WebhookSigner.KeyPair pair = WebhookSigner.newKeyPair();
    assertThat(Encoding.BASE64.decode(pair.secretKey().substring(5))).hasSize(64);
    assertThat(Encoding.BASE64.decode(pair.publicKey().substring(5))).hasSize(32);
    assertThat(WebhookSigner.newSecret()).isNotEqualTo(WebhookSigner.newSecret());
  }
}
