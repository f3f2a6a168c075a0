package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.RetryPolicy;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import dev.parley.http.Http;
import dev.parley.http.Tls;
import dev.parley.testkit.fault.RawHttp2;
import dev.parley.testkit.fault.RawServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row of the table of RESILIENCE 1.2 HTTP, with real connections. */
class HttpTableTest {
  private static final RetryPolicy FAST =
      RetryPolicy.DEFAULT
          .base(Duration.ofMillis(1))
          .throttledBase(Duration.ofMillis(1))
          .cap(Duration.ofMillis(5));
  private static final CallOptions OPTIONS = CallOptions.DEFAULT.retry(FAST);
  private static final Operation<String, String> UNSAFE = operation(Idempotency.NONE);
  private static final Operation<String, String> IDEMPOTENT = operation(Idempotency.IDEMPOTENT);
  private static final Operation<String, String> KEYED = operation(Idempotency.KEYED);

  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
  }

  private static Operation<String, String> operation(Idempotency idempotency) {
    return Operation.of("notes.post", String.class, String.class)
        .with(idempotency)
        .bind(Http.post("/notes"));
  }

  private static ParleyException fail(CallChannel api, Operation<String, String> operation) {
    return fail(api, operation, OPTIONS);
  }

  private static ParleyException fail(
      CallChannel api, Operation<String, String> operation, CallOptions options) {
    return catchThrowableOfType(
        ParleyException.class, () -> api.call(operation, "secret-body", options));
  }

  private static String status(int status, String... headers) {
    StringBuilder answer = new StringBuilder("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n");
    for (String header : headers) {
      answer.append(header).append("\r\n");
    }
    return answer.append("\r\n").toString();
  }

  private CallChannel open(RawServer server) {
    return parley.open(server.uri(), CallChannel.class);
  }

  // ---------------------------------------------------------------- before anything is sent

  @Test
  void unknownHost_isNotSent_andRetriedForAll() {
    RestChannel api =
        RestChannel.builder("http://no-such-host.invalid")
            .customize(okHttp ->
                okHttp.dns(host -> {
                  throw new UnknownHostException(host);
                }))
            .open(parley);

    ParleyException failure = fail(api, UNSAFE);

    assertThat(failure).isInstanceOf(UnreachableException.class);
    assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(failure.attempts()).hasSize(3);
    assertThat(failure.unwrap(UnknownHostException.class)).isPresent();
  }

  @Test
  void connectionRefused_isNotSent_andRetriedForAll() throws Exception {
    try (Socket refusing = refusing()) {
      int port = refusing.getLocalPort();
      CallChannel api = parley.open("http://127.0.0.1:" + port, CallChannel.class);

      ParleyException failure = fail(api, UNSAFE);

      assertThat(failure).isInstanceOf(UnreachableException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure.notRetriedBecause()).contains(NotRetried.ATTEMPTS);
      assertThat(failure.attempts()).hasSize(3);
      assertThat(failure.getMessage())
          .matches(
              "notes\\.post at http://127\\.0\\.0\\.1:"
                  + port
                  + " failed after 3 attempts in \\d+\\.\\d{3} s: the connection was refused or has"
                  + " no route \\(effect NOT_SENT; not retried, ATTEMPTS: .*\\)");
    }
  }

  // Its port is taken, so that nobody else gets it, and nobody listens there.
  private static Socket refusing() throws IOException {
    Socket bound = new Socket();
    bound.bind(new InetSocketAddress("127.0.0.1", 0));
    return bound;
  }

  @Test
  void connectTimeout_isToldFromReadTimeoutByItsPhase() throws Exception {
    // A full backlog: further connects are not answered.
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      List<Socket> fillers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Socket filler = new Socket();
        fillers.add(filler);
        try {
          filler.connect(full.getLocalSocketAddress(), 100);
        } catch (IOException e) {
          break;
        }
      }
      CallChannel api =
          parley.open(
              "http://127.0.0.1:" + full.getLocalPort() + "?connectTimeout=100ms",
              CallChannel.class);

      ParleyException failure = fail(api, UNSAFE);

      assertThat(failure).isInstanceOf(UnreachableException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure.attempts()).hasSize(3);
      assertThat(failure.getMessage()).contains("no connection within the connect timeout");
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void proxyThatRefuses_isNotSent() throws Exception {
    try (Socket refusing = refusing()) {
      RestChannel api =
          RestChannel.builder("http://shop.example")
              .proxy(new Proxy(Proxy.Type.HTTP, refusing.getLocalSocketAddress()))
              .open(parley);

      ParleyException failure = fail(api, UNSAFE);

      assertThat(failure).isInstanceOf(UnreachableException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    }
  }

  @Test
  void proxyIsUsed() {
    try (RawServer proxy = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
      RestChannel api =
          RestChannel.builder("http://shop.example")
              .proxy(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", proxy.port())))
              .open(parley);

      assertThat(api.call(UNSAFE, "x")).isEqualTo("ok");
      assertThat(proxy.arrivals()).containsExactly("POST http://shop.example/notes HTTP/1.1");
    }
  }

  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).build();

  private static HandshakeCertificates serving(String name, boolean expired) {
    HeldCertificate.Builder certificate =
        new HeldCertificate.Builder().signedBy(AUTHORITY).addSubjectAlternativeName(name);
    if (expired) {
      certificate.validityInterval(1, 2);
    }
    return new HandshakeCertificates.Builder()
        .heldCertificate(certificate.build(), AUTHORITY.certificate())
        .build();
  }

  @ParameterizedTest
  @CsvSource({"unknown authority", "wrong name", "expired"})
  void certificateThatIsNotTrusted_isPermanent(String why) {
    boolean wrongName = why.equals("wrong name");
    try (TestServer server =
        TestServer.startSecure(
            serving(wrongName ? "other.example" : "localhost", why.equals("expired")).sslContext(),
            (arrival, exchange) -> exchange.setStatusCode(200))) {
      Tls tls =
          why.equals("unknown authority")
              ? Tls.DEFAULT
              : Tls.DEFAULT.trust(AUTHORITY.certificate());
      RestChannel api = RestChannel.builder(server.uri()).tls(tls).open(parley);

      ParleyException failure = fail(api, IDEMPOTENT);

      assertThat(failure).isInstanceOf(UntrustedPeerException.class);
      assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure.attempts()).hasSize(1);
      assertThat(server.arrivals()).isEmpty();
    }
  }

  @Test
  void handshakeThatIsCut_isNotSent_andRetriedForAll() {
    AtomicInteger hellos = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> {
          peer.in().read();
          hellos.incrementAndGet();
          peer.reset();
        })) {
      CallChannel api = parley.open("https://localhost:" + server.port(), CallChannel.class);

      ParleyException failure = fail(api, UNSAFE);

      assertThat(failure).isInstanceOf(UnreachableException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
      assertThat(hellos.get()).isGreaterThanOrEqualTo(3);
    }
  }

  // ---------------------------------------------------------------- after something was sent

  @Test
  void resetAfterTheRequest_isPossible() {
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          peer.reset();
        })) {
      CallChannel api = open(server);

      assertThat(fail(api, UNSAFE)).isInstanceOf(AmbiguousOutcomeException.class);
      assertThat(server.arrivals()).hasSize(1);
      ParleyException failure = fail(api, IDEMPOTENT);
      assertThat(failure).isInstanceOf(TransportException.class);
      assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
      assertThat(server.arrivals()).hasSize(4);
    }
  }

  @Test
  void endWithoutAnswer_isPossible() {
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          peer.close();
        })) {
      ParleyException failure = fail(open(server), KEYED);

      assertThat(failure).isInstanceOf(TransportException.class);
      assertThat(failure.getMessage())
          .contains("the connection was closed before the answer was complete");
      assertThat(server.arrivals()).hasSize(3);
    }
  }

  @Test
  void readTimeout_unsafeIsAmbiguous_arrivalsAre1() {
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          peer.awaitEnd();
        })) {
      ParleyException failure =
          fail(open(server), UNSAFE, OPTIONS.attemptTimeout(Duration.ofSeconds(1)));

      assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
      assertThat(failure.getMessage()).contains("no answer within the attempt timeout of 1000 ms");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(server.arrivals()).hasSize(1));
    }
  }

  @ParameterizedTest
  @CsvSource({"Content-Length: 10", "Transfer-Encoding: chunked"})
  void truncatedBody_isNeverHandedOutInPart(String framing) {
    String body = framing.startsWith("C") ? "12345" : "5\r\n12345\r\n";
    AtomicInteger answers = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          boolean last = answers.incrementAndGet() == 3;
          peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\n" + framing + "\r\n\r\n" + body);
          if (last) {
            peer.write(framing.startsWith("C") ? "67890" : "5\r\n67890\r\n0\r\n\r\n");
          }
        })) {
      assertThat(open(server).call(IDEMPOTENT, "x", OPTIONS)).isEqualTo("1234567890");
      assertThat(server.arrivals()).hasSize(3);

      answers.set(10);
      assertThat(fail(open(server), UNSAFE)).isInstanceOf(AmbiguousOutcomeException.class);
      assertThat(server.arrivals()).hasSize(4);
    }
  }

  @ParameterizedTest
  @CsvSource({"a bad status line", "bad chunking", "a bad header"})
  void malformedAnswer_isProtocol_andNotRetried(String how) {
    String answer =
        switch (how) {
          case "a bad status line" -> "HTP/1.1 200 OK\r\n\r\n";
          case "bad chunking" -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
          default -> "HTTP/1.1 abc OK\r\n\r\n";
        };
    try (RawServer server = RawServer.answering(answer)) {
      ParleyException failure = fail(open(server), IDEMPOTENT);

      assertThat(failure).isInstanceOf(ProtocolException.class);
      assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
      assertThat(server.arrivals()).hasSize(1);
      assertThat(failure.getMessage()).contains("the answer breaks the rules of HTTP");
    }
  }

  @Test
  void corruptGzip_isProtocol() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write("hello hello hello".getBytes());
    }
    byte[] bytes = zipped.toByteArray();
    bytes[bytes.length - 6] ^= 0x55; // in the check sum
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          peer.write(
              "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                  + bytes.length
                  + "\r\n\r\n");
          peer.write(bytes);
        })) {
      ParleyException failure = fail(open(server), IDEMPOTENT);

      assertThat(failure).isInstanceOf(ProtocolException.class);
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"Content-Length: 2000", "Transfer-Encoding: chunked"})
  void oversizeAnswer_isTooLarge_andNotRetried(String framing) {
    String body = "x".repeat(2000);
    String framed = framing.startsWith("C") ? body : "7d0\r\n" + body + "\r\n0\r\n\r\n";
    try (RawServer server =
        RawServer.answering("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n" + framed)) {
      CallChannel api = parley.open(server.uri() + "?maxResponseBytes=1000", CallChannel.class);

      ParleyException failure = fail(api, IDEMPOTENT);

      assertThat(failure).isInstanceOf(MessageTooLargeException.class);
      assertThat(failure.attempts()).hasSize(1);
      assertThat(failure.getMessage())
          .contains(
              "the answer is larger than maxResponseBytes (1000); raise it, or take the reply as"
                  + " a Payload and stream it");
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  // ---------------------------------------------------------------- statuses

  @ParameterizedTest
  @CsvSource({
    // status, attempts if idempotent, attempts if unsafe, unsafe is ambiguous, kind, effect
    "400, 1, 1, false, PERMANENT, POSSIBLE",
    "403, 1, 1, false, PERMANENT, POSSIBLE",
    "404, 1, 1, false, PERMANENT, POSSIBLE",
    "408, 3, 1, true, TRANSIENT, POSSIBLE",
    "409, 1, 1, false, PERMANENT, POSSIBLE",
    "412, 1, 1, false, PERMANENT, POSSIBLE",
    "421, 2, 2, false, PERMANENT, NOT_PROCESSED",
    "422, 1, 1, false, PERMANENT, POSSIBLE",
    "423, 1, 1, false, PERMANENT, POSSIBLE",
    "425, 2, 2, false, PERMANENT, NOT_PROCESSED",
    "429, 3, 3, false, THROTTLED, NOT_PROCESSED",
    "500, 3, 1, true, TRANSIENT, POSSIBLE",
    "501, 1, 1, false, PERMANENT, POSSIBLE",
    "502, 3, 1, true, TRANSIENT, POSSIBLE",
    "503, 3, 1, true, TRANSIENT, POSSIBLE",
    "504, 3, 1, true, TRANSIENT, POSSIBLE",
    "505, 1, 1, false, PERMANENT, POSSIBLE",
    "522, 3, 1, true, TRANSIENT, POSSIBLE",
    "307, 1, 1, false, PERMANENT, POSSIBLE",
  })
  void status(int status, int idempotent, int unsafe, boolean ambiguous, Kind kind, Effect effect) {
    try (RawServer server = RawServer.answering(status(status, "Location: /other"))) {
      CallChannel api = open(server);

      ParleyException repeated = fail(api, IDEMPOTENT);
      assertThat(repeated).isInstanceOf(RestException.class);
      assertThat(((RestException) repeated).status()).isEqualTo(status);
      assertThat(repeated.kind()).isEqualTo(kind);
      assertThat(repeated.effect()).isEqualTo(effect);
      assertThat(server.arrivals()).hasSize(idempotent);

      ParleyException once = fail(api, UNSAFE);
      assertThat(server.arrivals()).hasSize(idempotent + unsafe);
      assertThat(once instanceof AmbiguousOutcomeException).isEqualTo(ambiguous);
    }
  }

  @Test
  void KEY_5_status409_isTransientIfKeyed() {
    try (RawServer server = RawServer.answering(status(409))) {
      ParleyException failure = fail(open(server), KEYED);

      assertThat(failure).isInstanceOf(ConflictException.class);
      assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
      assertThat(server.arrivals()).hasSize(3);
    }
  }

  @Test
  void KEY_5_status422_withKeyIsKeyReused() {
    try (RawServer server = RawServer.answering(status(422))) {
      ParleyException failure = fail(open(server), KEYED);

      assertThat(failure).isInstanceOf(IdempotencyKeyReusedException.class);
      assertThat(failure.idempotencyKey()).isPresent();
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void status503_asNotProcessedIfTheEndpointIsSaidToBeSo() {
    try (RawServer server = RawServer.answering(status(503))) {
      CallChannel api =
          parley.open(server.uri() + "?treat503AsNotProcessed=true", CallChannel.class);

      ParleyException failure = fail(api, UNSAFE);

      assertThat(failure).isInstanceOf(RestException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
      assertThat(server.arrivals()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource({"x-should-retry", "Stripe-Should-Retry"})
  void shouldRetryHeader_overridesTheKindAndNotTheSafetyTable(String name) {
    try (RawServer no = RawServer.answering(status(500, name + ": false"));
        RawServer yes = RawServer.answering(status(400, name + ": true"))) {
      assertThat(fail(open(no), IDEMPOTENT).kind()).isEqualTo(Kind.PERMANENT);
      assertThat(no.arrivals()).hasSize(1);

      assertThat(fail(open(yes), IDEMPOTENT)).isInstanceOf(RestException.class);
      assertThat(yes.arrivals()).hasSize(3);
      assertThat(fail(open(yes), UNSAFE)).isInstanceOf(RestException.class);
      assertThat(yes.arrivals()).hasSize(4);
    }
  }

  @Test
  void retryAfter100000_failsAtOnce() {
    try (RawServer server = RawServer.answering(status(429, "Retry-After: 100000"))) {
      long start = System.nanoTime();
      ParleyException failure = fail(open(server), UNSAFE, OPTIONS.deadline(Duration.ofMinutes(5)));

      assertThat(failure.notRetriedBecause()).contains(NotRetried.PUSHBACK);
      assertThat(failure.retryAfter()).contains(Duration.ofSeconds(100_000));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void retryAfter2_waitsAtLeast2Seconds() {
    AtomicInteger answers = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> {
          while (peer.read() != null) {
            peer.write(
                answers.incrementAndGet() == 1
                    ? status(429, "Retry-After: 2")
                    : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
        })) {
      long start = System.nanoTime();
      assertThat(open(server).call(UNSAFE, "x", CallOptions.DEFAULT)).isEqualTo("ok");

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    }
  }

  // ---------------------------------------------------------------- HTTP/2

  @ParameterizedTest
  @CsvSource({"REFUSED_STREAM", "GOAWAY"})
  void http2_unprocessedIsRetriedForAll(String how) {
    AtomicInteger streams = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> new RawHttp2(peer).refuseUntil(streams, 3, how.equals("GOAWAY")))) {
      RestChannel api = RestChannel.builder(server.uri()).h2c().open(parley);

      var reply = api.newCall(UNSAFE, "x", OPTIONS).execute();

      assertThat(reply.attempts()).isEqualTo(3);
      assertThat(streams).hasValue(3);
    }
  }

  @ParameterizedTest
  @CsvSource({"CANCEL, 8", "INTERNAL_ERROR, 2"})
  void http2_otherResetsArePossible(String name, int code) {
    AtomicInteger streams = new AtomicInteger();
    try (RawServer server = RawServer.start(peer -> new RawHttp2(peer).resetAll(streams, code))) {
      RestChannel api = RestChannel.builder(server.uri()).h2c().open(parley);

      assertThat(fail(api, UNSAFE)).isInstanceOf(AmbiguousOutcomeException.class);
      assertThat(streams).hasValue(1);
      assertThat(fail(api, IDEMPOTENT)).isInstanceOf(TransportException.class);
      assertThat(streams).hasValue(4);
    }
  }

  @Test
  void http2_frozenPeer_nextCallWorks() {
    AtomicBoolean frozen = new AtomicBoolean(true);
    AtomicInteger streams = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> {
          if (frozen.get()) {
            peer.awaitEnd();
          } else {
            new RawHttp2(peer).refuseUntil(streams, 0, false);
          }
        })) {
      RestChannel api = RestChannel.builder(server.uri()).h2c().open(parley);
      // An attempt that ends before it has sent anything is followed by another one.
      ParleyException failure = fail(api, UNSAFE, OPTIONS.attemptTimeout(Duration.ofSeconds(1)));
      assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
      await().atMost(Duration.ofSeconds(30)).until(() -> server.connections() > 0);
      frozen.set(false);

      api.call(UNSAFE, "x", OPTIONS.retry(RetryPolicy.NEVER));

      assertThat(streams.get()).isPositive();
    }
  }

  // ---------------------------------------------------------------- local

  @Test
  void threadInterruption_endsTheCall_flagKept_arrivalsNotIncreased() throws Exception {
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          peer.awaitEnd();
        })) {
      CallChannel api = open(server);
      var result = new java.util.concurrent.CompletableFuture<String>();
      Thread caller =
          new Thread(() -> {
            ParleyException failure =
                fail(api, IDEMPOTENT, OPTIONS.attemptTimeout(Duration.ofMinutes(1)));
            result.complete(
                failure.getClass().getSimpleName() + Thread.currentThread().isInterrupted());
          });
      caller.start();
      await().atMost(Duration.ofSeconds(30)).until(() -> server.arrivals().size() == 1);
      caller.interrupt();

      assertThat(result.get(30, TimeUnit.SECONDS))
          .isEqualTo("CommunicationInterruptedExceptiontrue");
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void messagesNeverHoldWhatIsSecret() {
    try (RawServer server =
        RawServer.answering(
            "HTTP/1.1 400 secret-reason\r\nX-Secret: secret-header\r\nContent-Length:"
                + " 11\r\n\r\nsecret-text")) {
      RestChannel api =
          RestChannel.builder(server.uri())
              .auth(dev.parley.http.Auth.bearer(() -> "secret-token"))
              .open(parley);
      record Ask(String q, String id) {}
      Operation<Ask, String> get =
          Operation.of("ask", Ask.class, String.class).bind(Http.get("/things/{id}"));

      RestException failure =
          catchThrowableOfType(
              RestException.class, () -> api.call(get, new Ask("secret-query", "secret-id")));

      assertThat(failure.body().toText()).isEqualTo("secret-text");
      assertThat(failure.getMessage() + failure + api + api.explain() + failure.headers())
          .doesNotContain("secret");
    }
  }
}
