package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import dev.parley.AmbiguousOutcomeException;
import dev.parley.CallOptions;
import dev.parley.DeadlineExceededException;
import dev.parley.Gap;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.MessageTooLargeException;
import dev.parley.Operation;
import dev.parley.ReconnectPolicy;
import dev.parley.Reply;
import dev.parley.Resumed;
import dev.parley.RetryPolicy;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamOptions;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import dev.parley.testkit.fault.FaultProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same client against another implementation of gRPC: grpc-js on Node. */
@Tag("slow")
class NodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Operation<Item, Level> GET =
      Operation.of("stock.get", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getGetMethod()));
  private static final Operation<Item, Level> RESERVE =
      Operation.of("stock.reserve", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getReserveMethod()));
  private static final CallOptions FAST =
      CallOptions.DEFAULT.retry(RetryPolicy.DEFAULT.base(Duration.ofMillis(1)));

  private static NodeServer server;
  private static FaultProxy proxy;
  private static GrpcChannel stock;

  @BeforeAll
  @Timeout(value = 5, unit = TimeUnit.MINUTES) // npm
  static void start() {
    server = new NodeServer();
    proxy = FaultProxy.to(server.port());
    stock = GrpcChannel.builder(proxy.uri("grpc").toString()).maxMessageBytes(150_000).build();
    stock.call(GET, item("warm"));
  }

  @AfterAll
  static void stop() {
    stock.close();
    proxy.close();
    server.close();
  }

  private static Item item(String sku) {
    return Item.newBuilder().setSku(sku).build();
  }

  private static long arrivals() {
    return stock.call(GET, item("arrivals")).getQuantity();
  }

  @Test
  void carriesMessagesAndMetadata() {
    byte[] bytes = {0, 1, (byte) 200};
    Headers headers =
        Headers.of("X-Tenant", "t1", "trace-bin", Base64.getEncoder().encodeToString(bytes));
    Reply<Level> reply = stock.newCall(GET, item("sku-1"), FAST.headers(headers)).execute();
    assertThat(reply.body().getQuantity()).isEqualTo(7);
    assertThat(reply.headers().first("tenant")).contains("t1");
    assertThat(Base64.getDecoder().decode(reply.headers().first("trace-bin").orElseThrow()))
        .isEqualTo(bytes);
  }

  @Test
  void RTY_1_retriesWhatIsSafeAndNothingElse() {
    long before = arrivals();
    assertThat(catchThrowable(() -> stock.call(GET, item("busy"), FAST)))
        .isInstanceOf(GrpcException.class);
    assertThat(arrivals() - before).isEqualTo(3 + 1);
    before = arrivals();
    assertThat(catchThrowable(() -> stock.call(RESERVE, item("busy"), FAST)))
        .isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(arrivals() - before).isEqualTo(1 + 1);
    before = arrivals();
    assertThat(catchThrowable(() -> stock.call(RESERVE, item("wait"), FAST)))
        .hasMessageContaining("answered RESOURCE_EXHAUSTED");
    assertThat(arrivals() - before).isEqualTo(3 + 1);
  }

  @Test
  void tellsErrorsApart() {
    assertThat(catchThrowable(() -> stock.call(RESERVE, item("missing"))))
        .isInstanceOf(NotFoundException.class)
        .extracting(failure -> ((NotFoundException) failure).description())
        .isEqualTo("no such thing");
    Operation<byte[], byte[]> unknown =
        Operation.of("stock.burn", byte[].class, byte[].class)
            .bind(Grpc.unary("parley.shop.Stock/Burn"));
    assertThat(catchThrowable(() -> stock.call(unknown, new byte[0])))
        .isInstanceOf(UnimplementedException.class);
    assertThat(catchThrowable(() -> stock.call(GET, item("large"), FAST)))
        .isInstanceOf(MessageTooLargeException.class);
    Item large = Item.newBuilder().setPadding(ByteString.copyFrom(new byte[120_000])).build();
    assertThat(catchThrowable(() -> stock.call(GET, large, FAST)))
        .isInstanceOf(MessageTooLargeException.class);
    CallOptions hasty = FAST.deadline(Duration.ofMillis(200));
    assertThat(catchThrowable(() -> stock.call(GET, item("never"), hasty)))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void goesOnAfterALostConnection() {
    proxy.cutAll();
    assertThat(stock.call(GET.with(Idempotency.SAFE), item("sku-1"), FAST).getQuantity())
        .isEqualTo(7);
  }

  @Test
  void CON_1_resumesAStreamThatBreaksOff() {
    List<Resumed> resumes = new CopyOnWriteArrayList<>();
    StreamOptions options =
        StreamOptions.DEFAULT
            .reconnect(
                ReconnectPolicy.DEFAULT.base(Duration.ofMillis(5)).floor(Duration.ofMillis(1)))
            .listener(
                new StateListener() {
                  @Override
                  public void changed(StateChange change) {}

                  @Override
                  public void resumed(Resumed resumed) {
                    resumes.add(resumed);
                  }
                });
    List<Long> seen = new ArrayList<>();
    stock.stream(StreamTest.WATCH, item("parts"), options)
        .forEach(level -> seen.add(level.body().getQuantity()));
    assertThat(seen).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    assertThat(resumes).hasSizeGreaterThan(1).allMatch(each -> each.gap() == Gap.NONE);
  }

  @Test
  void talksInBothDirections() throws Exception {
    Operation<Level, Level> sync =
        Operation.of("stock.sync", Level.class, Level.class)
            .bind(Grpc.method(StockGrpc.getSyncMethod()).compression("gzip"));
    try (Session<Level, Level> session = stock.open(sync, SessionOptions.DEFAULT)) {
      for (long i = 0; i < 1_000; i++) {
        session.send(Level.newBuilder().setQuantity(i).build());
        assertThat(session.inbound().poll(PATIENCE).orElseThrow().body().getQuantity())
            .isEqualTo(i);
      }
    }
  }

  @Test
  void countsWhatItStreams() throws Exception {
    Operation<Level, Level> count =
        Operation.of("stock.count", Level.class, Level.class)
            .bind(Grpc.method(StockGrpc.getCountMethod()));
    try (Session<Level, Level> session = stock.open(count, SessionOptions.DEFAULT)) {
      for (int i = 0; i < 500; i++) {
        session.send(Level.getDefaultInstance());
      }
      session.complete();
      assertThat(session.inbound().poll(PATIENCE).orElseThrow().body().getQuantity())
          .isEqualTo(500);
    }
  }
}
