package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.parley.ConfigurationException;
import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Position;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.State;
import dev.parley.StateListener;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Item ITEM = Item.newBuilder().setSku("sku-1").build();

  private static final Operation<Item, Level> PLAIN =
      Operation.of("stock.watch", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getWatchMethod()));
  // @start region="resume"
  static final Operation<Item, Level> WATCH =
      Operation.of("stock.watch", Item.class, Level.class)
          .bind(
              Grpc.method(StockGrpc.getWatchMethod())
                  .resume(
                      (item, token) -> item.toBuilder().setAfter(Long.parseLong(token)).build(),
                      level -> Long.toString(level.getQuantity())));

  // @end
  private static final Operation<Level, Level> SYNC =
      Operation.of("stock.sync", Level.class, Level.class)
          .bind(Grpc.method(StockGrpc.getSyncMethod()));
  private static final Operation<Level, Level> COUNT =
      Operation.of("stock.count", Level.class, Level.class)
          .bind(Grpc.method(StockGrpc.getCountMethod()));

  private final StockServer server = StockServer.start();
  private final GrpcChannel stock = GrpcChannel.builder(server.uri()).build();
  private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
  private final StreamOptions options =
      StreamOptions.DEFAULT
          .reconnect(ReconnectPolicy.DEFAULT.base(Duration.ofMillis(5)).floor(Duration.ofMillis(1)))
          .listener(
              new StateListener() {
                @Override
                public void changed(dev.parley.StateChange change) {}

                @Override
                public void resumed(Resumed resumed) {
                  resumes.add(resumed);
                }
              });

  @AfterEach
  void close() {
    stock.close();
    server.close();
  }

  /** A server that breaks off after each element. */
  private void breakOff() {
    server.onWatch =
        (item, reply) -> {
          long next = item.getAfter() + 1;
          reply.onNext(Level.newBuilder().setQuantity(next).build());
          if (next == 4) {
            reply.onCompleted();
          } else {
            reply.onError(Status.UNAVAILABLE.asRuntimeException());
          }
        };
  }

  private static List<Long> quantities(Subscription<Message<Level>> levels) {
    List<Long> seen = new ArrayList<>();
    levels.forEach(level -> seen.add(level.body().getQuantity()));
    return seen;
  }

  @Test
  void streamsToItsEnd() {
    assertThat(quantities(stock.stream(PLAIN, ITEM, options))).containsExactly(1L, 2L, 3L);
    assertThat(resumes).hasSize(1);
  }

  @Test
  void CON_1_resumesWithTheRequestThatGoesOnBehindTheLastElement() {
    breakOff();
    assertThat(quantities(stock.stream(WATCH, ITEM, options))).containsExactly(1L, 2L, 3L, 4L);
    assertThat(resumes).hasSize(4).allMatch(resumed -> resumed.gap() == Gap.NONE);
    assertThat(resumes.get(3).position()).contains(Position.of("3"));
  }

  @Test
  void REP_startsFromAStoredPosition() {
    assertThat(quantities(stock.stream(WATCH, ITEM, options.from(Position.of("2")))))
        .containsExactly(3L);
    assertThat(catchThrowable(() -> stock.stream(PLAIN, ITEM, options.from(Position.of("2")))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "parley.shop.Stock/Watch cannot start from a position: say how, with resume or"
                + " resumeByHeader of its binding");
  }

  @Test
  void CON_1_reportsAGapWhereTheBindingDoesNotResume() throws Exception {
    breakOff();
    try (Subscription<Message<Level>> levels = stock.stream(PLAIN, ITEM, options)) {
      for (int i = 0; i < 3; i++) {
        Optional<Message<Level>> level = levels.poll(PATIENCE);
        assertThat(level).map(each -> each.body().getQuantity()).contains(1L);
      }
      assertThat(resumes.get(1).gap()).isEqualTo(Gap.POSSIBLE);
    }
  }

  @Test
  void REC_6_failsForGoodWhereTheServerSaysNo() {
    server.onWatch = (item, reply) -> reply.onError(Status.PERMISSION_DENIED.asRuntimeException());
    Subscription<Message<Level>> levels = stock.stream(WATCH, ITEM, options);
    assertThat(catchThrowable(() -> levels.forEach(level -> {})))
        .isInstanceOf(PermissionDeniedException.class);
    await().atMost(PATIENCE).until(() -> levels.state() == State.FAILED);
    assertThat(server.arrivals).hasValue(1);
  }

  @Test
  void LIV_1_asksForALifeSignWhereNothingComes() {
    HealthStatusManager health = new HealthStatusManager();
    try (StockServer silent =
            StockServer.start(builder -> builder.addService(health.getHealthService()));
        GrpcChannel channel = GrpcChannel.builder(silent.uri()).build()) {
      silent.onWatch = (item, reply) -> {};
      Subscription<Message<Level>> levels =
          channel.stream(PLAIN, ITEM, options.silence(Duration.ofSeconds(8)));
      // The second question is only asked if the first one was answered.
      await().atMost(PATIENCE).until(() -> silent.arrivals.get() >= 1 + 2);
      assertThat(levels.state()).isEqualTo(State.OPEN);
      assertThat(resumes).hasSize(1);
    }
  }

  @Test
  void countsWhatAClientStreams() throws Exception {
    try (Session<Level, Level> session = stock.open(COUNT, SessionOptions.DEFAULT)) {
      for (int i = 0; i < 10; i++) {
        session.send(Level.getDefaultInstance());
      }
      session.complete();
      assertThat(session.inbound().poll(PATIENCE))
          .map(level -> level.body().getQuantity())
          .contains(10L);
      await().atMost(PATIENCE).until(() -> session.state() == State.CLOSED);
    }
  }

  @Test
  void CLS_1_losesNothingThatWasSentBeforeTheClose() throws Exception {
    List<Long> seen = new CopyOnWriteArrayList<>();
    AtomicInteger ended = new AtomicInteger();
    server.onSync =
        (StreamObserver<Level> reply) ->
            StockServer.observer(
                level -> seen.add(level.getQuantity()),
                () -> {
                  ended.incrementAndGet();
                  reply.onCompleted();
                });
    try (Session<Level, Level> session = stock.open(SYNC, SessionOptions.DEFAULT)) {
      for (long i = 0; i < 1_000; i++) {
        session.send(Level.newBuilder().setQuantity(i).build());
      }
    }
    await().atMost(PATIENCE).until(() -> ended.get() == 1);
    assertThat(seen).hasSize(1_000);
  }

  @Test
  void aMessageThatIsTooLargeDoesNotEndItsSession() throws Exception {
    try (GrpcChannel small = GrpcChannel.builder(server.uri()).maxMessageBytes(100).build();
        Session<Level, Level> session = small.open(SYNC, SessionOptions.DEFAULT)) {
      assertThat(
              catchThrowable(
                  () -> session.send(Level.newBuilder().setSku("x".repeat(200)).build())))
          .isInstanceOf(dev.parley.MessageTooLargeException.class);
      session.send(Level.newBuilder().setQuantity(3).build());
      assertThat(session.inbound().poll(PATIENCE))
          .map(level -> level.body().getQuantity())
          .contains(3L);
    }
  }

  @Test
  void carriesTheHeadersOfAStream() throws Exception {
    Metadata.Key<String> tenant = Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER);
    StreamOptions withHeader = options.headers(dev.parley.Headers.of("X-Tenant", "t1"));
    quantities(stock.stream(PLAIN, ITEM, withHeader));
    assertThat(server.lastHeaders.get(tenant)).isEqualTo("t1");
  }

  @Test
  void refusesTheWrongKindOfMethod() {
    assertThat(catchThrowable(() -> stock.stream(SYNC, Level.getDefaultInstance(), options)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("parley.shop.Stock/Sync takes a stream of requests: use it on a DuplexChannel");
    assertThat(catchThrowable(() -> stock.open(PLAIN, SessionOptions.DEFAULT)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("parley.shop.Stock/Watch is a server stream: use it on a StreamChannel");
  }
}
