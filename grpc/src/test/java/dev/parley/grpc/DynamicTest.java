package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.parley.CodecException;
import dev.parley.ConfigurationException;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.StreamOptions;
import dev.parley.TypeRef;
import dev.parley.grpc.shop.Shop;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DynamicTest {
  record Wanted(String sku) {}

  record Found(String sku, long quantity) {}

  private final StockServer server =
      StockServer.start(builder -> builder.addService(ProtoReflectionServiceV1.newInstance()));
  private final GrpcChannel stock = GrpcChannel.builder(server.uri()).build();

  @AfterEach
  void close() {
    stock.close();
    server.close();
  }

  private static byte[] descriptorSet() {
    return FileDescriptorSet.newBuilder()
        .addFile(Shop.getDescriptor().toProto())
        .build()
        .toByteArray();
  }

  @Test
  void callsByReflection() {
    // @start region="dynamic"
    GrpcSchema schema = GrpcSchema.reflect(stock);
    Operation<Wanted, Found> get =
        Operation.of("stock.get", Wanted.class, Found.class)
            .bind(schema.method("parley.shop.Stock/Get"));
    Found found = stock.call(get, new Wanted("sku-1"));
    // @end
    assertThat(found).isEqualTo(new Found("sku-1", 7));
    assertThat(schema.methods()).contains("parley.shop.Stock/Get", "parley.shop.Stock/Watch");
  }

  @Test
  void callsByADescriptorSetInJson() {
    GrpcSchema schema = GrpcSchema.of(descriptorSet());
    Operation<String, String> get =
        Operation.of("stock.get", String.class, String.class)
            .bind(schema.method("parley.shop.Stock/Get"));
    assertThat(stock.call(get, "{\"sku\": \"a\"}")).contains("\"quantity\": \"7\"");
  }

  @Test
  void streamsInJson() {
    Operation<Wanted, Map<String, Object>> watch =
        Operation.of("stock.watch", TypeRef.of(Wanted.class), new TypeRef<Map<String, Object>>() {})
            .bind(
                GrpcSchema.of(descriptorSet())
                    .<Wanted, Map<String, Object>>method("parley.shop.Stock/Watch"));
    List<Object> seen = new ArrayList<>();
    for (Message<Map<String, Object>> each :
        stock.stream(watch, new Wanted("a"), StreamOptions.DEFAULT)) {
      seen.add(each.body().get("quantity"));
    }
    assertThat(seen).containsExactly("1", "2", "3");
  }

  @Test
  void talksInJson() throws Exception {
    Operation<String, String> sync =
        Operation.of("stock.sync", String.class, String.class)
            .bind(GrpcSchema.reflect(stock).method("parley.shop.Stock/Sync"));
    try (Session<String, String> session = stock.open(sync, SessionOptions.DEFAULT)) {
      session.send("{\"sku\":\"b\"}");
      assertThat(session.inbound().poll(Duration.ofSeconds(20)).orElseThrow().body())
          .contains("\"sku\": \"b\"");
    }
  }

  @Test
  void SAF_1_readsTheIdempotencyLevel() {
    GrpcSchema schema = GrpcSchema.of(descriptorSet());
    Operation<String, String> operation = Operation.of("stock", String.class, String.class);
    dev.parley.spi.Codecs codecs = new dev.parley.spi.Codecs(List.of());
    GrpcSettings settings = new GrpcSettings();
    assertThat(
            new Bound<>(operation, schema.method("parley.shop.Stock/Get"), codecs, settings)
                .idempotency)
        .isEqualTo(Idempotency.SAFE);
    assertThat(
            new Bound<>(operation, schema.method("parley.shop.Stock/Put"), codecs, settings)
                .idempotency)
        .isEqualTo(Idempotency.IDEMPOTENT);
  }

  @Test
  void tellsWhatDoesNotFitTheSchema() {
    GrpcSchema schema = GrpcSchema.of(descriptorSet());
    Operation<String, String> get =
        Operation.of("stock.get", String.class, String.class)
            .bind(schema.method("parley.shop.Stock/Get"));
    assertThat(catchThrowable(() -> stock.call(get, "{\"color\": \"red\"}")))
        .isInstanceOf(CodecException.class)
        .hasMessage("a message of parley.shop.Stock/Get cannot be encoded");
    assertThat(catchThrowable(() -> stock.call(get, "no JSON"))).isInstanceOf(CodecException.class);
    assertThat(catchThrowable(() -> schema.method("parley.shop.Stock/Burn")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("the schema has no method parley.shop.Stock/Burn; it has [parley");
    assertThat(catchThrowable(() -> GrpcSchema.of(new byte[] {1, 2, 3})))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("the bytes are not a descriptor set");
    assertThat(server.arrivals).hasValue(0);
  }

  @Test
  void tellsThatAServerHasNoReflection() {
    try (StockServer silent = StockServer.start();
        Parley parley = Parley.create();
        GrpcChannel channel = GrpcChannel.builder(silent.uri()).open(parley)) {
      assertThat(catchThrowable(() -> GrpcSchema.reflect(channel)))
          .isInstanceOf(UnimplementedException.class);
    }
  }
}
