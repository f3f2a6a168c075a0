package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Idempotency;
import dev.parley.Operation;
import org.junit.jupiter.api.Test;

class HttpSnippets {
  // @start region="bindings"
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

  // @end

  @Test
  void bindingsSayWhatTheyAre() {
    assertThat(GET.binding(Http.class)).hasToString("GET /orders/{id}");
    assertThat(PLACE.binding(Http.class)).hasToString("POST /orders");
    assertThat(FIND.binding(Http.class)).hasToString("GET /customers/{customer}/orders");
  }
}
