package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.testkit.fault.FaultProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.glassfish.tyrus.ext.extension.deflate.PerMessageDeflateExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same against the server that most WebSockets of the world are served by: npm's ws. */
@Timeout(180)
class NodeTest {
  private static final SessionOptions OPTIONS = SessionOptions.DEFAULT;
  private static final ReconnectPolicy RECONNECT =
      ReconnectPolicy.DEFAULT
          .base(Duration.ofMillis(10))
          .cap(Duration.ofMillis(50))
          .floor(Duration.ofMillis(5));

  private static NodeServer server;
  private static Parley parley;

  @BeforeAll
  @Timeout(180) // that of the class is for its tests only
  static void start() throws Exception {
    server = NodeServer.start();
    parley = Parley.create();
  }

  @AfterAll
  static void stop() throws Exception {
    parley.close(Duration.ofSeconds(2));
    server.close();
  }

  private static Operation<String, String> text(String path) {
    return Operation.of("node.text", String.class, String.class).bind(WebSocket.at(path));
  }

  private static <T> T next(Session<?, T> session) throws InterruptedException {
    return session.inbound().poll(Duration.ofSeconds(20)).orElseThrow().body();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void echoesWithAndWithoutCompression(boolean compressed) throws Exception {
    WebSocketChannel.Builder builder = WebSocketChannel.builder(server.uri());
    if (compressed) {
      builder.extension(new PerMessageDeflateExtension());
    }
    WebSocketChannel channel = builder.open(parley);
    Operation<byte[], byte[]> echo =
        Operation.of("node.echo", byte[].class, byte[].class).bind(WebSocket.at("/echo"));
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Session<byte[], byte[]> binary = channel.open(echo, OPTIONS);
        Session<String, String> text = channel.open(text("/echo"), OPTIONS)) {
      for (int i = 0; i < 100; i++) {
        byte[] bytes = new byte[i == 50 ? 1 << 20 : random.nextInt(70_000)];
        random.nextBytes(bytes);
        binary.send(bytes);
        assertThat(next(binary)).as("message %d, seed %d", i, seed).isEqualTo(bytes);
        text.send("Grüße 🌍 " + i);
        assertThat(next(text)).isEqualTo("Grüße 🌍 " + i);
      }
    }
    channel.close();
  }

  @Test
  void keepsTheOrderOfTenThousandMessages() throws Exception {
    try (Session<String, String> session =
        WebSocketChannel.builder(server.uri()).open(parley).open(text("/echo"), OPTIONS)) {
      List<String> seen = new ArrayList<>();
      Thread sender =
          new Thread(() -> {
            try {
              for (int i = 0; i < 10_000; i++) {
                session.send("n" + i);
              }
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      sender.start();
      while (seen.size() < 10_000) {
        seen.add(next(session));
      }
      for (int i = 0; i < 10_000; i++) {
        assertThat(seen.get(i)).isEqualTo("n" + i);
      }
    }
  }

  @Test
  void agreesOnASubProtocol() {
    WebSocketChannel channel = WebSocketChannel.builder(server.uri()).open(parley);
    Operation<String, String> chat =
        text("/echo").bind(WebSocket.at("/echo").subProtocol("chat.v3", "chat.v2"));
    Session<String, String> session = channel.open(chat, OPTIONS);

    assertThat(
            session
                .unwrap(jakarta.websocket.Session.class)
                .orElseThrow()
                .getNegotiatedSubprotocol())
        .isEqualTo("chat.v2");
    session.close();
  }

  @Test
  void tellsThatTheHandshakeWasRefused() {
    WebSocketChannel channel = WebSocketChannel.builder(server.uri()).open(parley);
    HandshakeRefusedException refused =
        catchThrowableOfType(
            HandshakeRefusedException.class, () -> channel.open(text("/refuse"), OPTIONS));

    assertThat(refused.status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({"1000, CLOSED", "1008, FAILED", "4000, OPEN"})
  void followsTheCloseCode(int code, State state) throws Exception {
    List<StateChange> changes = new CopyOnWriteArrayList<>();
    Session<String, String> session =
        WebSocketChannel.builder(server.uri())
            .open(parley)
            .open(text("/close"), OPTIONS.reconnect(RECONNECT).listener(changes::add));
    session.send(Integer.toString(code));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> session.state() == state && changes.size() > 1);

    if (state == State.FAILED) {
      assertThat(
              catchThrowableOfType(
                  ParleyException.class, () -> session.inbound().forEach(message -> {})))
          .hasMessage("the peer closed with 1008 (policy violation)");
    }
    session.abort();
  }

  @Test
  void losesNothingOfAFeedThatReplays() throws Exception {
    List<Resumed> resumes = new CopyOnWriteArrayList<>();
    try (FaultProxy proxy = FaultProxy.to(server.port());
        Session<String, String> publisher =
            WebSocketChannel.builder(server.uri()).open(parley).open(text("/publish"), OPTIONS)) {
      WebSocketChannel channel =
          WebSocketChannel.builder("ws://127.0.0.1:" + proxy.port()).replays().open(parley);
      Operation<Void, String> feed =
          Operation.of("node.feed", Void.class, String.class)
              .bind(WebSocket.at("/feed").replay(new Numbered()));
      Subscription<Message<String>> events = subscribe(channel, feed, resumes);
      List<String> seen = new ArrayList<>();
      publisher.send("1");
      seen.add(events.poll(Duration.ofSeconds(20)).orElseThrow().body());
      for (int i = 2; i <= 100; i++) {
        publisher.send(Integer.toString(i));
        if (i % 20 == 0) {
          proxy.cutAll();
        }
      }
      while (seen.size() < 100) {
        seen.add(events.poll(Duration.ofSeconds(20)).orElseThrow().body());
      }
      for (int i = 1; i <= 100; i++) {
        assertThat(seen.get(i - 1)).isEqualTo(Integer.toString(i));
      }
      proxy.cutAll(); // once more when it stands, whatever came of the others
      await().atMost(Duration.ofSeconds(30)).until(() -> resumes.size() > 1);
      events.close();
    }

    assertThat(resumes).last().extracting(Resumed::gap).isEqualTo(Gap.NONE);
  }

  @SuppressWarnings("NullAway") // null is the only value of a Void request
  private static Subscription<Message<String>> subscribe(
      WebSocketChannel channel, Operation<Void, String> feed, List<Resumed> resumes) {
    return channel.stream(
        feed,
        null,
        StreamOptions.DEFAULT
            .reconnect(RECONNECT)
            .listener(
                new StateListener() {
                  @Override
                  public void changed(StateChange change) {}

                  @Override
                  public void resumed(Resumed resumed) {
                    resumes.add(resumed);
                  }
                }));
  }

  private static final class Numbered implements Replay {
    @Override
    public Optional<String> position(Payload message) {
      return Optional.of(message.toText());
    }

    @Override
    public Object subscribe(@Nullable Object request, Optional<String> position) {
      return "after " + position.orElse("0");
    }
  }
}
