package dev.parley.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.CallOptions;
import dev.parley.ConfigurationException;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Reply;
import dev.parley.RetryPolicy;
import dev.parley.UntrustedPeerException;
import dev.parley.grpc.shop.Item;
import dev.parley.grpc.shop.Level;
import dev.parley.grpc.shop.StockGrpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BindingTest {
  private static final Operation<Item, Level> RESERVE =
      Operation.of("stock.reserve", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getReserveMethod()));
  private static final Operation<Item, Level> GET =
      Operation.of("stock.get", Item.class, Level.class)
          .bind(Grpc.method(StockGrpc.getGetMethod()));
  private static final Item ITEM = Item.newBuilder().setSku("sku-1").build();
  private static final CallOptions FAST =
      CallOptions.DEFAULT.retry(RetryPolicy.DEFAULT.base(Duration.ofMillis(1)));

  private final StockServer server = StockServer.start();
  private final GrpcChannel stock = GrpcChannel.builder(server.uri()).build();

  @AfterEach
  void close() {
    stock.close();
    server.close();
  }

  // ---------------------------------------------------------------- idempotency

  @Test
  void SAF_1_readsTheIdempotencyLevel() {
    assertThat(level(GET, Grpc.method(StockGrpc.getGetMethod()))).isEqualTo(Idempotency.SAFE);
    assertThat(level(GET, Grpc.method(StockGrpc.getReserveMethod()))).isEqualTo(Idempotency.NONE);
    Operation<Level, Level> put = Operation.of("stock.put", Level.class, Level.class);
    assertThat(level(put, Grpc.method(StockGrpc.getPutMethod()))).isEqualTo(Idempotency.IDEMPOTENT);
  }

  private static <Q, R> Idempotency level(Operation<Q, R> operation, Grpc<Q, R> grpc) {
    return new Bound<>(operation, grpc, new dev.parley.spi.Codecs(List.of()), new GrpcSettings())
        .idempotency;
  }

  @Test
  void SAF_1_retriesWhatTheSchemaCallsFreeOfSideEffects() {
    server.onGet = (item, reply) -> reply.onError(Status.UNAVAILABLE.asRuntimeException());
    assertThat(catchThrowable(() -> stock.call(GET, ITEM, FAST))).isInstanceOf(GrpcException.class);
    assertThat(server.arrivals).hasValue(3);
  }

  // ---------------------------------------------------------------- who sends again

  @Test
  void AMP_1_leavesNoRetryPolicyOfTheLibraryOn() {
    AtomicInteger customized = new AtomicInteger();
    Map<String, Object> policy =
        Map.of(
            "maxAttempts",
            5.0,
            "initialBackoff",
            "0.001s",
            "maxBackoff",
            "0.001s",
            "backoffMultiplier",
            1.0,
            "retryableStatusCodes",
            List.of("UNAVAILABLE"));
    Map<String, Object> config =
        Map.of("methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", policy)));
    server.onGet = (item, reply) -> reply.onError(Status.UNAVAILABLE.asRuntimeException());
    try (GrpcChannel channel =
        GrpcChannel.builder(server.uri())
            .customize(builder -> {
              customized.incrementAndGet();
              builder.defaultServiceConfig(config).maxRetryAttempts(5);
            })
            .build()) {
      assertThat(catchThrowable(() -> channel.call(GET, ITEM, FAST.retry(RetryPolicy.NEVER))))
          .isInstanceOf(GrpcException.class);
      assertThat(server.arrivals).hasValue(1);
      assertThat(catchThrowable(() -> channel.call(GET, ITEM, FAST)))
          .isInstanceOf(GrpcException.class);
      assertThat(server.arrivals).hasValue(4);
      assertThat(channel.explain())
          .contains("retry ledger: grpc-java retry policies, off")
          .contains("retry ledger: grpc-java hedging policies, off")
          .contains("retry ledger: grpc-java transparent retries, ON");
    }
    assertThat(customized).hasValue(1);
  }

  // ---------------------------------------------------------------- metadata

  @Test
  void carriesHeadersInBothDirectionsAndBinaryOnes() {
    Metadata.Key<byte[]> key = Metadata.Key.of("trace-bin", Metadata.BINARY_BYTE_MARSHALLER);
    byte[] bytes = {0, 1, (byte) 200};
    try (StockServer talking =
            StockServer.start(builder -> builder.intercept(new EchoTrailer(key)));
        GrpcChannel channel = GrpcChannel.builder(talking.uri()).build()) {
      Headers headers =
          Headers.of("X-Tenant", "a b", "Trace-Bin", Base64.getEncoder().encodeToString(bytes));
      Reply<Level> reply = channel.newCall(GET, ITEM, FAST.headers(headers)).execute();
      assertThat(talking.lastHeaders.get(key)).isEqualTo(bytes);
      assertThat(talking.lastHeaders.get(key("x-tenant"))).isEqualTo("a b");
      assertThat(Base64.getDecoder().decode(reply.headers().first("trace-bin").orElseThrow()))
          .isEqualTo(bytes);
    }
  }

  @Test
  void refusesHeadersThatGrpcDoesNotCarry() {
    assertRefused(Headers.of("a b", "c"), "a header has a name that gRPC does not carry");
    assertRefused(Headers.of("name", "Grüße"), "the value of header name has characters");
    assertRefused(Headers.of("x-bin", "not base64!"), "the value of header x-bin must be Base64");
    assertRefused(Headers.of("grpc-timeout", "1S"), "the header grpc-timeout belongs to gRPC");
    assertThat(server.arrivals).hasValue(0);
  }

  private void assertRefused(Headers headers, String message) {
    assertThat(catchThrowable(() -> stock.call(GET, ITEM, FAST.headers(headers))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  // ---------------------------------------------------------------- deadline

  @Test
  void DLN_5_tellsTheServerTheDeadlineOfTheCall() {
    stock.call(GET, ITEM, FAST.deadline(Duration.ofSeconds(20)));
    long left = server.lastContext.getDeadline().timeRemaining(TimeUnit.MILLISECONDS);
    assertThat(left).isBetween(1L, 20_000L);
    assertThat(GrpcTransport.timeout(5)).isEqualTo("5n");
    assertThat(GrpcTransport.timeout(2_000_000_000L)).isEqualTo("2000000u");
    assertThat(GrpcTransport.timeout(200_000_000_000L)).isEqualTo("200000m");
    assertThat(GrpcTransport.timeout(Long.MAX_VALUE)).isEqualTo("99999999S");
  }

  // ---------------------------------------------------------------- compression, TLS

  @Test
  void compressesRequests() {
    try (GrpcChannel channel = GrpcChannel.builder(server.uri()).compression("gzip").build()) {
      assertThat(channel.call(GET, ITEM).getSku()).isEqualTo("sku-1");
      assertThat(server.lastHeaders.get(key("grpc-encoding"))).isEqualTo("gzip");
    }
    stock.call(RESERVE.bind(Grpc.method(StockGrpc.getReserveMethod()).compression("gzip")), ITEM);
    assertThat(server.lastHeaders.get(key("grpc-encoding"))).isEqualTo("gzip");
  }

  @Test
  void trustsWhomItIsToldToTrustAndProvesWhoItIs() throws Exception {
    HeldCertificate authority = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate peer =
        new HeldCertificate.Builder()
            .signedBy(authority)
            .addSubjectAlternativeName("127.0.0.1")
            .build();
    HeldCertificate me = new HeldCertificate.Builder().signedBy(authority).build();
    io.grpc.ServerCredentials serving =
        TlsServerCredentials.newBuilder()
            .keyManager(pem(peer.certificatePem()), pem(peer.privateKeyPkcs8Pem()))
            .trustManager(pem(authority.certificatePem()))
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build();
    try (StockServer secret = StockServer.start(serving, builder -> builder)) {
      String uri = "grpcs://127.0.0.1:" + secret.port();
      io.grpc.ChannelCredentials proof =
          TlsChannelCredentials.newBuilder()
              .trustManager(pem(authority.certificatePem()))
              .keyManager(pem(me.certificatePem()), pem(me.privateKeyPkcs8Pem()))
              .build();
      try (GrpcChannel channel = GrpcChannel.builder(uri).tls(proof).build()) {
        assertThat(channel.call(GET, ITEM).getQuantity()).isEqualTo(7);
      }
      try (GrpcChannel channel = GrpcChannel.builder(uri).build()) {
        assertThat(catchThrowable(() -> channel.call(GET, ITEM)))
            .isInstanceOf(UntrustedPeerException.class)
            .hasMessageContaining("after 1 attempt");
      }
    }
  }

  // ---------------------------------------------------------------- bad input

  @Test
  void refusesWhatDoesNotFit() {
    Operation<Level, Level> wrong =
        Operation.of("stock.get", Level.class, Level.class)
            .bind(Grpc.method(StockGrpc.getGetMethod()));
    assertThat(catchThrowable(() -> stock.call(wrong, Level.getDefaultInstance())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the operation stock.get has requests of dev.parley.grpc.shop.Level, but its gRPC"
                + " method has dev.parley.grpc.shop.Item");
    Operation<Item, Level> stream =
        Operation.of("stock.watch", Item.class, Level.class)
            .bind(Grpc.method(StockGrpc.getWatchMethod()));
    assertThat(catchThrowable(() -> stock.call(stream, ITEM)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("parley.shop.Stock/Watch is a server stream: use it on a StreamChannel");
    assertThat(catchThrowable(() -> Grpc.unary("Get")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("\"Get\" is not the full name of a gRPC method: write it like shop.Stock/Get");
    assertThat(catchThrowable(() -> GrpcChannel.builder("grpc://host/path").build()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the address grpc://host must have a host and no path: write it like"
                + " grpc://stock.shop.example:50051");
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static InputStream pem(String text) throws IOException {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  private record EchoTrailer(Metadata.Key<byte[]> key) implements io.grpc.ServerInterceptor {
    @Override
    public <Q, R> io.grpc.ServerCall.Listener<Q> interceptCall(
        io.grpc.ServerCall<Q, R> call, Metadata headers, io.grpc.ServerCallHandler<Q, R> next) {
      return next.startCall(
          new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<>(call) {
            @Override
            public void close(Status status, Metadata trailers) {
              trailers.put(key, headers.get(key));
              super.close(status, trailers);
            }
          },
          headers);
    }
  }
}
