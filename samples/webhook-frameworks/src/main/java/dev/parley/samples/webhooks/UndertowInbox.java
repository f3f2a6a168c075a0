package dev.parley.samples.webhooks;

import dev.parley.webhook.Reply;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhooks.InboxEndpoint;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Undertow: blocking, so it goes behind a {@link BlockingHandler}. Its own limit of 2 MiB has to
 * go, since beyond that it throws; the endpoint has one.
 */
final class UndertowInbox implements HttpHandler {
  private final InboxEndpoint endpoint;

  UndertowInbox(InboxEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  static Undertow serve(InboxEndpoint endpoint, int port) {
    HttpHandler inbox = new BlockingHandler(new UndertowInbox(endpoint));
    Undertow server =
        Undertow.builder()
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L)
            .addHttpListener(port, "127.0.0.1", Handlers.path().addExactPath("/webhooks", inbox))
            .build();
    server.start();
    return server;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws IOException {
    String query = exchange.getQueryString();
    WebhookRequest.Builder request =
        WebhookRequest.builder()
            .method(exchange.getRequestMethod().toString())
            .url(exchange.getRequestURI() + (query.isEmpty() ? "" : "?" + query))
            .body(exchange.getInputStream(), endpoint.maxBody());
    for (HeaderValues header : exchange.getRequestHeaders()) {
      header.forEach(value -> request.header(header.getHeaderName().toString(), value));
    }
    answer(exchange, endpoint.receive(request.build()));
  }

  private static void answer(HttpServerExchange exchange, Reply reply) throws IOException {
    boolean isRead = exchange.isRequestComplete();
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    exchange.setStatusCode(reply.status());
    exchange.setResponseContentLength(body.length);
    exchange.setPersistent(isRead);
    reply
        .headers()
        .forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
    try (OutputStream out = exchange.getOutputStream()) {
      out.write(body);
    }
    if (!isRead) {
      // Else Undertow would read on to the end, however far that is.
      exchange.getConnection().close();
    }
  }
}
