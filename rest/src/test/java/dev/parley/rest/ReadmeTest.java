package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.parley.CallChannel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.http.Http;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The project's README shows what is between the marks, and that runs. */
class ReadmeTest {
  // @start region="readme"
  record OrderId(String id) {}

  record NewOrder(String sku, int count) {}

  record Order(String id, String sku, int count) {}

  static final Operation<OrderId, Order> GET =
      Operation.of("orders.get", OrderId.class, Order.class).bind(Http.get("/orders/{id}"));
  static final Operation<NewOrder, Order> PLACE =
      Operation.of("orders.place", NewOrder.class, Order.class)
          .with(Idempotency.KEYED) // the shop honours Idempotency-Key
          .bind(Http.post("/orders"));

  static Order order(String shop) {
    try (Parley parley = Parley.create()) {
      CallChannel api = parley.open(shop, CallChannel.class);
      Order placed = api.call(PLACE, new NewOrder("sku-1", 2)); // retried, with one key
      return api.call(GET, new OrderId(placed.id()));
    }
  }

  // @end

  @Test
  void theSnippetRuns() throws Exception {
    AtomicInteger arrivals = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/orders",
        exchange -> {
          arrivals.incrementAndGet();
          byte[] body =
              "{\"id\":\"1\",\"sku\":\"sku-1\",\"count\":2}".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    try {
      Order order = order("http://localhost:" + server.getAddress().getPort());

      assertThat(order).isEqualTo(new Order("1", "sku-1", 2));
      assertThat(arrivals).hasValue(2);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void theReadmeShowsIt() throws Exception {
    String source = Files.readString(Path.of("src/test/java/dev/parley/rest/ReadmeTest.java"));
    String region =
        source.substring(
            source.indexOf('\n', source.indexOf("// @start region=\"readme\"")) + 1,
            source.indexOf("  // @end"));
    String readme = Files.readString(Path.of("../README.md"));
    String shown =
        readme.substring(readme.indexOf("```java\n") + 8, readme.indexOf("```\n\nWhat it is"));

    assertThat(shown).isEqualToIgnoringWhitespace(region);
  }
}
