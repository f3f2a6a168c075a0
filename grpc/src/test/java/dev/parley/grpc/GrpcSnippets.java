package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallChannel;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GrpcSnippets {
  // @start region="operation"
  static final Operation<Item, Level> GET =
      Operation.of("stock.get", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getGetMethod()));

  // @end

  @Test
  void calls() {
    try (StockServer server = StockServer.start();
        Parley parley = Parley.create()) {
      CallChannel stock = parley.open(server.uri(), CallChannel.class);
      Level level = stock.call(GET, Item.newBuilder().setSku("sku-1").build());
      assertThat(level.getQuantity()).isEqualTo(7);
    }
  }

  @Test
  void builds() {
    try (StockServer server = StockServer.start()) {
      String uri = server.uri();
      // @start region="builder"
      GrpcChannel stock =
          GrpcChannel.builder(uri)
              .bearer(() -> "token")
              .loadBalancing("round_robin")
              .keepAlive(Duration.ofMinutes(5), Duration.ofSeconds(20))
              .customize(builder -> builder.userAgent("shop/1.0"))
              .build();
      // @end
      try (stock) {
        assertThat(stock.call(GET, Item.getDefaultInstance()).getQuantity()).isEqualTo(7);
        assertThat(server.lastHeaders.toString()).contains("shop/1.0").contains("Bearer token");
      }
    }
  }

  @Test
  void callsInProcess() {
    try (StockServer server = StockServer.inProcess("stock")) {
      assertThat(server.arrivals).hasValue(0);
      // @start region="inprocess"
      ManagedChannel channel = InProcessChannelBuilder.forName("stock").build();
      GrpcChannel stock = GrpcChannel.builder("grpc://stock").client(channel).build();
      // @end
      try (stock) {
        assertThat(stock.call(GET, Item.newBuilder().setSku("a").build()).getSku()).isEqualTo("a");
        assertThat(stock.unwrap(ManagedChannel.class)).containsSame(channel);
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
