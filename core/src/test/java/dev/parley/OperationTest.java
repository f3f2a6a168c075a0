package dev.parley;

import static dev.parley.Idempotency.KEYED;
import static dev.parley.Idempotency.SAFE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class OperationTest {
  record OrderId(String id) {}

  record NewOrder(String sku) {}

  record Order(String id, String sku) {}

  record Http(String method, String template) implements Binding {
    static Http get(String template) {
      return new Http("GET", template);
    }

    static Http post(String template) {
      return new Http("POST", template);
    }
  }

  record Grpc(String method) implements Binding {}

  // @start region="operation"
  static final Operation<OrderId, Order> GET =
      Operation.of("orders.get", OrderId.class, Order.class)
          .with(SAFE)
          .bind(Http.get("/orders/{id}"));

  static final Operation<NewOrder, Order> PLACE =
      Operation.of("orders.place", NewOrder.class, Order.class)
          .with(KEYED)
          .bind(Http.post("/orders"));

  // @end

  // @start region="call"
  static Order place(Parley parley) {
    CallChannel api = parley.open("https://api.shop.example", CallChannel.class);
    return api.call(PLACE, new NewOrder("sku-1")); // retried with one Idempotency-Key
  }

  // @end

  @Test
  void keepsOneBindingOfEachKind() {
    Operation<OrderId, Order> rebound =
        GET.bind(new Grpc("Shop/Get")).bind(Http.get("/v2/orders/{id}"));

    assertThat(rebound.binding(Http.class)).isEqualTo(Http.get("/v2/orders/{id}"));
    assertThat(rebound.binding(Grpc.class)).isEqualTo(new Grpc("Shop/Get"));
    assertThat(GET.bindings()).as("the original is unchanged").hasSize(1);
  }

  @Test
  void declaresNothingUnlessTold() {
    Operation<OrderId, Order> bare = Operation.of("orders.get", OrderId.class, Order.class);

    assertThat(bare.declaredIdempotency()).isEmpty();
    assertThat(bare.idempotencyOr(Idempotency.IDEMPOTENT)).isEqualTo(Idempotency.IDEMPOTENT);
    assertThat(GET.idempotencyOr(Idempotency.NONE)).isEqualTo(SAFE);
    assertThat(bare.binding(Http.class)).isNull();
  }

  @Test
  void refusesABlankName() {
    assertThatThrownBy(() -> Operation.of(" ", OrderId.class, Order.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the name of an operation must not be blank");
    assertThatThrownBy(() -> Topic.of("", Order.class))
        .hasMessage("the name of a topic must not be blank");
  }

  @Test
  void namesGenericTypes() {
    TypeRef<List<Order>> orders = new TypeRef<List<Order>>() {};

    assertThat(orders).isEqualTo(new TypeRef<List<Order>>() {}).hasToString(orders.toString());
    assertThat(orders.rawType()).isEqualTo(List.class);
    assertThat(TypeRef.of(Order.class)).isEqualTo(new TypeRef<Order>() {});
    assertThatThrownBy(RawTypeRef::new)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("TypeRef needs a type argument: write new TypeRef<List<Order>>() {}");
  }

  @SuppressWarnings("rawtypes")
  private static final class RawTypeRef extends TypeRef {}
}
