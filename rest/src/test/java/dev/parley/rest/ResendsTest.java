package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.RetryPolicy;
import dev.parley.http.Http;
import dev.parley.testkit.conformance.TrackedSockets;
import dev.parley.testkit.fault.RawServer;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing below the engine sends a request again: what arrives is counted. */
class ResendsTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final CallOptions ONCE = CallOptions.DEFAULT.retry(RetryPolicy.NEVER);

  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close();
  }

  private static Operation<String, Void> send(String method) {
    return Operation.of("send", String.class, Void.class)
        .with(Idempotency.NONE)
        .bind(Http.method(method, "/"));
  }

  private static Operation<Void, Void> bare(String method) {
    return Operation.of("bare", Void.class, Void.class).bind(Http.method(method, "/"));
  }

  /** Answers the first request of a connection, and lets the next one end as it is told. */
  private RawServer second(RawServer.Script end) {
    return RawServer.start(peer -> {
      peer.read();
      peer.write(OK);
      if (peer.read() != null) {
        end.run(peer);
      }
    });
  }

  @Test
  void F_1_postOnPooledConnectionThatIsClosedWithoutAnswerArrivesOnce() {
    try (RawServer server = second(RawServer.Peer::close)) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);
      api.call(send("POST"), "first");

      AmbiguousOutcomeException failure =
          catchThrowableOfType(
              AmbiguousOutcomeException.class, () -> api.call(send("POST"), "second"));

      assertThat(failure.attempts()).hasSize(1);
      assertThat(server.arrivals()).containsExactly("POST / HTTP/1.1", "POST / HTTP/1.1");
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void F_1_getOnPooledConnectionIsRepeatedByTheEngineOnly() {
    try (RawServer server = second(RawServer.Peer::close)) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);
      api.call(bare("GET"), null);

      assertThat(
              catchThrowableOfType(ParleyException.class, () -> api.call(bare("GET"), null, ONCE)))
          .isNotNull();
      assertThat(server.arrivals()).hasSize(2);

      // And with retries on it works.
      var reply = api.newCall(bare("GET"), null, CallOptions.DEFAULT).execute();
      assertThat(server.arrivals()).hasSize(2 + reply.attempts());
    }
  }

  @Test
  void F_2_postThatIsAnswered408ArrivesOnce() {
    try (RawServer server =
        RawServer.answering("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);

      AmbiguousOutcomeException failure =
          catchThrowableOfType(
              AmbiguousOutcomeException.class, () -> api.call(send("POST"), "body"));

      assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "GET"})
  void F_3_requestThatIsAnswered503RetryAfter0ArrivesOnce(String method) {
    try (RawServer server =
        RawServer.answering(
            "HTTP/1.1 503 Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);

      ParleyException failure =
          catchThrowableOfType(
              ParleyException.class,
              () -> {
                if (method.startsWith("P")) {
                  api.call(send(method), "body", ONCE);
                } else {
                  api.call(bare(method), null, ONCE);
                }
              });

      assertThat(failure.kind()).isEqualTo(Kind.THROTTLED);
      assertThat(failure.retryAfter()).contains(Duration.ZERO);
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void F_3_holdsForTheUnwrappedClientToo() throws Exception {
    try (RawServer server =
        RawServer.answering(
            "HTTP/1.1 503 Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);
      OkHttpClient client = api.unwrap(OkHttpClient.class).orElseThrow();

      Request request =
          new Request.Builder().url(server.uri()).post(RequestBody.create(new byte[1])).build();
      try (Response response = client.newCall(request).execute()) {
        // The same wish, in the form that OkHttp does not act on.
        assertThat(response.header("Retry-After")).isEqualTo("Thu, 01 Jan 1970 00:00:00 GMT");
      }
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void F_3_ordinaryHintsPassUnchanged_andTooLargeOnesDoNotBreakOkHttp() {
    for (String value : new String[] {"7", "99999999999"}) {
      try (RawServer server =
          RawServer.answering(
              "HTTP/1.1 503 Unavailable\r\nRetry-After: "
                  + value
                  + "\r\nContent-Length: 0\r\n\r\n")) {
        CallChannel api = parley.open(server.uri(), CallChannel.class);

        RestException failure =
            catchThrowableOfType(RestException.class, () -> api.call(bare("GET"), null, ONCE));

        long seconds = value.equals("7") ? 7 : Integer.MAX_VALUE;
        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(seconds));
        assertThat(server.arrivals()).hasSize(1);
      }
    }
  }

  @Test
  void F_4_keyedPostOnConnectionThatTheServerHadClosedIsRepeatedByTheEngine() {
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          peer.write(OK); // and closed, without saying so
        })) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);
      Operation<String, Void> keyed = send("POST").with(Idempotency.KEYED);

      for (int i = 0; i < 5; i++) {
        api.call(keyed, "body");
      }

      assertThat(server.arrivals()).hasSize(5);
    }
  }

  @Test
  void F_5_otherAddressesAreStillTried() {
    try (RawServer server = RawServer.answering(OK)) {
      RestChannel api =
          RestChannel.builder("http://two.example:" + server.port())
              .customize(okHttp ->
                  okHttp.dns(host ->
                      java.util.List.of(
                          java.net.InetAddress.getByName("127.0.0.2"),
                          java.net.InetAddress.getByName("127.0.0.1"))))
              .open(parley);

      // The server listens on 127.0.0.1 alone, so that the first address refuses.
      api.call(send("POST"), "body", ONCE);

      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void AMP_1_arrivalsAreTheAttempts() {
    try (RawServer server = RawServer.answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);

      RestException failure =
          catchThrowableOfType(RestException.class, () -> api.call(bare("GET"), null));

      assertThat(failure.attempts()).hasSize(3);
      assertThat(server.arrivals()).hasSize(3);
    }
  }

  @Test
  void AMP_1_explainTellsEveryLayer() {
    CallChannel api = parley.open("http://localhost:1", CallChannel.class);

    assertThat(api.explain())
        .contains(
            """
            retry ledger: Parley, on, 3 attempts
            retry ledger: OkHttp retryOnConnectionFailure, off, also ends its repetition after 408
            retry ledger: OkHttp repetition after 503 with Retry-After: 0, off, 0 is rewritten as a date
            retry ledger: OkHttp redirects, off, Parley follows them for safe methods, at most 10
            retry ledger: OkHttp authenticator, off, Parley renews credentials once a call
            retry ledger: OkHttp repetition after 421 on a coalesced HTTP/2 connection, ON, the peer proved that it did not act; the repetition is not counted
            """);
  }

  @Test
  void socketsHaveNoDelay_alsoOfClientsThatAreBrought() throws Exception {
    try (RawServer server = RawServer.answering(OK)) {
      TrackedSockets sockets = new TrackedSockets();
      OkHttpClient own = new OkHttpClient.Builder().socketFactory(sockets).build();
      RestChannel api = RestChannel.builder(server.uri()).client(own).open(parley);

      api.call(send("POST"), "body");

      assertThat(sockets.sockets()).hasSize(1);
      assertThat(sockets.sockets().get(0).getTcpNoDelay()).isTrue();
      assertThat(own.retryOnConnectionFailure()).as("the user's own stays as it is").isTrue();
      api.close();
      own.connectionPool().evictAll();
    }
  }

  @Test
  void customizerCannotSwitchResendsOnAgain() {
    try (RawServer server = second(RawServer.Peer::close)) {
      RestChannel api =
          RestChannel.builder(server.uri())
              .customize(okHttp -> okHttp.retryOnConnectionFailure(true).followRedirects(true))
              .open(parley);
      api.call(send("POST"), "first");

      assertThatThrownBy(() -> api.call(send("POST"), "second"))
          .isInstanceOf(ParleyException.class);

      assertThat(server.arrivals()).hasSize(2);
    }
  }

  @Test
  void oneShotPayloadIsNotRepeatedOnceItWasOpened() {
    try (RawServer server =
        RawServer.answering("HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n")) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);
      Operation<Payload, Void> upload =
          Operation.of("upload", Payload.class, Void.class).bind(Http.put("/"));

      RestException failure =
          catchThrowableOfType(
              RestException.class,
              () ->
                  api.call(
                      upload,
                      Payload.oneShot(new java.io.ByteArrayInputStream(new byte[10]), "a/b")));

      assertThat(failure.notRetriedBecause()).contains(dev.parley.NotRetried.BODY_NOT_REPLAYABLE);
    }
  }
}
