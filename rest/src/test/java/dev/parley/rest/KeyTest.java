package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.RetryPolicy;
import dev.parley.http.Header;
import dev.parley.http.Http;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Idempotency keys over HTTP. */
class KeyTest {
  record NewOrder(String shop, String sku, @Header("X-Trace") String trace) {}

  private static final Operation<NewOrder, String> PLACE =
      Operation.of("orders.place", NewOrder.class, String.class)
          .with(Idempotency.KEYED)
          .bind(Http.post("/{shop}/orders"));
  private static final Operation<Payload, String> RAW =
      Operation.of("orders.raw", Payload.class, String.class)
          .with(Idempotency.KEYED)
          .bind(Http.post("/orders"));
  private static final CallOptions SEVEN =
      CallOptions.DEFAULT.retry(
          RetryPolicy.DEFAULT.maxAttempts(7).base(Duration.ofMillis(1)).cap(Duration.ofMillis(5)));

  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close();
  }

  @Test
  void KEY_4_aKeyBelongsToAMethodAnAddressAndABody() {
    try (TestServer server = answering(200, "placed")) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);
      CallOptions key = CallOptions.DEFAULT.idempotencyKey("k-1");
      api.call(PLACE, new NewOrder("a", "tea", "1"), key);
      api.call(PLACE, new NewOrder("a", "tea", "2"), key); // headers do not count

      refused(() -> api.call(PLACE, new NewOrder("b", "tea", "1"), key));
      refused(() -> api.call(PLACE, new NewOrder("a", "coffee", "1"), key));
      assertThat(server.arrivals()).hasSize(2);
    }
  }

  @Test
  void KEY_4_doesNotReadAPayload_whichMayBeReadOnceOnly() {
    try (TestServer server = answering(200, "placed")) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);
      CallOptions key = CallOptions.DEFAULT.idempotencyKey("k-1");
      Payload once = Payload.oneShot(new ByteArrayInputStream(new byte[] {1, 2}), "a/b");
      api.call(RAW, once, key);
      refused(() -> api.call(RAW, Payload.of(new byte[] {1, 2, 3}, "a/b"), key));

      assertThat(server.arrivals()).hasSize(1);
      assertThat(server.arrivals().get(0).body()).containsExactly(1, 2);
    }
  }

  @Test
  void KEY_5_stopsAtTheThird500ThatIsTheSame() {
    try (TestServer server = answering(500, "the same")) {
      RestException failure = failure(server);

      assertThat(failure.status()).isEqualTo(500);
      assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
      assertThat(failure.getMessage())
          .contains("Internal Server Error, which it has stored under the idempotency key");
      assertThat(server.arrivals()).hasSize(3);
    }
  }

  @Test
  void KEY_5_goesOnAfterA500ThatIsAnother() {
    AtomicInteger count = new AtomicInteger();
    try (TestServer server =
        TestServer.start((arrival, exchange) ->
            TestServer.send(
                exchange, 500, "text/plain", ("" + count.incrementAndGet()).getBytes()))) {
      assertThat(failure(server).notRetriedBecause()).contains(NotRetried.ATTEMPTS);
      assertThat(server.arrivals()).hasSize(7);
    }
  }

  @Test
  void KEY_5_stopsWhereTheServerSaysThatItReplays() {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          TestServer.header(exchange, "Idempotent-Replayed", "true");
          TestServer.send(exchange, 500, "text/plain", new byte[0]);
        })) {
      assertThat(failure(server).notRetriedBecause()).contains(NotRetried.PERMANENT);
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void KEY_5_a400ForTheKeyIsFinal() {
    try (TestServer server = answering(400, "Idempotency-Key is missing")) {
      assertThat(failure(server).notRetriedBecause()).contains(NotRetried.PERMANENT);
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  private RestException failure(TestServer server) {
    CallChannel api = parley.open(server.uri(), CallChannel.class);
    return catchThrowableOfType(
        RestException.class, () -> api.call(PLACE, new NewOrder("a", "tea", "1"), SEVEN));
  }

  private static TestServer answering(int status, String body) {
    return TestServer.start(
        (arrival, exchange) -> TestServer.send(exchange, status, "text/plain", body.getBytes()));
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("for another request");
  }
}
