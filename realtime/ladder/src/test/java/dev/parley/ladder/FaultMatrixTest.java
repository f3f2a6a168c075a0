package dev.parley.ladder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.UntrustedPeerException;
import dev.parley.ladder.OrderServer.Way;
import dev.parley.ladder.RealLadderTest.Order;
import dev.parley.testkit.VirtualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cells of the fault matrix that are alike for all transports of streams, which meet here. */
class FaultMatrixTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long SEED = 8;

  /** A column of the matrix: STR for the first two, POLL for the others. */
  private enum Transport {
    WEBSOCKET("ws", "wss"),
    SSE("sse+http", "sse+https"),
    LONG_POLLING("longpoll+http", "longpoll+https"),
    POLLING("poll+http", "poll+https");

    private final String plain;
    private final String secure;

    Transport(String plain, String secure) {
      this.plain = plain;
      this.secure = secure;
    }
  }

  private final VirtualTime time = VirtualTime.create();
  private final Parley parley =
      Parley.builder().time(time).workers(time.workers()).seed(SEED).build();
  private final List<StateChange> changes = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final StateListener listener =
      new StateListener() {
        @Override
        public void changed(StateChange change) {
          changes.add(change);
        }

        @Override
        public void resumed(Resumed resumed) {}
      };

  @AfterEach
  void close() {
    parley.close(Duration.ZERO);
  }

  private Subscription<Message<Order>> subscribe(String uri) {
    return parley.open(uri, StreamChannel.class).stream(
        RealLadderTest.ORDERS, null, StreamOptions.DEFAULT.listener(listener));
  }

  /** What a server does with a connection; then it closes it. */
  private interface Deed {
    void with(Socket socket) throws IOException;
  }

  private ServerSocket server(Deed deed) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread accepting =
        new Thread(() -> {
          while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
              accepted.incrementAndGet();
              deed.with(socket);
            } catch (IOException e) {
              // The client has gone, or the server is closed.
            }
          }
        });
    accepting.setDaemon(true);
    accepting.start();
    return server;
  }

  /** Waits until the first dial has failed and another is planned; returns why. */
  private ParleyException triesOn(Subscription<?> orders) {
    await().atMost(PATIENCE).until(() -> !changes.isEmpty());

    assertThat(orders.state()).isEqualTo(State.RECOVERING);
    return changes.get(0).cause().orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_dnsFailure_isTriedAgain(Transport transport) {
    ParleyException cause = triesOn(subscribe(transport.plain + "://nowhere.invalid:8080"));

    assertThat(cause.kind()).isEqualTo(Kind.TRANSIENT);
    assertThat(cause.effect()).isEqualTo(Effect.NOT_SENT);
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_closeAfterAccept_isDialledLessAndLessOften(Transport transport) throws Exception {
    try (ServerSocket closing = server(socket -> {})) {
      ParleyException cause =
          triesOn(subscribe(transport.plain + "://127.0.0.1:" + closing.getLocalPort()));

      assertThat(cause.kind()).isEqualTo(Kind.TRANSIENT);
      time.advanceUntil(() -> false, Duration.ofSeconds(60));
      assertThat(accepted.get()).as("8 in the mean, and full jitter").isBetween(1, 12);
      assertThat(changes).extracting(StateChange::to).doesNotContain(State.FAILED);
    }
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_tlsHandshakeCut_isTriedAgain(Transport transport) throws Exception {
    try (ServerSocket cutting = server(socket -> socket.getInputStream().read())) {
      ParleyException cause =
          triesOn(subscribe(transport.secure + "://127.0.0.1:" + cutting.getLocalPort()));

      assertThat(cause.kind()).isEqualTo(Kind.TRANSIENT);
      assertThat(cause.effect()).isEqualTo(Effect.NOT_SENT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_tlsCertificateBad_failsAfterOneDial(Transport transport) throws Exception {
    HandshakeCertificates unknown =
        new HandshakeCertificates.Builder()
            .heldCertificate(
                new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build())
            .build();
    try (ServerSocket untrusted =
        server(socket -> {
          SSLSocket tls =
              (SSLSocket) unknown.sslSocketFactory().createSocket(socket, null, 0, false);
          tls.setUseClientMode(false);
          tls.startHandshake();
        })) {
      Subscription<?> orders =
          subscribe(transport.secure + "://127.0.0.1:" + untrusted.getLocalPort());
      await().atMost(PATIENCE).until(() -> orders.state() == State.FAILED);

      assertThat(changes.get(changes.size() - 1).cause().orElseThrow())
          .isInstanceOf(UntrustedPeerException.class);
      assertThat(accepted).hasValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_clockJump_movesNoTimer(Transport transport) {
    try (OrderServer orders = new OrderServer()) {
      orders.offer(Way.values());
      List<Integer> seen = new CopyOnWriteArrayList<>();
      Subscription<Message<Order>> stream =
          subscribe(transport.plain + "://" + orders.authority() + replays(transport));
      stream.start(order -> seen.add(order.body().id()));
      for (int i = 1; i <= 3; i++) {
        int count = i;
        orders.publish();
        await()
            .pollInterval(Duration.ofMillis(2))
            .atMost(PATIENCE)
            .until(() -> {
              time.advance(Duration.ofMillis(20)); // slowly: a live peer must not look dead
              return seen.size() == count;
            });
        time.jumpWallClock(Duration.ofHours(i % 2 == 0 ? -2 : 1));
      }

      assertThat(seen).containsExactly(1, 2, 3);
      assertThat(changes).extracting(StateChange::to).containsExactly(State.OPEN);
    }
  }

  private static String replays(Transport transport) {
    return transport.plain.contains("poll") ? "" : "?replays=true";
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_handlerThrowsAnError_otherMessagesGoOn(Transport transport) {
    try (OrderServer orders = new OrderServer()) {
      orders.offer(Way.values());
      orders.publish();
      orders.publish();
      List<Integer> seen = new CopyOnWriteArrayList<>();
      Subscription<Message<Order>> stream =
          subscribe(transport.plain + "://" + orders.authority() + replays(transport));
      stream.start(order -> {
        seen.add(order.body().id());
        throw new StackOverflowError("on purpose");
      });
      await().atMost(PATIENCE).until(() -> seen.size() == 2);

      assertThat(stream.state()).isEqualTo(State.OPEN);
    }
  }
}
