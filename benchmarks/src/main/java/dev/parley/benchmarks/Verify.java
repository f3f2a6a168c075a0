package dev.parley.benchmarks;

import com.standardwebhooks.Webhook;
import com.stripe.net.Webhook.Signature;
import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookSigner;
import dev.parley.webhook.WebhookVerifier;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Verifying a webhook of Stripe's scheme and of Standard Webhooks, beside the bare MAC of its body
 * and beside the official SDKs, all from what a web server has: bytes and headers.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
public class Verify {
  /** Who verifies. */
  public enum Kind {
    MAC("the bare `Mac`, made once for each request"),
    PARLEY_STRIPE("Parley, Stripe"),
    STRIPE("stripe-java 33.3.0"),
    PARLEY_STANDARD("Parley, Standard Webhooks"),
    STANDARD("standardwebhooks 1.1.0"),
    SVIX("svix 1.99.1");

    final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  private static final String STRIPE_SECRET = "whsec_84d58326f521c7453f3d33374043e03f";
  private static final byte[] KEY = new byte[32];
  private static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString(KEY);

  @Param public Kind kind;

  @Param({"1024", "65536"})
  public int size;

  private byte[] body;
  private Map<String, String> stripeHeaders;
  private Map<String, String> standardHeaders;
  private SecretKeySpec key;
  private byte[] expected;
  private WebhookVerifier stripe;
  private WebhookVerifier standard;
  private Webhook standardSdk;
  private com.svix.Webhook svixSdk;

  @Setup
  public void sign() throws Exception {
    Instant now = Instant.now();
    byte[] text = new byte[size];
    Random random = new Random(1);
    for (int i = 0; i < size; i++) {
      text[i] = (byte) ('a' + random.nextInt(26));
    }
    System.arraycopy("{\"id\":\"evt_1\",\"a\":\"".getBytes(), 0, text, 0, 19);
    System.arraycopy("\"}".getBytes(), 0, text, size - 2, 2);
    body = text;
    stripeHeaders =
        WebhookSigner.create(Providers.STRIPE, STRIPE_SECRET)
            .sign(WebhookRequest.builder().body(body).build(), now);
    standardHeaders =
        WebhookSigner.create(Providers.STANDARD_WEBHOOKS, SECRET).sign("msg_1", now, body);
    key = new SecretKeySpec(KEY, "HmacSHA256");
    expected = mac();
    stripe = WebhookVerifier.create(Providers.STRIPE, STRIPE_SECRET);
    standard = WebhookVerifier.create(Providers.STANDARD_WEBHOOKS, SECRET);
    standardSdk = new Webhook(SECRET);
    svixSdk = new com.svix.Webhook(SECRET);
  }

  @Benchmark
  public boolean verify() throws Exception {
    switch (kind) {
      case MAC:
        return MessageDigest.isEqual(expected, mac());
      case PARLEY_STRIPE:
        return stripe.verify(request(stripeHeaders)).isVerified();
      case STRIPE:
        return Signature.verifyHeader(
            new String(body, StandardCharsets.UTF_8),
            stripeHeaders.get("Stripe-Signature"),
            STRIPE_SECRET,
            86_400);
      case PARLEY_STANDARD:
        return standard.verify(request(standardHeaders)).isVerified();
      case STANDARD:
        standardSdk.verify(new String(body, StandardCharsets.UTF_8), headers());
        return true;
      case SVIX:
        svixSdk.verify(new String(body, StandardCharsets.UTF_8), headers());
        return true;
      default:
        throw new AssertionError(kind);
    }
  }

  private byte[] mac() throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(key);
    return mac.doFinal(body);
  }

  private WebhookRequest request(Map<String, String> headers) {
    WebhookRequest.Builder request = WebhookRequest.builder().body(body);
    headers.forEach(request::header);
    return request.build();
  }

  private HttpHeaders headers() {
    Map<String, List<String>> map = new TreeMap<>();
    standardHeaders.forEach((name, value) -> map.put(name, List.of(value)));
    return HttpHeaders.of(map, (name, value) -> true);
  }
}
