package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.parley.CallOptions;
import dev.parley.Effect;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.RetryPolicy;
import dev.parley.State;
import dev.parley.UnreachableException;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import dev.parley.testkit.fault.FaultProxy;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Operation<Item, Level> RESERVE =
      Operation.of("stock.reserve", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getReserveMethod()));
  private static final Item ITEM = Item.newBuilder().setSku("sku-1").build();
  private static final CallOptions ONCE = CallOptions.DEFAULT.retry(RetryPolicy.NEVER);

  @Test
  void isRecoveringWhileTheServiceIsNotServing() {
    HealthStatusManager health = new HealthStatusManager();
    health.setStatus("parley.shop.Stock", ServingStatus.SERVING);
    try (StockServer server =
            StockServer.start(builder -> builder.addService(health.getHealthService()));
        GrpcChannel stock =
            GrpcChannel.builder(server.uri()).healthCheck("parley.shop.Stock").build()) {
      List<State> states = new CopyOnWriteArrayList<>();
      stock.onStateChange(change -> states.add(change.to()));
      assertThat(stock.call(RESERVE, ITEM).getQuantity()).isEqualTo(7);
      health.setStatus("parley.shop.Stock", ServingStatus.NOT_SERVING);
      await().atMost(PATIENCE).until(() -> stock.state() == State.RECOVERING);
      int before = server.arrivals.get();
      ParleyException failure =
          (ParleyException) catchThrowable(() -> stock.call(RESERVE, ITEM, ONCE));
      assertThat(failure).isInstanceOf(UnreachableException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(server.arrivals.get()).isEqualTo(before);
      health.setStatus("parley.shop.Stock", ServingStatus.SERVING);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(states).containsExactly(State.RECOVERING, State.OPEN));
      assertThat(stock.state()).isEqualTo(State.OPEN);
      assertThat(stock.call(RESERVE, ITEM).getQuantity()).isEqualTo(7);
    }
  }

  @Test
  void isRecoveringWhileNobodyIsThere() {
    try (StockServer server = StockServer.start();
        FaultProxy proxy = FaultProxy.to(server.port());
        GrpcChannel stock = GrpcChannel.builder(proxy.uri("grpc").toString()).build()) {
      assertThat(stock.state()).isEqualTo(State.OPEN);
      proxy.refuse();
      assertThat(catchThrowable(() -> stock.call(RESERVE, ITEM, ONCE)))
          .isInstanceOf(UnreachableException.class);
      await().atMost(PATIENCE).until(() -> stock.state() == State.RECOVERING);
      proxy.clear();
      await()
          .atMost(PATIENCE)
          .until(() -> catchThrowable(() -> stock.call(RESERVE, ITEM, ONCE)) == null);
      await().atMost(PATIENCE).until(() -> stock.state() == State.OPEN);
    }
  }
}
