package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.CallChannel;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.http.Http;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RestCallTest {
  record OrderId(String value) {}

  record NewOrder(String sku, int count) {}

  record Order(String id, String sku, int count) {}

  static final Operation<OrderId, Order> GET =
      Operation.of("orders.get", OrderId.class, Order.class).bind(Http.get("/orders/{id}"));
  static final Operation<NewOrder, Order> PLACE =
      Operation.of("orders.place", NewOrder.class, Order.class).bind(Http.post("/orders"));

  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close();
  }

  @Test
  void getsByPathVariable() {
    try (TestServer server =
        TestServer.start((arrival, exchange) ->
            TestServer.json(exchange, 200, "{\"id\":\"a b\",\"sku\":\"s\",\"count\":1}"))) {
      CallChannel api = parley.open(server.uri() + "/v2", CallChannel.class);

      Order order = api.call(GET, new OrderId("a/b ü?#%"));

      assertThat(order).isEqualTo(new Order("a b", "s", 1));
      assertThat(server.arrivals()).hasSize(1);
      assertThat(server.arrivals().get(0).method()).isEqualTo("GET");
      assertThat(server.arrivals().get(0).path()).isEqualTo("/v2/orders/a%2Fb%20%C3%BC%3F%23%25");
      assertThat(server.arrivals().get(0).headers().first("Accept")).isEqualTo("application/json");
    }
  }

  @Test
  void postsJson_blockingAndInBackground() throws Exception {
    try (TestServer server =
        TestServer.start((arrival, exchange) ->
            TestServer.json(exchange, 201, "{\"id\":\"1\",\"sku\":\"s\",\"count\":1}"))) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);

      assertThat(api.call(PLACE, new NewOrder("s", 1)).id()).isEqualTo("1");
      var call = api.newCall(PLACE, new NewOrder("s", 1), dev.parley.CallOptions.DEFAULT);
      assertThat(call.submit().get(30, TimeUnit.SECONDS).headers().first("Content-Type"))
          .contains("application/json");

      assertThat(server.arrivals()).hasSize(2);
      assertThat(server.arrivals().get(0).text()).isEqualTo("{\"sku\":\"s\",\"count\":1}");
      assertThat(server.arrivals().get(0).headers().first("Content-Type"))
          .isEqualTo("application/json");
      assertThat(server.arrivals().get(0).headers().first("Idempotency-Key")).isNull();
    }
  }

  @Test
  void retriesKeyedPostWithOneKey_andNotAnUnsafeOne() {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> TestServer.json(exchange, 503, "{}"))) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);

      AmbiguousOutcomeException unsafe =
          catchThrowableOfType(
              AmbiguousOutcomeException.class, () -> api.call(PLACE, new NewOrder("s", 1)));
      assertThat(unsafe.effect()).isEqualTo(Effect.POSSIBLE);
      assertThat(server.arrivals()).hasSize(1);

      RestException keyed =
          catchThrowableOfType(
              RestException.class,
              () -> api.call(PLACE.with(Idempotency.KEYED), new NewOrder("s", 1)));
      assertThat(keyed.status()).isEqualTo(503);
      assertThat(server.arrivals()).hasSize(4);
      assertThat(server.arrivals().subList(1, 4))
          .extracting(arrival -> arrival.headers().first("Idempotency-Key"))
          .containsOnly(keyed.idempotencyKey().orElseThrow());
    }
  }

  @Test
  void mapsStatusToTypeAndSaysWhatHappened() {
    try (TestServer server =
        TestServer.start((arrival, exchange) ->
            TestServer.send(
                exchange,
                404,
                "application/problem+json",
                "{\"type\":\"https://shop.example/gone\",\"title\":\"No such order\",\"left\":3}"
                    .getBytes()))) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);

      NotFoundException missing =
          catchThrowableOfType(NotFoundException.class, () -> api.call(GET, new OrderId("secret")));

      assertThat(missing.problem().orElseThrow().title()).contains("No such order");
      assertThat(missing.problem().orElseThrow().extensions()).containsEntry("left", 3);
      assertThat(missing.getMessage())
          .matches(
              "orders\\.get at "
                  + server.uri()
                  + " failed after 1 attempt in \\d+\\.\\d{3} s: GET /orders/\\{id} answered 404"
                  + " Not Found \\(effect POSSIBLE; not retried, PERMANENT: .*\\)");
    }
  }
}
