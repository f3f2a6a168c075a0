package dev.parley.samples.shop;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes the shop's answers as JSON.
 *
 * <p><b>Threads:</b> immutable.
 */
final class Answers {
  private final JsonMapper json;

  Answers(JsonMapper json) {
    this.json = json;
  }

  /** Answers with a body. */
  void send(HttpServerExchange exchange, int status, Object body) {
    send(exchange, status, "application/json", body);
  }

  /** Answers no, with the reason as RFC 9457 has it. */
  void refuse(HttpServerExchange exchange, int status, String title, String detail) {
    send(exchange, status, "application/problem+json", Problem.of(status, title, detail));
  }

  private void send(HttpServerExchange exchange, int status, String contentType, Object body) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
    exchange.getResponseSender().send(ByteBuffer.wrap(json.writeValueAsBytes(body)));
  }
}
