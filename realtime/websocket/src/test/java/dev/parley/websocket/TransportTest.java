package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.Gap;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import dev.parley.testkit.VirtualTime;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.glassfish.tyrus.client.ClientManager;
import org.glassfish.tyrus.ext.extension.deflate.PerMessageDeflateExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, proxies, credentials, extensions, and both kinds of frames. */
class TransportTest {
  private static final Operation<String, String> TEXT =
      Operation.of("echo.text", String.class, String.class).bind(WebSocket.at("/echo"));
  private static final Operation<byte[], byte[]> BINARY =
      Operation.of("echo.binary", byte[].class, byte[].class).bind(WebSocket.at("/echo"));
  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).build();

  private final Parley parley = Parley.create();
  private AutoCloseable server;

  @AfterEach
  void close() throws Exception {
    parley.close(Duration.ofSeconds(2));
    server.close();
  }

  private static final class Echo extends Endpoint {
    @Override
    public void onOpen(jakarta.websocket.Session session, EndpointConfig config) {
      session.addMessageHandler(String.class, text -> session.getAsyncRemote().sendText(text));
      session.addMessageHandler(
          byte[].class, bytes -> session.getAsyncRemote().sendBinary(ByteBuffer.wrap(bytes)));
    }
  }

  private int startEcho() {
    TestServer started = TestServer.start(Map.of("/echo", Echo::new));
    server = started;
    return started.port();
  }

  private int startTls(String name) {
    HeldCertificate certificate =
        new HeldCertificate.Builder().signedBy(AUTHORITY).addSubjectAlternativeName(name).build();
    TestServer started =
        TestServer.start(
            Map.of("/echo", Echo::new),
            new HandshakeCertificates.Builder()
                .heldCertificate(certificate, AUTHORITY.certificate())
                .build()
                .sslContext(),
            builder -> {});
    server = started;
    return started.port();
  }

  private static javax.net.ssl.SSLContext trusting() {
    return new HandshakeCertificates.Builder()
        .addTrustedCertificate(AUTHORITY.certificate())
        .build()
        .sslContext();
  }

  private WebSocketChannel channel(String uri, UnaryOperator<WebSocketChannel.Builder> settings) {
    return settings.apply(WebSocketChannel.builder(uri)).open(parley);
  }

  private static <T> T next(Session<?, T> session) throws InterruptedException {
    return session.inbound().poll(Duration.ofSeconds(20)).orElseThrow().body();
  }

  private static void assertEchoes(WebSocketChannel channel, long seed) throws Exception {
    Random random = new Random(seed);
    try (Session<byte[], byte[]> session = channel.open(BINARY, SessionOptions.DEFAULT)) {
      for (int i = 0; i < 40; i++) {
        byte[] bytes = new byte[i % 10 == 9 ? 1 << 20 : random.nextInt(100_000)];
        random.nextBytes(bytes);
        session.send(bytes);
        assertThat(next(session)).as("message %d, seed %d", i, seed).isEqualTo(bytes);
      }
    }
  }

  // ---------------------------------------------------------------- frames

  @Test
  void echoesEachKindOfFrame() throws Exception {
    WebSocketChannel channel = channel("ws://127.0.0.1:" + startEcho(), builder -> builder);
    try (Session<String, String> text = channel.open(TEXT, SessionOptions.DEFAULT)) {
      for (String each : List.of("", "a", "äöü 世界 🌍", "x".repeat(1 << 20))) {
        text.send(each);
        assertThat(next(text)).isEqualTo(each);
      }
    }
    assertEchoes(channel, System.nanoTime());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void compressesWhereBothSidesCan(boolean server) throws Exception {
    TestServer started =
        TestServer.start(
            Map.of("/echo", Echo::new),
            null,
            builder -> {
              if (server) {
                builder.extensions(List.of(new PerMessageDeflateExtension()));
              }
            });
    this.server = started;
    WebSocketChannel channel =
        channel(
            "ws://127.0.0.1:" + started.port(),
            builder -> builder.extension(new PerMessageDeflateExtension()));
    try (Session<String, String> session = channel.open(TEXT, SessionOptions.DEFAULT)) {
      for (int i = 1; i < 200; i++) {
        session.send("the same again and again ".repeat(i));
        assertThat(next(session)).isEqualTo("the same again and again ".repeat(i));
      }
      assertThat(
              session
                  .unwrap(jakarta.websocket.Session.class)
                  .orElseThrow()
                  .getNegotiatedExtensions())
          .hasSize(server ? 1 : 0);
    }
  }

  // ---------------------------------------------------------------- TLS

  @Test
  void speaksTls() throws Exception {
    int port = startTls("127.0.0.1");

    assertEchoes(
        channel("wss://127.0.0.1:" + port, builder -> builder.tls(trusting())), System.nanoTime());
  }

  @Test
  void refusesACertificateThatIsNotTrusted() {
    int port = startTls("127.0.0.1");
    WebSocketChannel channel = channel("wss://127.0.0.1:" + port, builder -> builder);
    UntrustedPeerException refused =
        catchThrowableOfType(
            UntrustedPeerException.class, () -> channel.open(TEXT, SessionOptions.DEFAULT));

    assertThat(refused.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(refused.getMessage()).startsWith("the peer's certificate is not trusted: ");
  }

  @Test
  void refusesACertificateOfAnotherName() {
    int port = startTls("shop.example");
    WebSocketChannel channel =
        channel("wss://127.0.0.1:" + port, builder -> builder.tls(trusting()));

    assertThat(
            catchThrowableOfType(
                UntrustedPeerException.class, () -> channel.open(TEXT, SessionOptions.DEFAULT)))
        .isNotNull();
  }

  // ---------------------------------------------------------------- credentials and proxies

  @Test
  void TOK_renewsATokenOnceWhenItIsRefused() throws Exception {
    RawServer raw =
        new RawServer(peer -> {
          if (peer.header("Authorization").equals("Bearer new")) {
            peer.upgrade();
            peer.text("welcome");
            peer.readAll();
          } else {
            peer.refuse(401);
          }
        });
    server = raw;
    AtomicInteger asked = new AtomicInteger();
    WebSocketChannel channel =
        channel(
            raw.uri(),
            builder ->
                builder
                    .headers(Headers.of("X-Tenant", "blue"))
                    .bearer(() -> asked.incrementAndGet() == 1 ? "old" : "new"));
    Session<String, String> session =
        channel.open(TEXT, SessionOptions.DEFAULT.headers(Headers.of("X-One", "1")));

    assertThat(next(session)).isEqualTo("welcome");
    assertThat(raw.heads()).hasSize(2).allMatch(head -> head.contains("X-Tenant: blue\r\n"));
    assertThat(raw.heads()).allMatch(head -> head.contains("X-One: 1\r\n"));
    assertThat(raw.heads().get(0)).contains("Authorization: Bearer old\r\n");
  }

  @Test
  void TOK_4_failsWhenTheNewTokenIsRefusedToo() {
    RawServer raw = new RawServer(peer -> peer.refuse(401));
    server = raw;
    AtomicInteger asked = new AtomicInteger();
    WebSocketChannel channel =
        channel(raw.uri(), builder -> builder.bearer(() -> "token " + asked.incrementAndGet()));
    HandshakeRefusedException refused =
        catchThrowableOfType(
            HandshakeRefusedException.class, () -> channel.open(TEXT, SessionOptions.DEFAULT));

    assertThat(refused.kind()).isEqualTo(Kind.AUTHENTICATION);
    assertThat(refused.getMessage()).doesNotContain("token");
    assertThat(raw.heads()).hasSize(2);
  }

  @Test
  void TOK_5_aSessionThatReconnects_takesANewToken_whenTheServerEndsThatOfTheOld()
      throws Exception {
    RawServer raw =
        new RawServer(peer -> {
          peer.upgrade();
          if (peer.header("Authorization").equals("Bearer t1")) {
            peer.text("before");
            peer.close(4401);
          } else {
            peer.text("after");
          }
          peer.readAll();
        });
    server = raw;
    AtomicInteger tokens = new AtomicInteger();
    WebSocketChannel channel =
        channel(raw.uri(), builder -> builder.bearer(() -> "t" + tokens.incrementAndGet()));
    Session<String, String> session =
        channel.open(
            TEXT,
            SessionOptions.DEFAULT.reconnect(ReconnectPolicy.DEFAULT.base(Duration.ofMillis(10))));

    assertThat(next(session)).isEqualTo("before");
    assertThat(next(session)).isEqualTo("after");
    assertThat(raw.heads()).hasSize(2);
  }

  /** The message is its own position, and the first message of a connection. */
  private record Counted() implements Replay {
    @Override
    public Optional<String> position(Payload message) {
      return Optional.of(message.toText());
    }

    @Override
    public Object subscribe(@Nullable Object request, Optional<String> position) {
      return position.orElse("0");
    }
  }

  @Test
  void TOK_5_aFeedStandsOnANewConnectionBeforeTheTokenOfTheOldOneExpires() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    List<String> asked = new CopyOnWriteArrayList<>();
    AtomicReference<RawServer.Peer> old = new AtomicReference<>();
    AtomicBoolean overlapped = new AtomicBoolean();
    AtomicReference<RawServer> itself = new AtomicReference<>();
    RawServer raw =
        new RawServer(peer -> {
          if (old.compareAndSet(null, peer)) {
            peer.upgrade();
            asked.add(peer.readFrame());
            say(peer, 1, 2);
            peer.readAll();
          }
          // The old one goes on until the new one stands, which then brings the same again.
          say(old.get(), 3, 4);
          await().atMost(Duration.ofSeconds(30)).until(() -> seen.size() == 4);
          overlapped.set(itself.get().closes().isEmpty());
          peer.upgrade();
          asked.add(peer.readFrame());
          say(peer, 3, 5);
          peer.readAll();
        });
    itself.set(raw);
    server = raw;
    VirtualTime time = VirtualTime.create();
    List<Resumed> resumes = new CopyOnWriteArrayList<>();
    AtomicInteger tokens = new AtomicInteger();
    try (Parley virtual = Parley.builder().time(time).workers(time.workers()).build()) {
      StreamChannel feeds =
          WebSocketChannel.builder(raw.uri())
              .bearer(() -> "t" + tokens.incrementAndGet(), token -> time.now().plusSeconds(30))
              .replays()
              .open(virtual)
              .feeds();
      Operation<Void, String> numbers =
          Operation.of("numbers", Void.class, String.class)
              .bind(WebSocket.at("/numbers").replay(new Counted()));
      Subscription<Message<String>> feed =
          feeds.stream(numbers, null, StreamOptions.DEFAULT.listener(listener(resumes)));
      feed.start(number -> seen.add(number.body()));
      await().atMost(Duration.ofSeconds(30)).until(() -> seen.size() == 2);
      time.advance(Duration.ofSeconds(29));
      await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() == 5);
      await().atMost(Duration.ofSeconds(30)).until(() -> raw.closes().size() == 1);
      assertThat(feed.state()).isEqualTo(State.OPEN);
    }

    assertThat(overlapped).isTrue();
    assertThat(seen).containsExactly("1", "2", "3", "4", "5");
    assertThat(asked).containsExactly("0", "2");
    assertThat(raw.heads().get(0)).contains("Authorization: Bearer t1\r\n");
    assertThat(raw.heads().get(1)).contains("Authorization: Bearer t2\r\n");
    assertThat(raw.closes()).first().isEqualTo(1000);
    assertThat(resumes).extracting(Resumed::gap).containsExactly(Gap.NONE, Gap.NONE);
  }

  private static void say(RawServer.Peer peer, int first, int last) throws Exception {
    for (int number = first; number <= last; number++) {
      peer.text(Integer.toString(number));
    }
  }

  private static StateListener listener(List<Resumed> resumes) {
    return new StateListener() {
      @Override
      public void changed(StateChange change) {}

      @Override
      public void resumed(Resumed resumed) {
        resumes.add(resumed);
      }
    };
  }

  @Test
  void goesThroughAProxy() throws Exception {
    int port = startEcho();
    try (RawServer proxy =
        new RawServer(peer -> {
          if (!peer.header("Proxy-Authorization").equals("Basic Zm9v")) {
            peer.refuse(407);
            return;
          }
          assertThat(peer.head).startsWith("CONNECT 127.0.0.1:" + port + " HTTP/1.1\r\n");
          peer.say("HTTP/1.1 200 Connection established\r\n\r\n");
          peer.pipeTo(port);
        })) {
      Proxy http = new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", proxy.port()));
      assertEchoes(
          channel(
              "ws://127.0.0.1:" + port,
              builder ->
                  builder
                      .proxy(http)
                      .proxyHeaders(Headers.of("Proxy-Authorization", "Basic Zm9v"))),
          System.nanoTime());
      WebSocketChannel without = channel("ws://127.0.0.1:" + port, builder -> builder.proxy(http));
      UnreachableException refused =
          catchThrowableOfType(
              UnreachableException.class, () -> without.open(TEXT, SessionOptions.DEFAULT));

      assertThat(refused).hasMessage("the proxy answered CONNECT with 407");
      assertThat(refused.kind()).isEqualTo(Kind.AUTHENTICATION);
    }
  }

  // ---------------------------------------------------------------- the user's own client

  @Test
  void ESC_1_worksOnAnotherContainerToo_andHoldsThePeerBack() throws Exception {
    int port = startEcho();
    ClientManager grizzly =
        ClientManager.createClient(
            "org.glassfish.tyrus.container.grizzly.client.GrizzlyClientContainer");
    WebSocketChannel channel =
        channel("ws://127.0.0.1:" + port, builder -> builder.client(grizzly));
    Session<String, String> session = channel.open(TEXT, SessionOptions.DEFAULT.buffer(4));
    for (int i = 0; i < 100; i++) {
      session.send("n" + i);
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> session.inbound().lag().buffered() == 4);
    for (int i = 0; i < 100; i++) {
      assertThat(next(session)).isEqualTo("n" + i);
    }

    assertThat(session.state()).isEqualTo(State.OPEN);
    assertThat(channel.unwrap(ClientManager.class)).containsSame(grizzly);
    session.close();
    channel.close();
    grizzly.shutdown();
  }
}
