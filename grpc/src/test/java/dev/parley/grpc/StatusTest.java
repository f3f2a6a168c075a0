package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.parley.AmbiguousOutcomeException;
import dev.parley.CallOptions;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.RetryPolicy;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusTest {
  private static final Operation<Item, Level> RESERVE =
      Operation.of("stock.reserve", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getReserveMethod()));
  private static final Operation<Item, Level> SAFE = RESERVE.with(Idempotency.SAFE);
  private static final Item ITEM = Item.newBuilder().setSku("sku-1").build();
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private final StockServer server = StockServer.start();
  private final GrpcChannel stock =
      GrpcChannel.builder(server.uri())
          .maxMessageBytes(100_000)
          .opening(opening ->
              opening.callOptions(
                  CallOptions.DEFAULT.retry(
                      RetryPolicy.DEFAULT
                          .base(java.time.Duration.ofMillis(1))
                          .throttledBase(java.time.Duration.ofMillis(1)))))
          .build();

  @AfterEach
  void close() {
    stock.close();
    server.close();
  }

  private void answer(Code code, Metadata trailers) {
    server.onGet =
        (item, reply) ->
            reply.onError(
                code.toStatus().withDescription("secret words").asRuntimeException(trailers));
  }

  private ParleyException fail(Operation<Item, Level> operation, Item item) {
    Throwable thrown = catchThrowable(() -> stock.call(operation, item));
    assertThat(thrown).isInstanceOf(ParleyException.class);
    return (ParleyException) thrown;
  }

  @ParameterizedTest
  @CsvSource({
    "CANCELLED, TRANSIENT, POSSIBLE, 3",
    "UNKNOWN, PERMANENT, POSSIBLE, 1",
    "INVALID_ARGUMENT, PERMANENT, POSSIBLE, 1",
    "DEADLINE_EXCEEDED, PERMANENT, POSSIBLE, 1",
    "NOT_FOUND, PERMANENT, POSSIBLE, 1",
    "ALREADY_EXISTS, PERMANENT, POSSIBLE, 1",
    "PERMISSION_DENIED, PERMANENT, POSSIBLE, 1",
    "RESOURCE_EXHAUSTED, PERMANENT, POSSIBLE, 1",
    "FAILED_PRECONDITION, PERMANENT, POSSIBLE, 1",
    "ABORTED, PERMANENT, POSSIBLE, 1",
    "OUT_OF_RANGE, PERMANENT, POSSIBLE, 1",
    "UNIMPLEMENTED, PERMANENT, NOT_PROCESSED, 1",
    "INTERNAL, PERMANENT, POSSIBLE, 1",
    "UNAVAILABLE, TRANSIENT, POSSIBLE, 3",
    "DATA_LOSS, PERMANENT, POSSIBLE, 1",
    "UNAUTHENTICATED, AUTHENTICATION, NOT_PROCESSED, 1",
  })
  void RTY_1_retriesASafeOperationByItsStatus(Code code, Kind kind, Effect effect, int arrivals) {
    answer(code, new Metadata());
    ParleyException failure = fail(SAFE, ITEM);
    assertThat(server.arrivals).hasValue(arrivals);
    assertThat(failure).isInstanceOf(GrpcException.class);
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.effect()).isEqualTo(effect);
    assertThat(((GrpcException) failure).code()).isEqualTo(code.name());
    assertThat(((GrpcException) failure).description()).isEqualTo("secret words");
    assertThat(failure).hasMessageContaining("parley.shop.Stock/Reserve answered " + code);
    assertThat(failure.getMessage()).doesNotContain("secret");
  }

  @Test
  void RTY_2_doesNotRepeatAnUnsafeOperationThatMayHaveBeenDone() {
    answer(Code.UNAVAILABLE, new Metadata());
    ParleyException failure = fail(RESERVE, ITEM);
    assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(failure).hasCauseInstanceOf(GrpcException.class);
    assertThat(server.arrivals).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, NotFoundException",
    "ALREADY_EXISTS, AlreadyExistsException",
    "ABORTED, ConflictException",
    "INVALID_ARGUMENT, InvalidArgumentException",
    "FAILED_PRECONDITION, FailedPreconditionException",
    "PERMISSION_DENIED, PermissionDeniedException",
    "UNIMPLEMENTED, UnimplementedException",
  })
  void tellsWhatCallersTellApartByType(Code code, String type) {
    answer(code, new Metadata());
    assertThat(fail(RESERVE, ITEM).getClass().getSimpleName()).isEqualTo(type);
  }

  @Test
  void decodesDetails() {
    Metadata trailers = new Metadata();
    details(
        trailers,
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder().setField("sku").setDescription("too long"))
            .build(),
        ErrorInfo.newBuilder()
            .setReason("OUT_OF_STOCK")
            .setDomain("shop.example")
            .putMetadata("sku", "sku-1")
            .build(),
        ITEM);
    answer(Code.INVALID_ARGUMENT, trailers);
    GrpcException failure = (GrpcException) fail(RESERVE, ITEM);
    assertThat(failure.details()).hasSize(3);
    assertThat(failure.firstDetail(ErrorDetail.BadRequest.class).orElseThrow().violations())
        .containsExactly(new ErrorDetail.Violation("sku", "too long"));
    ErrorDetail.ErrorInfo info = failure.firstDetail(ErrorDetail.ErrorInfo.class).orElseThrow();
    assertThat(info.reason()).isEqualTo("OUT_OF_STOCK");
    assertThat(info.metadata()).containsEntry("sku", "sku-1");
    ErrorDetail.Other other = failure.firstDetail(ErrorDetail.Other.class).orElseThrow();
    assertThat(other.typeUrl()).endsWith("/parley.shop.Item");
    assertThat(other.value().toByteArray()).isEqualTo(ITEM.toByteArray());
  }

  @Test
  void survivesDetailsThatCannotBeRead() {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new byte[] {26, 127, 1});
    answer(Code.NOT_FOUND, trailers);
    assertThat(((GrpcException) fail(RESERVE, ITEM)).details()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"UNAVAILABLE", "RESOURCE_EXHAUSTED"})
  void BKF_4_waitsAsLongAsRetryInfoAsks(Code code) {
    Metadata trailers = new Metadata();
    details(
        trailers,
        RetryInfo.newBuilder()
            .setRetryDelay(Duration.newBuilder().setNanos(120_000_000).build())
            .build());
    answer(code, trailers);
    long start = System.nanoTime();
    ParleyException failure = fail(SAFE, ITEM);
    assertThat(System.nanoTime() - start).isGreaterThan(240_000_000L);
    assertThat(server.arrivals).hasValue(3);
    assertThat(failure.kind()).isEqualTo(Kind.THROTTLED);
    assertThat(failure.retryAfter()).contains(java.time.Duration.ofMillis(120));
  }

  @Test
  void BKF_4_waitsAsLongAsPushbackAsks() {
    Metadata trailers = new Metadata();
    trailers.put(PUSHBACK, "100");
    answer(Code.RESOURCE_EXHAUSTED, trailers);
    long start = System.nanoTime();
    fail(RESERVE, ITEM); // the pushback proves that nothing was done
    assertThat(System.nanoTime() - start).isGreaterThan(200_000_000L);
    assertThat(server.arrivals).hasValue(3);
  }

  @ParameterizedTest
  @CsvSource({"-1", "soon"})
  void BKF_8_doesNotRepeatAgainstAPushback(String pushback) {
    Metadata trailers = new Metadata();
    trailers.put(PUSHBACK, pushback);
    answer(Code.UNAVAILABLE, trailers);
    ParleyException failure = fail(SAFE, ITEM);
    assertThat(server.arrivals).hasValue(1);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.PUSHBACK);
  }

  @Test
  void doesNotRepeatWhatIsTooLargeToSend() {
    Item large = Item.newBuilder().setPadding(ByteString.copyFrom(new byte[200_000])).build();
    ParleyException failure = fail(SAFE, large);
    assertThat(failure).isInstanceOf(MessageTooLargeException.class);
    assertThat(failure)
        .hasMessage(
            "a message of parley.shop.Stock/Reserve has 200004 bytes, but maxMessageBytes is 100000");
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(server.arrivals).hasValue(0);
    // One message too many must not break the channel.
    assertThat(stock.call(SAFE, ITEM).getQuantity()).isEqualTo(7);
  }

  @Test
  void doesNotRepeatWhatIsTooLargeToReceive() {
    server.onGet =
        (item, reply) -> {
          reply.onNext(
              Level.newBuilder().setPadding(ByteString.copyFrom(new byte[200_000])).build());
          reply.onCompleted();
        };
    ParleyException failure = fail(SAFE, ITEM);
    assertThat(failure).isInstanceOf(MessageTooLargeException.class);
    assertThat(server.arrivals).hasValue(1);
  }

  @Test
  void doesNotRepeatWhatIsTooLargeForTheServer() {
    try (StockServer small = StockServer.start(builder -> builder.maxInboundMessageSize(1_000));
        GrpcChannel channel = GrpcChannel.builder(small.uri()).build()) {
      Item large = Item.newBuilder().setPadding(ByteString.copyFrom(new byte[2_000])).build();
      assertThat(catchThrowable(() -> channel.call(SAFE, large)))
          .isInstanceOf(MessageTooLargeException.class)
          .hasMessageContaining("is larger than the peer allows");
      await().atMost(30, TimeUnit.SECONDS).until(() -> small.arrivals.get() == 1);
    }
  }

  @Test
  void tellsOfAnUnknownMethod() {
    Operation<byte[], byte[]> unknown =
        Operation.of("stock.burn", byte[].class, byte[].class)
            .with(Idempotency.SAFE)
            .bind(Grpc.unary("parley.shop.Stock/Burn"));
    assertThat(catchThrowable(() -> stock.call(unknown, new byte[0])))
        .isInstanceOf(UnimplementedException.class)
        .hasMessageContaining("parley.shop.Stock/Burn answered UNIMPLEMENTED");
  }

  @Test
  void renewsTheTokenOnce() {
    AtomicReference<String> token = new AtomicReference<>("old");
    server.onGet =
        (item, reply) -> {
          token.set("new");
          reply.onError(io.grpc.Status.UNAUTHENTICATED.asRuntimeException());
        };
    try (GrpcChannel channel = GrpcChannel.builder(server.uri()).bearer(token::get).build()) {
      assertThat(catchThrowable(() -> channel.call(RESERVE, ITEM)))
          .isInstanceOf(GrpcException.class)
          .hasMessageContaining("after 2 attempts");
    }
    assertThat(server.arrivals).hasValue(2);
    assertThat(server.lastHeaders.toString()).contains("Bearer new");
  }

  private static void details(Metadata trailers, com.google.protobuf.Message... details) {
    Status.Builder status = Status.newBuilder().setCode(3);
    List.of(details).forEach(detail -> status.addDetails(Any.pack(detail)));
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        status.build().toByteArray());
  }
}
