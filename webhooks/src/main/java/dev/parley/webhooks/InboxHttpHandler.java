package dev.parley.webhooks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.parley.webhook.Reply;
import dev.parley.webhook.WebhookRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * An {@link InboxEndpoint} behind the JDK's own HTTP server.
 *
 * {@snippet class="dev.parley.webhooks.InboxSnippets" region="jdk"}
 *
 * <p>Give the server an executor of several threads, and time limits: {@code
 * -Dsun.net.httpserver.maxReqTime=30} for a request that does not end.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @since 0.1
 */
public final class InboxHttpHandler implements HttpHandler {
  private final InboxEndpoint endpoint;

  /** Creates a handler of this endpoint. */
  public InboxHttpHandler(InboxEndpoint endpoint) {
    this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      WebhookRequest request =
          WebhookRequest.builder()
              .method(exchange.getRequestMethod())
              .url(exchange.getRequestURI().toString())
              .headers(exchange.getRequestHeaders())
              .body(exchange.getRequestBody(), endpoint.maxBody())
              .build();
      Reply reply = endpoint.receive(request);
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
