package dev.parley.samples.shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookSigner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.json.JsonMapper;

/**
 * The desk that many programs have: it checks the signature, books, tells the partner, and answers.
 * It looks neither at the time nor for repetitions, and keeps nothing to try again with.
 */
final class NaiveDesk implements PaymentDesk {
  private final PaymentBooks books;
  private final String secret;
  private final URI partner;
  private final WebhookSigner signer;
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final JsonMapper json = new JsonMapper();

  NaiveDesk(PaymentBooks books, String secret, URI partner, String partnerSecret) {
    this.books = books;
    this.secret = secret;
    this.partner = partner;
    this.signer = WebhookSigner.create(Providers.STANDARD_WEBHOOKS, partnerSecret);
  }

  @Override
  public String name() {
    return "naive";
  }

  @Override
  public HttpHandler handler() {
    return this::handle;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      int status = 200;
      if (!isSigned(exchange.getRequestHeaders().getFirst("Stripe-Signature"), body)) {
        status = 400;
      } else {
        try {
          PaymentEvent event = json.readValue(body, PaymentEvent.class);
          books.book(event.payment());
          tellPartner(event);
        } catch (IllegalStateException e) {
          status = 500;
        }
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private boolean isSigned(String header, byte[] body) {
    try {
      String[] parts = header.split(",", -1);
      String time = parts[0].substring("t=".length());
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
      String expected = java.util.HexFormat.of().formatHex(mac.doFinal(body));
      return parts[1].equals("v1=" + expected);
    } catch (Exception e) {
      return false;
    }
  }

  private void tellPartner(PaymentEvent event) {
    byte[] body = json.writeValueAsBytes(event.payment());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(partner)
            .timeout(Duration.ofSeconds(2))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    Map<String, String> signature = signer.sign("paid_" + event.id(), Instant.now(), body);
    signature.forEach(request::header);
    try {
      client.send(request.build(), HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      // The partner will ask, if it matters.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isIdle() {
    return true;
  }

  @Override
  public void close() {}
}
