package dev.parley.graphql;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.testkit.conformance.Act;
import dev.parley.testkit.conformance.Note;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** graphql-yoga in Node, which asks here what to do with each request. */
final class NodeHarness extends GraphQlHarness {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ExecutorService threads =
      Executors.newCachedThreadPool(task -> new Thread(task, "script-of-node"));
  private final HttpServer scripts;
  private final NodeServer server;
  private volatile JsonNode lastHeaders = JSON.createObjectNode();

  NodeHarness() {
    super("graphql, graphql-yoga");
    try {
      scripts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    scripts.setExecutor(threads);
    scripts.createContext("/", this::answer);
    scripts.start();
    server = new NodeServer("http://127.0.0.1:" + scripts.getAddress().getPort() + "/");
    reach(server);
  }

  private void answer(HttpExchange exchange) throws IOException {
    JsonNode asked = JSON.readTree(exchange.getRequestBody());
    lastHeaders = asked.get("headers");
    JsonNode key = asked.get("key");
    Note note = new Note(asked.get("id").asString(), asked.get("text").asString());
    Act act = script().arrived(note, key.isNull() ? null : key.asString());
    if (act.kind() == Act.Kind.HOLD) {
      try {
        script().released().get(60, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
    Map<String, Object> answer = new HashMap<>();
    answer.put(
        "status",
        switch (act.kind()) {
          case ECHO, HOLD, GARBAGE -> 200;
          case BUSY -> 500;
          case DECLINE -> 429;
          case FORBID -> 403;
        });
    answer.put("garbage", act.kind() == Act.Kind.GARBAGE);
    if (act.retryAfter() != null) {
      answer.put("wait", act.retryAfter().toMillis());
    }
    byte[] json = JSON.writeValueAsBytes(answer);
    exchange.sendResponseHeaders(200, json.length);
    exchange.getResponseBody().write(json);
    exchange.close();
  }

  @Override
  public Optional<String> lastHeader(String name) {
    return Optional.ofNullable(lastHeaders.get(name.toLowerCase(java.util.Locale.ROOT)))
        .map(JsonNode::asString);
  }

  @Override
  public void close() {
    super.close();
    server.close();
    scripts.stop(0);
    threads.shutdownNow();
  }
}
