package dev.parley.webhooks;

import dev.parley.webhook.Providers;
import dev.parley.webhook.Scheme;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookSigner;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/** Requests as a provider signs them. */
final class TestRequests {
  private final WebhookSigner signer;

  private TestRequests(Scheme scheme, String secret) {
    this.signer = WebhookSigner.create(scheme, secret);
  }

  static TestRequests stripe(String secret) {
    return new TestRequests(Providers.STRIPE, secret);
  }

  static TestRequests of(Scheme scheme, String secret) {
    return new TestRequests(scheme, secret);
  }

  WebhookRequest request(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    WebhookRequest.Builder request =
        WebhookRequest.builder().body(bytes).header("Content-Type", "application/json");
    signature(bytes).forEach(request::header);
    return request.build();
  }

  HttpRequest http(URI uri, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .POST(BodyPublishers.ofByteArray(body))
            .header("Content-Type", "application/json");
    signature(body).forEach(request::header);
    return request.build();
  }

  HttpRequest forged(URI uri, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(body));
    signature("another".getBytes(StandardCharsets.UTF_8)).forEach(request::header);
    return request.build();
  }

  private Map<String, String> signature(byte[] body) {
    return signer.sign(WebhookRequest.builder().body(body).build(), Instant.now());
  }
}
