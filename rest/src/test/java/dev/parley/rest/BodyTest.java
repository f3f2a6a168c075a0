package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.CodecException;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.ProtocolException;
import dev.parley.Reply;
import dev.parley.TypeRef;
import dev.parley.http.Http;
import dev.parley.http.KeyFormat;
import dev.parley.http.Tls;
import dev.parley.testkit.fault.RawServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BodyTest {
  record Order(String id) {}

  private static final Operation<Void, Order> GET =
      Operation.of("orders.get", Void.class, Order.class).bind(Http.get("/order"));

  @TempDir Path folder;

  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
  }

  private CallChannel open(TestServer server) {
    return parley.open(server.uri(), CallChannel.class);
  }

  private static <R> Operation<Void, R> get(Class<R> reply) {
    return Operation.of("get", Void.class, reply).bind(Http.get("/order"));
  }

  // ---------------------------------------------------------------- streams

  @Test
  void downloadsAsAStream_largerThanTheLimitOfBufferedAnswers() throws Exception {
    int size = 8 << 20;
    try (TestServer server =
        TestServer.start(
            (arrival, exchange) -> TestServer.send(exchange, 200, "a/b", new byte[size]))) {
      CallChannel api = parley.open(server.uri() + "?maxResponseBytes=1000", CallChannel.class);
      AtomicLong seen = new AtomicLong();
      List<OptionalLong> totals = new ArrayList<>();

      try (Payload download = api.call(get(Payload.class), null)) {
        assertThat(download.contentType()).contains("a/b");
        assertThat(download.isReplayable()).isFalse();
        Payload watched =
            Progress.watch(
                download,
                (bytes, total) -> {
                  seen.set(bytes);
                  totals.add(total);
                });
        try (InputStream stream = watched.openStream()) {
          assertThat(stream.transferTo(java.io.OutputStream.nullOutputStream())).isEqualTo(size);
        }
        assertThatThrownBy(download::openStream)
            .hasMessage(
                "a streamed answer was opened twice: keep its bytes if you need them again");
      }
      assertThat(seen).hasValue(size);
      assertThat(totals.get(0)).hasValue(size);
      OkHttpClient client = api.unwrap(OkHttpClient.class).orElseThrow();
      assertThat(client.connectionPool().connectionCount())
          .isEqualTo(client.connectionPool().idleConnectionCount())
          .isEqualTo(1);
    }
  }

  @Test
  void closingADownloadEarlyGivesTheConnectionUp() {
    try (TestServer server =
        TestServer.start(
            (arrival, exchange) -> TestServer.send(exchange, 200, "a/b", new byte[8 << 20]))) {
      CallChannel api = open(server);

      api.call(get(Payload.class), null).close();

      OkHttpClient client = api.unwrap(OkHttpClient.class).orElseThrow();
      assertThat(client.connectionPool().connectionCount())
          .isEqualTo(client.connectionPool().idleConnectionCount());
    }
  }

  @Test
  void aStreamThatBreaksOffFailsTheReader() {
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
        })) {
      CallChannel api = parley.open(server.uri(), CallChannel.class);

      try (Payload download = api.call(get(Payload.class), null)) {
        assertThatThrownBy(() -> download.openStream().readAllBytes())
            .isInstanceOf(IOException.class);
      }
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  @Test
  void uploadsAsAStream() throws Exception {
    Path file = Files.write(folder.resolve("big"), new byte[8 << 20]);
    try (TestServer server = TestServer.start((arrival, exchange) -> exchange.setStatusCode(204))) {
      Operation<Payload, Void> put =
          Operation.of("put", Payload.class, Void.class).bind(Http.put("/file"));
      AtomicLong sent = new AtomicLong();

      open(server)
          .call(put, Progress.watch(Payload.file(file, "a/b"), (bytes, total) -> sent.set(bytes)));
      open(server).call(put, Payload.oneShot(new ByteArrayInputStream(new byte[100_000]), "c/d"));

      assertThat(sent).hasValue(8 << 20);
      assertThat(server.arrivals().get(0).body()).hasSize(8 << 20);
      assertThat(server.arrivals().get(0).headers().first("Content-Type")).isEqualTo("a/b");
      assertThat(server.arrivals().get(1).body()).hasSize(100_000);
      assertThat(server.arrivals().get(1).headers().first("Transfer-Encoding"))
          .isEqualTo("chunked");
    }
  }

  @Test
  void aPayloadThatCannotBeReadIsNoFaultOfTheConnection() {
    try (TestServer server = TestServer.start((arrival, exchange) -> exchange.setStatusCode(204))) {
      Operation<Payload, Void> put =
          Operation.of("put", Payload.class, Void.class).bind(Http.put("/file"));
      InputStream broken =
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new IOException("disk");
            }
          };

      dev.parley.ParleyException failure =
          catchThrowableOfType(
              dev.parley.ParleyException.class,
              () -> open(server).call(put, Payload.stream(() -> broken, "a/b")));

      assertThat(failure.kind()).isEqualTo(dev.parley.Kind.LOCAL);
      assertThat(failure.getMessage()).contains("the payload to send cannot be read");
      assertThat(failure.attempts()).hasSize(1);
    }
  }

  @Test
  void multipartIsWhatServersRead() throws Exception {
    try (TestServer server = TestServer.start((arrival, exchange) -> exchange.setStatusCode(204))) {
      Operation<Multipart, Void> post =
          Operation.of("post", Multipart.class, Void.class).bind(Http.post("/form"));
      Multipart body =
          Multipart.builder()
              .field("na\"me", "välue")
              .file("f", "a\r\n.txt", Payload.of("file".getBytes(), "text/plain"))
              .part("meta", Payload.of("{}".getBytes(), "application/json"))
              .build();

      open(server).call(post, body);

      String type = server.arrivals().get(0).headers().first("Content-Type");
      String boundary = type.substring("multipart/form-data; boundary=".length());
      assertThat(server.arrivals().get(0).text())
          .isEqualTo(
              ("""
              --B
              Content-Disposition: form-data; name="na%22me"

              välue
              --B
              Content-Disposition: form-data; name="f"; filename="a%0D%0A.txt"
              Content-Type: text/plain

              file
              --B
              Content-Disposition: form-data; name="meta"
              Content-Type: application/json

              {}
              --B--
              """)
                  .replace("\n", "\r\n")
                  .replace("--B", "--" + boundary));
    }
  }

  // ---------------------------------------------------------------- compression

  @Test
  void gzipsRequests_andReadsGzippedAnswers() throws Exception {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          assertThat(arrival.headers().first("Accept-Encoding")).isEqualTo("gzip");
          TestServer.header(exchange, "Content-Encoding", "gzip");
          TestServer.send(exchange, 200, "text/plain", arrival.body());
        })) {
      Operation<String, String> post =
          Operation.of("post", String.class, String.class).bind(Http.post("/").gzip());
      String text = "hello ".repeat(1000);

      assertThat(open(server).call(post, text)).isEqualTo(text);

      TestServer.Arrival arrival = server.arrivals().get(0);
      assertThat(arrival.headers().first("Content-Encoding")).isEqualTo("gzip");
      assertThat(arrival.body().length).isLessThan(200);
      assertThat(new GZIPInputStream(new ByteArrayInputStream(arrival.body())).readAllBytes())
          .hasSize(6000);
    }
  }

  @Test
  void limitCountsDecompressedBytes() throws Exception {
    java.io.ByteArrayOutputStream bomb = new java.io.ByteArrayOutputStream();
    try (var gzip = new java.util.zip.GZIPOutputStream(bomb)) {
      gzip.write(new byte[10_000_000]);
    }
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          TestServer.header(exchange, "Content-Encoding", "gzip");
          TestServer.send(exchange, 200, "a/b", bomb.toByteArray());
        })) {
      CallChannel api = parley.open(server.uri() + "?maxResponseBytes=1000000", CallChannel.class);

      assertThat(
              catchThrowableOfType(
                  dev.parley.MessageTooLargeException.class,
                  () -> api.call(get(byte[].class), null)))
          .isNotNull();
    }
  }

  // ---------------------------------------------------------------- what there is, and what not

  @Test
  void optionalIsEmptyAfter404And204() {
    TypeRef<Optional<Order>> type = new TypeRef<>() {};
    Operation<Integer, Optional<Order>> find =
        Operation.of("find", TypeRef.of(Integer.class), type).bind(Http.get("/{status}"));
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          int status = Integer.parseInt(arrival.path().substring(1));
          if (status == 204) {
            exchange.setStatusCode(204);
          } else {
            TestServer.json(exchange, status, "{\"id\":\"1\"}");
          }
        })) {
      CallChannel api = open(server);

      assertThat(api.call(find, 200)).contains(new Order("1"));
      assertThat(api.call(find, 404)).isEmpty();
      assertThat(api.call(find, 204)).isEmpty();
      assertThat(catchThrowableOfType(NotFoundException.class, () -> api.call(find, 410)))
          .isNotNull();
    }
  }

  @Test
  void refusesAnswersThatAreNotWhatWasAskedFor() {
    try (TestServer empty = TestServer.start((arrival, exchange) -> exchange.setStatusCode(204));
        TestServer html =
            TestServer.start((arrival, exchange) ->
                TestServer.send(exchange, 200, "text/html", "<p>secret".getBytes()));
        TestServer broken =
            TestServer.start(
                (arrival, exchange) -> TestServer.json(exchange, 200, "{\"id\":secret"))) {
      assertThatThrownBy(() -> open(empty).call(GET, null))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining(
              "the server answered 204 without a body, but the reply of orders.get is"
                  + " dev.parley.rest.BodyTest$Order; make it Void or Optional if there may be"
                  + " none");
      assertThatThrownBy(() -> open(html).call(GET, null))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining(
              "the server answered with a media type that no codec here reads as"
                  + " dev.parley.rest.BodyTest$Order; asked for was application/json")
          .hasMessageNotContaining("secret");
      assertThatThrownBy(() -> open(broken).call(GET, null))
          .isInstanceOf(CodecException.class)
          .hasMessageContaining(
              ": cannot read application/json as dev.parley.rest.BodyTest$Order: ")
          .hasMessageNotContaining("secret");
      assertThat(broken.arrivals()).as("not repeated").hasSize(1);
    }
  }

  @Test
  void readsHeadersAndNativeReply() {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          TestServer.header(exchange, "ETag", "\"v1\"");
          TestServer.json(exchange, 201, "{\"id\":\"1\"}");
        })) {
      Reply<Order> reply = open(server).newCall(GET, null, CallOptions.DEFAULT).execute();

      assertThat(reply.headers().first("etag")).contains("\"v1\"");
      assertThat(reply.unwrap(Response.class).orElseThrow().code()).isEqualTo(201);
      assertThat(reply.toString()).doesNotContain("v1");

      Operation<Void, Void> head = Operation.of("h", Void.class, Void.class).bind(Http.head("/"));
      assertThat(
              open(server)
                  .newCall(head, null, CallOptions.DEFAULT)
                  .execute()
                  .headers()
                  .first("ETag"))
          .isPresent();
    }
  }

  record Fault(String code) {}

  @Test
  void decodesTheErrorTypeOfTheBinding() {
    try (TestServer server =
        TestServer.start(
            (arrival, exchange) -> TestServer.json(exchange, 400, "{\"code\":\"E7\"}"))) {
      Operation<Void, Order> typed =
          Operation.of("get", Void.class, Order.class).bind(Http.get("/order").error(Fault.class));

      RestException failure =
          catchThrowableOfType(RestException.class, () -> open(server).call(typed, null));

      assertThat(failure.detail(Fault.class)).contains(new Fault("E7"));
      assertThat(failure.problem()).isEmpty();
      assertThat(failure.code()).isEqualTo("400");
      assertThat(failure.unwrap(Response.class)).isPresent();
    }
  }

  // ---------------------------------------------------------------- conditions and cache

  @Test
  void conditionalRequestsTellWhatTheyMet() {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          if ("\"v1\"".equals(arrival.headers().first("If-None-Match"))) {
            TestServer.header(exchange, "ETag", "\"v1\"");
            exchange.setStatusCode(304);
          } else if (arrival.headers().first("If-Match") != null) {
            exchange.setStatusCode(412);
          }
        })) {
      CallChannel api = open(server);

      NotModifiedException same =
          catchThrowableOfType(
              NotModifiedException.class,
              () -> api.call(GET, null, CallOptions.DEFAULT.header("If-None-Match", "\"v1\"")));
      assertThat(same.headers().first("ETag")).contains("\"v1\"");
      Operation<Order, Void> put =
          Operation.of("put", Order.class, Void.class).bind(Http.put("/order/{id}"));
      PreconditionFailedException changed =
          catchThrowableOfType(
              PreconditionFailedException.class,
              () ->
                  api.call(put, new Order("1"), CallOptions.DEFAULT.header("If-Match", "\"v0\"")));
      assertThat(changed.attempts()).hasSize(1);
    }
  }

  @Test
  void cacheAnswersAndRevalidates() {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          TestServer.header(exchange, "ETag", "\"v1\"");
          boolean fresh = arrival.path().equals("/fresh");
          TestServer.header(exchange, "Cache-Control", fresh ? "max-age=60" : "no-cache");
          if ("\"v1\"".equals(arrival.headers().first("If-None-Match"))) {
            exchange.setStatusCode(304);
          } else {
            TestServer.json(exchange, 200, "{\"id\":\"1\"}");
          }
        })) {
      RestChannel api =
          RestChannel.builder(server.uri()).cache(folder.resolve("cache"), 1 << 20).open(parley);
      Operation<String, Order> read =
          Operation.of("read", String.class, Order.class).bind(Http.get("/{name}"));

      assertThat(api.call(read, "fresh")).isEqualTo(api.call(read, "fresh"));
      assertThat(server.arrivals()).hasSize(1);

      assertThat(api.call(read, "stale")).isEqualTo(api.call(read, "stale"));
      assertThat(server.arrivals()).hasSize(3);
      assertThat(server.arrivals().get(2).headers().first("If-None-Match")).isEqualTo("\"v1\"");
      api.close();
    }
  }

  // ---------------------------------------------------------------- keys, deadline, TLS

  @Test
  void KEY_2_keyGoesWhereItsPeersLook() {
    try (TestServer server = TestServer.start((arrival, exchange) -> exchange.setStatusCode(204))) {
      Operation<String, Void> post =
          Operation.of("post", String.class, Void.class)
              .with(Idempotency.KEYED)
              .bind(Http.post("/"));
      RestChannel.builder(server.uri())
          .idempotencyKey("PayPal-Request-Id", KeyFormat.RAW)
          .open(parley)
          .call(post, "x", CallOptions.DEFAULT.idempotencyKey("k-1"));
      RestChannel.builder(server.uri())
          .idempotencyKey("Idempotency-Key", KeyFormat.STRUCTURED)
          .open(parley)
          .call(post, "x", CallOptions.DEFAULT.idempotencyKey("k\"\\1"));

      assertThat(server.arrivals().get(0).headers().first("PayPal-Request-Id")).isEqualTo("k-1");
      assertThat(server.arrivals().get(1).headers().first("Idempotency-Key"))
          .isEqualTo("\"k\\\"\\\\1\"");
    }
  }

  @Test
  void DLN_5_deadlineGoesOutIfAskedFor() {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> TestServer.json(exchange, 200, "{\"id\":\"1\"}"))) {
      RestChannel.builder(server.uri())
          .deadlineHeader("X-Time-Left")
          .open(parley)
          .call(GET, null, CallOptions.DEFAULT.deadline(Duration.ofSeconds(20)));
      open(server).call(GET, null);

      assertThat(Long.parseLong(server.arrivals().get(0).headers().first("X-Time-Left")))
          .isBetween(10_000L, 20_000L);
      assertThat(server.arrivals().get(1).headers().first("X-Time-Left")).isNull();
    }
  }

  @Test
  void AMP_2_numberOfTheAttemptGoesOutIfAskedFor() {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          if ("1".equals(arrival.headers().first("Parley-Attempt"))) {
            exchange.setStatusCode(503);
          } else {
            TestServer.json(exchange, 200, "{\"id\":\"1\"}");
          }
        })) {
      RestChannel.builder(server.uri())
          .attemptHeader("Parley-Attempt")
          .open(parley)
          .call(GET, null);

      assertThat(server.arrivals().stream().map(a -> a.headers().first("Parley-Attempt")))
          .containsExactly("1", "2");
    }
  }

  @Test
  void speaksHttp2OverTls_andShowsItsCertificate() throws Exception {
    HeldCertificate authority = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate serving =
        new HeldCertificate.Builder()
            .signedBy(authority)
            .addSubjectAlternativeName("localhost")
            .build();
    HeldCertificate own =
        new HeldCertificate.Builder().signedBy(authority).commonName("client-7").build();
    HandshakeCertificates server =
        new HandshakeCertificates.Builder()
            .heldCertificate(serving)
            .addTrustedCertificate(authority.certificate())
            .build();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    char[] password = "pw".toCharArray();
    keys.setKeyEntry(
        "own",
        own.keyPair().getPrivate(),
        password,
        new java.security.cert.Certificate[] {own.certificate()});
    try (TestServer shop =
        TestServer.startSecure(
            server.sslContext(),
            (arrival, exchange) ->
                TestServer.send(
                    exchange,
                    200,
                    "text/plain",
                    exchange
                        .getConnection()
                        .getSslSessionInfo()
                        .getPeerCertificates()[0]
                        .getType()
                        .getBytes()))) {
      Tls tls = Tls.DEFAULT.trust(authority.certificate()).clientCertificate(keys, password);
      assertThat(tls).hasToString("Tls[own authorities, client certificate]");
      RestChannel api = RestChannel.builder(shop.uri()).tls(tls).open(parley);

      Call<String> call = api.newCall(get(String.class), null, CallOptions.DEFAULT);
      Reply<String> reply = call.execute();

      assertThat(reply.body()).isEqualTo("X.509");
      assertThat(reply.unwrap(Response.class).orElseThrow().protocol()).isEqualTo(Protocol.HTTP_2);
      assertThat(shop.arrivals().get(0).protocol()).isEqualTo("HTTP/2.0");
    }
  }

  @Test
  void buildOpensAChannelOfItsOwn() {
    try (TestServer server =
            TestServer.start(
                (arrival, exchange) -> TestServer.json(exchange, 200, "{\"id\":\"1\"}"));
        RestChannel api = RestChannel.builder(server.uri()).build()) {
      assertThat(api.call(GET, null)).isEqualTo(new Order("1"));
      assertThat(api.toString()).isEqualTo("RestChannel[" + server.uri() + ", OPEN]");
    }
  }
}
