package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.DuplexChannel;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.ReconnectPolicy;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer may say that is wrong, and the typed error for each. */
class BadInputTest {
  private static final Operation<String, String> TALK =
      Operation.of("talk", String.class, String.class);
  private static final SessionOptions OPTIONS = SessionOptions.DEFAULT;
  private static final ReconnectPolicy RECONNECT =
      ReconnectPolicy.DEFAULT
          .base(Duration.ofMillis(10))
          .cap(Duration.ofMillis(50))
          .floor(Duration.ofMillis(5));

  private final Parley parley = Parley.create();
  private RawServer server;

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(2));
    if (server != null) {
      server.close();
    }
  }

  private Session<String, String> open(RawServer.Conversation conversation) {
    return open(conversation, OPTIONS, UnaryOperator.identity());
  }

  private Session<String, String> open(
      RawServer.Conversation conversation,
      SessionOptions options,
      UnaryOperator<WebSocketChannel.Builder> settings) {
    server = new RawServer(conversation);
    DuplexChannel channel = settings.apply(WebSocketChannel.builder(server.uri())).open(parley);
    return begun(channel.open(TALK, options));
  }

  // The peer waits for it, so that what it does wrong does not end the open.
  private static Session<String, String> begun(Session<String, String> session) {
    try {
      session.send("go");
      return session;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private <E extends ParleyException> E refusal(
      RawServer.Conversation conversation, Class<E> type) {
    return catchThrowableOfType(type, () -> open(conversation));
  }

  private static ParleyException failure(Session<String, String> session) {
    return catchThrowableOfType(
        ParleyException.class, () -> session.inbound().forEach(message -> {}));
  }

  // ---------------------------------------------------------------- the handshake

  @ParameterizedTest
  @CsvSource({
    "302, PERMANENT, '; a handshake follows no redirect: open the address it leads to'",
    "401, AUTHENTICATION, '; give the builder credentials that are good'",
    "403, PERMANENT, '; check the address, and that a WebSocket is served there'",
    "404, PERMANENT, '; check the address, and that a WebSocket is served there'",
    "410, PERMANENT, '; check the address, and that a WebSocket is served there'",
    "200, PERMANENT, '; check the address, and that a WebSocket is served there'",
    "429, THROTTLED, ''",
    "503, TRANSIENT, ''",
  })
  void tellsWhyTheHandshakeWasRefused(int status, Kind kind, String advice) {
    HandshakeRefusedException refused =
        refusal(
            peer -> peer.refuse(status, "Location: http://127.0.0.1:1/", "X-Reason: moved"),
            HandshakeRefusedException.class);

    assertThat(refused).hasMessage("the handshake was answered " + status + advice);
    assertThat(refused.kind()).isEqualTo(kind);
    assertThat(refused.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(refused.status()).isEqualTo(status);
    assertThat(refused.code()).isEqualTo(Integer.toString(status));
    assertThat(refused.headers().first("x-reason")).contains("moved");
    assertThat(refused.unwrap(jakarta.websocket.DeploymentException.class)).isPresent();
    assertThat(server.heads()).hasSize(kind == Kind.TRANSIENT ? 3 : 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void REC_3_carriesTheHintOfTheHandshake(int status) {
    HandshakeRefusedException refused =
        refusal(peer -> peer.refuse(status, "Retry-After: 7"), HandshakeRefusedException.class);

    assertThat(refused.kind()).isEqualTo(Kind.THROTTLED);
    assertThat(refused.retryAfter()).contains(Duration.ofSeconds(7));
  }

  @Test
  void refusesAnAnswerOfAnotherHandshake() {
    ProtocolException refused =
        refusal(
            peer ->
                peer.say(
                    "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: AAAA\r\n\r\n"),
            ProtocolException.class);

    assertThat(refused).hasMessage("the answer to the handshake is not that of a WebSocket");
  }

  @Test
  void refusesWhatIsNotHttp() {
    ProtocolException refused =
        refusal(peer -> peer.say("SSH-2.0-OpenSSH_9\r\n\r\n"), ProtocolException.class);

    assertThat(refused).hasMessage("the handshake breaks the rules of HTTP");
  }

  @Test
  void refusesAnEndlessHead() {
    ProtocolException refused =
        refusal(
            peer -> {
              while (true) {
                peer.say("x".repeat(1000));
              }
            },
            ProtocolException.class);

    assertThat(refused.getCause()).hasMessage("the head of the answer is larger than 64 KiB");
  }

  @Test
  void givesUpOnASilentHandshake() {
    TransportException refused =
        catchThrowableOfType(
            TransportException.class,
            () ->
                open(
                    peer -> peer.readAll(),
                    OPTIONS.connectWithin(Duration.ofSeconds(50)),
                    builder -> builder.handshakeTimeout(Duration.ofMillis(200))));

    assertThat(refused).hasMessage("no answer to the handshake in time");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(server.connections()).isEqualTo(3));
  }

  @ParameterizedTest
  @CsvSource({"'', none", "Sec-WebSocket-Protocol: chat.v9, another"})
  void refusesAnotherSubProtocol(String header, String chosen) {
    server =
        new RawServer(peer -> {
          peer.upgrade(header.isEmpty() ? "X-Nothing: 1" : header);
          peer.readAll();
        });
    DuplexChannel channel = WebSocketChannel.builder(server.uri()).open(parley);
    Operation<String, String> chat = TALK.bind(WebSocket.at("/chat").subProtocol("chat.v2", "v1"));
    ProtocolException refused =
        catchThrowableOfType(ProtocolException.class, () -> channel.open(chat, OPTIONS));

    assertThat(refused)
        .hasMessage(
            "asked for the sub-protocols [chat.v2, v1], but the server chose "
                + chosen
                + ": ask for one that it speaks");
    assertThat(refused.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(server.heads()).hasSize(1);
    assertThat(server.heads().get(0))
        .startsWith("GET /chat HTTP/1.1\r\n")
        .contains("Sec-WebSocket-Protocol: chat.v2, v1\r\n");
  }

  // ---------------------------------------------------------------- messages

  @Test
  void refusesAFrameBeyondTheLimitBeforeItIsThere() {
    Session<String, String> session =
        open(peer -> {
          peer.start();
          peer.out.write(new byte[] {(byte) 0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0}); // 4 GiB
          peer.out.flush();
          peer.readAll();
        });
    ParleyException failure = failure(session);

    assertThat(failure)
        .isInstanceOf(MessageTooLargeException.class)
        .hasMessage("a frame is larger than the limit of 4194304 bytes");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(server.closes()).containsExactly(1009));
  }

  @Test
  void refusesAMessageOfFragmentsBeyondTheLimit() {
    Session<String, String> session =
        open(
            peer -> {
              peer.start();
              peer.frame(0x01, new byte[60]);
              peer.frame(0x00, new byte[60]);
              peer.readAll();
            },
            OPTIONS,
            builder -> builder.maxMessageBytes(100));
    ParleyException failure = failure(session);

    assertThat(failure)
        .isInstanceOf(MessageTooLargeException.class)
        .hasMessage("a message is larger than the limit of 100 bytes");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(server.closes()).containsExactly(1009));
  }

  @ParameterizedTest
  @CsvSource({
    "invalid UTF-8, 1007",
    "reserved bit, 1002",
    "unknown opcode, 1002",
    "stray fragment, 1002",
    "long ping, 1002",
    "masked, 1002"
  })
  void refusesAFrameThatBreaksTheRules(String what, int code) throws Exception {
    Session<String, String> session =
        open(peer -> {
          peer.start();
          peer.text("good");
          switch (what) {
            case "invalid UTF-8" -> peer.frame(0x81, (byte) 0xc3, (byte) 0x28);
            case "reserved bit" -> peer.frame(0xc1, (byte) 'x');
            case "unknown opcode" -> peer.frame(0x83, (byte) 'x');
            case "stray fragment" -> peer.frame(0x80, (byte) 'x');
            case "long ping" -> {
              peer.out.write(new byte[] {(byte) 0x89, 126, 0, (byte) 200});
              peer.out.write(new byte[200]);
            }
            default -> peer.out.write(new byte[] {(byte) 0x81, (byte) 0x81, 1, 2, 3, 4, 5});
          }
          peer.out.flush();
          peer.readAll();
        });

    assertThat(session.inbound().poll(Duration.ofSeconds(10)).orElseThrow().body())
        .isEqualTo("good");
    ParleyException failure = failure(session);
    assertThat(failure).isInstanceOf(ProtocolException.class);
    assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(server.closes()).containsExactly(code));
  }

  @Test
  void reconnectsAfterBrokenRulesNoMoreThanTwice() {
    Session<String, String> session =
        open(
            peer -> {
              peer.start();
              peer.frame(0xc1, (byte) 'x');
              peer.readAll();
            },
            OPTIONS.reconnect(RECONNECT),
            UnaryOperator.identity());
    await().atMost(Duration.ofSeconds(30)).until(() -> session.state() == State.FAILED);

    assertThat(server.heads()).hasSize(3);
  }

  @Test
  void joinsFragmentsAndAnswersPingsBetweenThem() throws Exception {
    Session<String, String> session =
        open(peer -> {
          peer.start();
          peer.frame(0x01, (byte) 'a', (byte) 0xc3);
          peer.frame(0x89, (byte) 'p');
          peer.frame(0x00, (byte) 0xa4);
          peer.frame(0x80, (byte) 'z');
          assertThat(peer.in.readUnsignedByte()).isEqualTo(0x8a);
          peer.text("pong came");
          peer.readAll();
        });

    assertThat(session.inbound().poll(Duration.ofSeconds(10)).orElseThrow().body())
        .isEqualTo("aäz");
    assertThat(session.inbound().poll(Duration.ofSeconds(10)).orElseThrow().body())
        .isEqualTo("pong came");
  }

  @Test
  void refusesToSendWhatIsTooLarge_andGoesOn() throws Exception {
    Session<String, String> session =
        open(
            peer -> {
              peer.start();
              peer.readAll();
            },
            OPTIONS,
            builder -> builder.maxMessageBytes(100));
    MessageTooLargeException refused =
        catchThrowableOfType(MessageTooLargeException.class, () -> session.send("ä".repeat(60)));

    assertThat(refused)
        .hasMessage(
            "the message has 120 bytes, but the limit is 100: send less, or raise maxMessageBytes");
    assertThat(refused.effect()).isEqualTo(Effect.NOT_SENT);
    session.send("short");
    assertThat(session.state()).isEqualTo(State.OPEN);
  }

  // ---------------------------------------------------------------- close codes

  @Test
  void endsWhenThePeerClosesWith1000() {
    Session<String, String> session =
        open(
            peer -> {
              peer.start();
              peer.text("last");
              peer.close(1000);
              peer.readAll();
            },
            OPTIONS.reconnect(RECONNECT),
            UnaryOperator.identity());

    assertThat(session.inbound()).hasSize(1);
    assertThat(session.state()).isEqualTo(State.CLOSED);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(server.closes()).containsExactly(1000));
    assertThat(server.heads()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1001, 1005, 1006, 1014, 3000, 3999, 4000, 4999})
  void reconnectsAfterTheCode(int code) {
    Session<String, String> session =
        open(
            peer -> {
              peer.start();
              if (server.heads().size() <= 1) {
                switch (code) {
                  case 1005 -> peer.frame(0x88);
                  case 1006 -> peer.socket.close();
                  default -> peer.close(code);
                }
              }
              peer.readAll();
            },
            OPTIONS.reconnect(RECONNECT),
            UnaryOperator.identity());
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> server.heads().size() == 2 && session.state() == State.OPEN);

    assertThat(session.state()).isEqualTo(State.OPEN);
  }

  @ParameterizedTest
  @ValueSource(ints = {1002, 1003, 1007, 1008, 1010})
  void failsAfterTheCode(int code) {
    Session<String, String> session = closedWith(code, OPTIONS.reconnect(RECONNECT));
    ParleyException failure = failure(session);

    assertThat(failure).isInstanceOf(WebSocketClosedException.class);
    assertThat(((WebSocketClosedException) failure).closeCode()).isEqualTo(code);
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.getMessage()).startsWith("the peer closed with " + code + " (");
    assertThat(server.heads()).hasSize(1);
  }

  @Test
  void failsWithItsTypeAfter1009() {
    ParleyException failure = failure(closedWith(1009, OPTIONS.reconnect(RECONNECT)));

    assertThat(failure)
        .isInstanceOf(MessageTooLargeException.class)
        .hasMessage(
            "the peer closed with 1009 (message too big): a message that was sent is too large"
                + " for it");
    assertThat(server.heads()).hasSize(1);
  }

  @Test
  void reconnectsAfter1011NoMoreThanTwice() {
    Session<String, String> session = closedWith(1011, OPTIONS.reconnect(RECONNECT));
    await().atMost(Duration.ofSeconds(30)).until(() -> session.state() == State.FAILED);

    assertThat(server.heads()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1012, 1013})
  void REC_3_waitsLongerForAServerThatAsksForIt(int code) {
    List<StateChange> changes = new CopyOnWriteArrayList<>();
    closedWith(code, OPTIONS.reconnect(RECONNECT).listener(changes::add));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> changes.stream().anyMatch(each -> each.to() == State.RECOVERING));
    Optional<Duration> wait =
        changes.stream()
            .filter(each -> each.to() == State.RECOVERING)
            .flatMap(each -> each.nextAttemptIn().stream())
            .findFirst();
    assertThat(wait.orElseThrow()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(30));
  }

  @Test
  void takesTheUsersWordForACode() {
    server =
        new RawServer(peer -> {
          peer.start();
          peer.close(4401);
          peer.readAll();
        });
    DuplexChannel channel =
        WebSocketChannel.builder(server.uri()).closeCode(4401, Kind.PERMANENT).open(parley);
    Session<String, String> session = begun(channel.open(TALK, OPTIONS.reconnect(RECONNECT)));

    assertThat(failure(session)).hasMessage("the peer closed with 4401");
    assertThat(server.heads()).hasSize(1);
  }

  private Session<String, String> closedWith(int code, SessionOptions options) {
    return open(
        peer -> {
          peer.start();
          peer.close(code);
          peer.readAll();
        },
        options,
        UnaryOperator.identity());
  }

  // ---------------------------------------------------------------- life

  @Test
  void LIV_1_takesNoUnaskedPongForLife() {
    Session<String, String> session =
        open(
            peer -> {
              peer.start();
              while (true) {
                peer.frame(0x8a, (byte) 'x');
                peer.socket.setSoTimeout(20);
                try {
                  peer.in.readUnsignedByte();
                } catch (java.net.SocketTimeoutException e) {
                  // The next pong is due.
                }
              }
            },
            OPTIONS.silence(Duration.ofMillis(500)),
            UnaryOperator.identity());

    assertThat(failure(session)).hasMessage("the peer was silent for 500 ms");
  }

  @Test
  void MATRIX_aHandlerThatBlocks_leavesPingsAnswered_andLosesNothing() throws Exception {
    CountDownLatch ponged = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Session<String, String> session =
        open(peer -> {
          peer.start();
          peer.text("first");
          peer.text("second");
          peer.frame(0x89, (byte) 'p');
          assertThat(peer.readFrame()).isEqualTo("p");
          ponged.countDown();
          peer.readAll();
        });
    List<String> seen = new CopyOnWriteArrayList<>();
    session
        .inbound()
        .start(message -> {
          release.await();
          seen.add(message.body());
        });

    assertThat(ponged.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(seen).isEmpty();
    release.countDown();
    await().atMost(Duration.ofSeconds(30)).until(() -> seen.equals(List.of("first", "second")));
  }

  @Test
  void BUF_4_givesUpOnAPeerThatTakesNothing() throws Exception {
    Session<String, String> session =
        open(
            peer -> {
              peer.start();
              while (true) {
                peer.text("alive");
                LockSupport.parkNanos(20_000_000);
              }
            },
            OPTIONS,
            builder -> builder.writeTimeout(Duration.ofMillis(500)));
    var unusedSinceTheStateTells =
        catchThrowableOfType(
            ParleyException.class,
            () -> {
              while (true) {
                session.send("x".repeat(100_000));
              }
            });

    assertThat(failure(session)).hasMessage("the peer took nothing for 500 ms");
  }
}
