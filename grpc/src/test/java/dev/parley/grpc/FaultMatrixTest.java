package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.CallOptions;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.RetryPolicy;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.fault.RawHttp2;
import dev.parley.testkit.fault.RawServer;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cells of the fault matrix that the conformance suites do not have. */
class FaultMatrixTest {
  private static final Operation<Item, Level> UNSAFE =
      Operation.of("stock.reserve", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getReserveMethod()));
  private static final Operation<Item, Level> SAFE = UNSAFE.with(Idempotency.SAFE);
  private static final Item ITEM = Item.newBuilder().setSku("sku-1").build();
  private static final CallOptions OPTIONS =
      CallOptions.DEFAULT.retry(
          RetryPolicy.DEFAULT
              .base(Duration.ofMillis(1))
              .throttledBase(Duration.ofMillis(1))
              .cap(Duration.ofMillis(5)));
  private static final CallOptions ONCE = OPTIONS.retry(RetryPolicy.NEVER);

  private static ParleyException fail(
      GrpcChannel channel, Operation<Item, Level> operation, CallOptions options) {
    Throwable thrown = catchThrowable(() -> channel.call(operation, ITEM, options));
    assertThat(thrown).isInstanceOf(ParleyException.class);
    return (ParleyException) thrown;
  }

  // ---------------------------------------------------------------- before anything is sent

  @Test
  void unknownHost_isNotSent_andRetriedForAll() {
    try (GrpcChannel channel = GrpcChannel.builder("grpc://no-such-host.invalid").build()) {
      ParleyException failure = fail(channel, UNSAFE, OPTIONS);

      assertThat(failure).isInstanceOf(UnreachableException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure.outcome().orElseThrow().attempts()).isEqualTo(3);
    }
  }

  @Test
  void tlsHandshakeThatIsCut_isNotSent_andRetriedForAll() {
    AtomicInteger hellos = new AtomicInteger();
    try (RawServer server =
            RawServer.start(peer -> {
              peer.in().read();
              hellos.incrementAndGet();
              peer.reset();
            });
        GrpcChannel channel = GrpcChannel.builder("grpcs://localhost:" + server.port()).build()) {
      ParleyException failure = fail(channel, UNSAFE, OPTIONS);

      assertThat(failure).isInstanceOf(UnreachableException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
      assertThat(hellos).hasPositiveValue();
    }
  }

  // ---------------------------------------------------------------- F-14

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void F14_whatThePeerNeverLookedAt_isSentAgainByTheLibrary(boolean goAway) {
    AtomicInteger streams = new AtomicInteger();
    try (RawServer server =
            RawServer.start(peer -> new RawHttp2(peer).refuseUntil(streams, 2, goAway));
        GrpcChannel channel = GrpcChannel.builder("grpc://localhost:" + server.port()).build()) {
      ParleyException failure = fail(channel, UNSAFE, ONCE);

      // The second one is answered, though not as gRPC has it.
      assertThat(failure).hasMessageContaining("after 1 attempt");
      assertThat(streams).hasValue(2);
    }
  }

  @Test
  void F14_whatThePeerRefusesAgain_isRetriedForAll() {
    AtomicInteger streams = new AtomicInteger();
    int refusedStream = 7;
    try (RawServer server =
            RawServer.start(peer -> new RawHttp2(peer).resetAll(streams, refusedStream));
        GrpcChannel channel = GrpcChannel.builder("grpc://localhost:" + server.port()).build()) {
      ParleyException failure = fail(channel, UNSAFE, OPTIONS);

      assertThat(failure).isInstanceOf(TransportException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
      assertThat(failure.outcome().orElseThrow().attempts()).isEqualTo(3);
      assertThat(streams).as("each attempt, and again by the library").hasValue(6);
    }
  }

  // ---------------------------------------------------------------- connections that die

  @Test
  void halfOpenConnection_isLeft_andTheNextCallGetsAnother() {
    try (StockServer server = StockServer.start();
        FaultProxy proxy = FaultProxy.to(server.port());
        GrpcChannel channel = GrpcChannel.builder(proxy.uri("grpc").toString()).build()) {
      channel.call(SAFE, ITEM, OPTIONS);
      proxy.freeze();

      fail(channel, SAFE, ONCE.attemptTimeout(Duration.ofSeconds(1)));

      // A machine that stood still before the call began may not know how long it was silent.
      CallOptions patient = OPTIONS.attemptTimeout(Duration.ofSeconds(10));
      assertThat(channel.call(SAFE, ITEM, patient).getQuantity()).isEqualTo(7);
      assertThat(proxy.accepted()).isGreaterThan(1);
    }
  }

  @Test
  @Tag("slow")
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void LIV_keepAliveNoticesAHalfOpenConnection() {
    try (StockServer server = StockServer.start();
        FaultProxy proxy = FaultProxy.to(server.port());
        GrpcChannel channel =
            GrpcChannel.builder(proxy.uri("grpc").toString())
                .keepAlive(Duration.ofSeconds(10), Duration.ofSeconds(1)) // grpc-java's least
                .build()) {
      server.onGet = (item, reply) -> proxy.freeze();

      ParleyException failure =
          fail(
              channel,
              UNSAFE,
              ONCE.attemptTimeout(Duration.ofSeconds(100)).deadline(Duration.ofSeconds(100)));

      assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
      assertThat(failure).hasMessageContaining("the connection broke before the end: UNAVAILABLE");
    }
  }

  @Test
  void serverThatIsStartedAgain_isCalledAgain() {
    try (StockServer first = StockServer.start();
        StockServer second = StockServer.start();
        FaultProxy proxy = FaultProxy.to(first.port());
        GrpcChannel channel = GrpcChannel.builder(proxy.uri("grpc").toString()).build()) {
      channel.call(UNSAFE, ITEM, OPTIONS);
      proxy.refuse();
      first.close();
      fail(channel, UNSAFE, ONCE); // on the connection that is dying, or on none
      proxy.upstream(new java.net.InetSocketAddress("127.0.0.1", second.port()));
      proxy.clear();

      // The channel dials ten times a second at most, and fails what comes between.
      CallOptions patient = OPTIONS.retry(RetryPolicy.DEFAULT.maxAttempts(10));
      assertThat(channel.call(UNSAFE, ITEM, patient).getQuantity()).isEqualTo(7);
      assertThat(second.arrivals).hasValue(1);
    }
  }

  // ---------------------------------------------------------------- what is no gRPC

  @Test
  void http503OfAProxy_mayHaveBeenDone() {
    AtomicInteger streams = new AtomicInteger();
    try (RawServer server =
            RawServer.start(peer -> {
              RawHttp2 http2 = new RawHttp2(peer);
              http2.serve(stream -> {
                streams.incrementAndGet();
                http2.answer(stream, 503);
              });
            });
        GrpcChannel channel = GrpcChannel.builder("grpc://localhost:" + server.port()).build()) {
      ParleyException failure = fail(channel, UNSAFE, OPTIONS);
      assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
      assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
      assertThat(streams).hasValue(1);

      fail(channel, SAFE, OPTIONS);
      assertThat(streams).hasValue(4);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100_000})
  void replyThatIsNoMessage_isNotRepeated(int length) throws Exception {
    AtomicInteger arrivals = new AtomicInteger();
    byte[] noMessage = new byte[length];
    Arrays.fill(noMessage, (byte) 0xff);
    ServerCallHandler<byte[], byte[]> answer =
        ServerCalls.asyncUnaryCall((request, reply) -> {
          arrivals.incrementAndGet();
          reply.onNext(noMessage);
          reply.onCompleted();
        });
    MethodDescriptor<byte[], byte[]> reserve =
        StockGrpc.getReserveMethod().toBuilder(Messages.BYTES, Messages.BYTES).build();
    Server server =
        NettyServerBuilder.forPort(0)
            .addService(
                ServerServiceDefinition.builder(StockGrpc.SERVICE_NAME)
                    .addMethod(reserve, answer)
                    .build())
            .build()
            .start();
    try (GrpcChannel channel =
        GrpcChannel.builder("grpc://localhost:" + server.getPort()).build()) {
      ParleyException failure = fail(channel, SAFE, OPTIONS);

      assertThat(failure).isInstanceOf(CodecException.class);
      assertThat(failure)
          .hasMessageContaining("a message of parley.shop.Stock/Reserve cannot be de");
      assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
      assertThat(arrivals).hasValue(1);
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void streamThatIsResetForAnError_isNotRepeated() {
    AtomicInteger streams = new AtomicInteger();
    int internalError = 2;
    try (RawServer server =
            RawServer.start(peer -> new RawHttp2(peer).resetAll(streams, internalError));
        GrpcChannel channel = GrpcChannel.builder("grpc://localhost:" + server.port()).build()) {
      ParleyException failure = fail(channel, SAFE, OPTIONS);

      assertThat(failure).isInstanceOf(ProtocolException.class);
      assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
      assertThat(streams).hasValue(1);
    }
  }
}
