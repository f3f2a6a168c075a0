package dev.parley.webhook;

import java.util.Map;
import java.util.Objects;

/**
 * What to answer a provider: a status, headers and a short text.
 *
 * @param status the HTTP status
 * @param headers all headers to send, {@code Content-Type} and {@code X-Content-Type-Options:
 *     nosniff} among them if there is a body
 * @param body the body, ASCII; empty for none
 * @since 0.1
 */
public record Reply(int status, Map<String, String> headers, String body) {
  /** Checks and copies. */
  public Reply {
    headers = Map.copyOf(headers);
    Objects.requireNonNull(body, "body");
  }

  static Reply empty(int status) {
    return new Reply(status, Map.of(), "");
  }

  static Reply text(String body) {
    return of("text/plain; charset=utf-8", body);
  }

  static Reply json(String body) {
    return of("application/json", body);
  }

  private static Reply of(String contentType, String body) {
    return new Reply(
        200, Map.of("Content-Type", contentType, "X-Content-Type-Options", "nosniff"), body);
  }
}
