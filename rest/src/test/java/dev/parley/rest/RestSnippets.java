package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallChannel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.http.Auth;
import dev.parley.http.Header;
import dev.parley.http.Http;
import dev.parley.http.Query;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestSnippets {
  record OrderId(String id) {}

  record NewOrder(String sku, int count) {}

  record Search(String customer, @Query("page_size") int size, @Header("X-Tenant") String tenant) {}

  record Order(String id, String sku, int count) {}

  static final Operation<OrderId, Order> GET =
      Operation.of("orders.get", OrderId.class, Order.class).bind(Http.get("/orders/{id}"));
  static final Operation<NewOrder, Order> PLACE =
      Operation.of("orders.place", NewOrder.class, Order.class)
          .with(Idempotency.KEYED)
          .bind(Http.post("/orders"));
  static final Operation<Search, Order[]> FIND =
      Operation.of("orders.find", Search.class, Order[].class)
          .bind(Http.get("/customers/{customer}/orders"));

  // @start region="pages"
  static final Operation<Search, Order> LIST =
      Operation.of("orders.list", Search.class, Order.class)
          .bind(Http.get("/customers/{customer}/orders"))
          .bind(Pages.cursor("/next", "after").items("/orders"));

  // @end

  @TempDir Path folder;

  @Test
  void callsByBindings() {
    try (TestServer server =
        TestServer.start((arrival, exchange) ->
            TestServer.json(
                exchange,
                200,
                arrival.path().startsWith("/customers")
                    ? "[{\"id\":\"1\",\"sku\":\"s\",\"count\":2}]"
                    : "{\"id\":\"1\",\"sku\":\"s\",\"count\":2}"))) {
      // @start region="call"
      try (Parley parley = Parley.create()) {
        CallChannel shop = parley.open(server.uri(), CallChannel.class);
        Order placed = shop.call(PLACE, new NewOrder("sku-1", 2)); // retried with one key
        Order read = shop.call(GET, new OrderId(placed.id()));
        // @end
        assertThat(read).isEqualTo(placed);
        assertThat(shop.call(FIND, new Search("c 1", 10, "t"))).containsExactly(read);
      }
      assertThat(server.arrivals().get(0).headers().first("Idempotency-Key")).hasSize(36);
      assertThat(server.arrivals().get(2).path()).isEqualTo("/customers/c%201/orders");
      assertThat(server.arrivals().get(2).query()).isEqualTo("page_size=10");
      assertThat(server.arrivals().get(2).headers().first("X-Tenant")).isEqualTo("t");
    }
  }

  @Test
  void opensWithNativeOptions() {
    try (TestServer server =
            TestServer.start((arrival, exchange) ->
                TestServer.json(exchange, 200, "{\"id\":\"1\",\"sku\":\"s\",\"count\":2}"));
        Parley parley = Parley.create()) {
      String uri = server.uri();
      // @start region="builder"
      RestChannel shop =
          RestChannel.builder(uri + "/v2")
              .auth(Auth.bearer(() -> token()))
              .cache(folder, 10_000_000)
              .customize(okHttp -> okHttp.followSslRedirects(false))
              .open(parley);
      // @end
      shop.call(GET, new OrderId("1"));
      assertThat(server.arrivals().get(0).path()).isEqualTo("/v2/orders/1");
      assertThat(server.arrivals().get(0).headers().first("Authorization")).isEqualTo("Bearer t");
      shop.close();
    }
  }

  @Test
  void uploads() throws Exception {
    Path file = Files.write(folder.resolve("label.pdf"), new byte[100_000]);
    try (TestServer server = TestServer.start((arrival, exchange) -> exchange.setStatusCode(204));
        Parley parley = Parley.create()) {
      CallChannel shop = parley.open(server.uri(), CallChannel.class);
      // @start region="upload"
      Operation<Payload, Void> upload =
          Operation.of("labels.put", Payload.class, Void.class).bind(Http.put("/labels/1"));
      AtomicLong sent = new AtomicLong();
      Payload label = Payload.file(file, "application/pdf");
      shop.call(upload, Progress.watch(label, (bytes, total) -> sent.set(bytes)));
      // @end
      assertThat(sent).hasValue(100_000);
      // @start region="multipart"
      Operation<Multipart, Void> attach =
          Operation.of("labels.attach", Multipart.class, Void.class).bind(Http.post("/labels"));
      Multipart form =
          Multipart.builder().field("order", "1").file("label", "label.pdf", label).build();
      shop.call(attach, form);
      // @end
      assertThat(server.arrivals().get(0).body()).hasSize(100_000);
      assertThat(server.arrivals().get(1).headers().first("Content-Length"))
          .isEqualTo(Long.toString(form.size().orElseThrow()));
      assertThat(server.arrivals().get(1).body()).hasSize((int) form.size().orElseThrow());
    }
  }

  private static String token() {
    return "t";
  }
}
