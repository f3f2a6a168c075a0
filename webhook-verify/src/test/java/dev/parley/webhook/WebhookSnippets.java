package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WebhookSnippets {
  private static final String SECRET = "whsec_84d58326f521c7453f3d33374043e03f";
  private final List<String> processed = new ArrayList<>();

  // @start region="request"
  static WebhookRequest request(HttpExchange exchange) throws IOException {
    return WebhookRequest.builder()
        .method(exchange.getRequestMethod())
        .url(exchange.getRequestURI().toString())
        .headers(exchange.getRequestHeaders())
        .body(exchange.getRequestBody(), 5 << 20)
        .build();
  }

  // @end

  // @start region="verify"
  final WebhookVerifier stripe = WebhookVerifier.create(Providers.STRIPE, SECRET);

  Reply receive(WebhookRequest request) {
    Verification verification = stripe.verify(request);
    if (verification.isVerified()) {
      process(verification.deduplicationKey(), request.body());
    }
    return verification.reply();
  }

  // @end

  @Test
  void receivesFromStripe() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/stripe",
        exchange -> {
          try (exchange) {
            Reply reply = receive(request(exchange));
            reply.headers().forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(reply.status(), -1);
          }
        });
    server.start();
    try {
      String body = "{\"id\":\"evt_1\"}";
      Map<String, String> headers =
          WebhookSigner.create(Providers.STRIPE, SECRET)
              .sign(
                  WebhookRequest.builder().body(body.getBytes(StandardCharsets.UTF_8)).build(),
                  Instant.now());

      assertThat(post(server, headers, body)).isEqualTo(200);
      assertThat(post(server, headers, "{\"id\":\"evt_2\"}")).isEqualTo(401);
      assertThat(processed).containsExactly("stripe:id:evt_1");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void signs() {
    byte[] body = "{\"type\":\"order.paid\"}".getBytes(StandardCharsets.UTF_8);
    // @start region="sign"
    String secret = WebhookSigner.newSecret(); // give it to the receiver
    WebhookSigner signer = WebhookSigner.create(Providers.STANDARD_WEBHOOKS, secret);

    Map<String, String> headers = signer.sign("msg_2f7c", Instant.now(), body);
    // @end

    assertThat(headers).containsOnlyKeys("webhook-id", "webhook-timestamp", "webhook-signature");
    WebhookRequest.Builder request = WebhookRequest.builder().body(body);
    headers.forEach(request::header);
    Verification verification =
        WebhookVerifier.create(Providers.STANDARD_WEBHOOKS, secret).verify(request.build());
    assertThat(verification.deduplicationKey()).isEqualTo("standard-webhooks:id:msg_2f7c");
  }

  @Test
  void verifiesASchemeOfYourOwn() {
    // @start region="own-scheme"
    Scheme acme =
        Scheme.builder("acme")
            .signatures(",", "X-Acme-Signature: t={timestamp},v1={hex}")
            .timestamp(TimeFormat.SECONDS)
            .signs("{timestamp}.{header:X-Acme-Event}.{body}")
            .deliveryId("{header:X-Acme-Event}")
            .build();

    WebhookVerifier verifier = WebhookVerifier.create(acme, "a secret of 26 characters!");
    // @end

    assertThat(acme.coverage()).isEqualTo(Coverage.FULL);
    WebhookRequest unsigned = WebhookRequest.builder().header("X-Acme-Event", "e-1").build();
    WebhookRequest.Builder signed = unsigned.toBuilder();
    WebhookSigner.create(acme, "a secret of 26 characters!")
        .sign(unsigned, Instant.now())
        .forEach(signed::header);
    Verification verification = verifier.verify(signed.build());
    assertThat(verification.deliveryId()).contains("e-1");
    assertThat(verification.isDeliveryIdSigned()).isTrue();
  }

  private void process(String key, byte[] body) {
    assertThat(body).isNotEmpty();
    processed.add(key);
  }

  private static int post(HttpServer server, Map<String, String> headers, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + server.getAddress().getPort() + "/stripe"))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.discarding()).statusCode();
  }
}
