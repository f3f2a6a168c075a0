package dev.parley.graphql;

import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.Note;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** graphql-java. */
final class JavaHarness extends GraphQlHarness {
  private volatile HeaderMap lastHeaders = new HeaderMap();

  JavaHarness(SubscriptionProtocol protocol) {
    super(protocol, "graphql-java");
    reach(new JavaServer(this::answer));
  }

  private boolean answer(HttpServerExchange exchange, Map<String, ?> variables) throws Exception {
    if (variables.isEmpty()) {
      return false; // a subscription
    }
    HeaderMap headers = exchange.getRequestHeaders();
    lastHeaders = headers;
    Note note = new Note((String) variables.get("id"), (String) variables.get("text"));
    Act act = script().arrived(note, headers.getFirst("Idempotency-Key"));
    switch (act.kind()) {
      case ECHO -> {
        return false;
      }
      case HOLD -> {
        script().released().get(60, TimeUnit.SECONDS);
        return false;
      }
      case BUSY -> JavaServer.send(exchange, 500, "application/json", "");
      case DECLINE -> {
        Duration wait = act.retryAfter();
        if (wait != null) {
          JavaServer.header(exchange, "retry-after-ms", Long.toString(wait.toMillis()));
        }
        JavaServer.send(exchange, 429, "application/json", "");
      }
      case FORBID -> JavaServer.send(exchange, 403, "application/json", "");
      case GARBAGE -> JavaServer.send(exchange, 200, "application/json", "{\"data\":{\"echo\":7}}");
    }
    return true;
  }

  @Override
  public Optional<String> lastHeader(String name) {
    return Optional.ofNullable(lastHeaders.getFirst(name));
  }
}
