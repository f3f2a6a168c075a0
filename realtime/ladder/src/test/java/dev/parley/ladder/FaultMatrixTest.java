package dev.parley.ladder;

import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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
    return subscribe(uri, StreamOptions.DEFAULT);
  }

  private Subscription<Message<Order>> subscribe(String uri, StreamOptions options) {
    return parley.open(uri, StreamChannel.class).stream(
        RealLadderTest.ORDERS, null, options.listener(listener));
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
    // The second thing that is planned is when it counts as suspended.
    await().atMost(PATIENCE).until(() -> !changes.isEmpty() && time.scheduled() == 2);

    assertThat(changes.get(0).to()).isEqualTo(State.RECOVERING);
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
  void MATRIX_connectTimeout_isTriedAgain(Transport transport) throws Exception {
    List<Socket> filling = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      for (int i = 0; i < 8; i++) { // with a full backlog the system answers no further connect
        Socket socket = new Socket();
        filling.add(socket);
        try {
          socket.connect(full.getLocalSocketAddress(), 200);
        } catch (IOException isFull) {
          break;
        }
      }
      ParleyException cause =
          triesOn(
              subscribe(
                  transport.plain
                      + "://127.0.0.1:"
                      + full.getLocalPort()
                      + "?connectTimeout=200ms"));

      assertThat(cause).hasMessageContaining("no connection within the connect timeout");
      assertThat(cause.kind()).isEqualTo(Kind.TRANSIENT);
      assertThat(cause.effect()).isEqualTo(Effect.NOT_SENT);
    } finally {
      for (Socket socket : filling) {
        socket.close();
      }
    }
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
      await().atMost(PATIENCE).until(() -> !changes.isEmpty());

      assertThat(orders.state()).isEqualTo(State.FAILED);
      assertThat(changes.get(0).cause().orElseThrow()).isInstanceOf(UntrustedPeerException.class);
      assertThat(accepted).hasValue(1);
    }
  }

  // ---------------------------------------------------------------- answers and throttling

  /** Refuses each request with 429. */
  private ServerSocket throttling(String... headers) throws IOException {
    String answer =
        "HTTP/1.1 429 x\r\nContent-Length: 0\r\nConnection: close\r\n"
            + String.join("\r\n", headers)
            + "\r\n\r\n";
    return server(socket -> {
      readHead(socket);
      write(socket, answer);
    });
  }

  private static void readHead(Socket socket) throws IOException {
    for (int last4 = 0; last4 != 0x0d0a0d0a; ) {
      last4 = last4 << 8 | socket.getInputStream().read();
    }
  }

  private Duration nextDial() {
    return changes.get(0).nextAttemptIn().orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_retryAfterAsADate_isTakenByThePeersClock(Transport transport) throws Exception {
    ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC); // by our clock it is 2030
    try (ServerSocket busy =
        throttling(
            "Date: " + RFC_1123_DATE_TIME.format(now),
            "Retry-After: " + RFC_1123_DATE_TIME.format(now.plusSeconds(2)))) {
      ParleyException cause =
          triesOn(subscribe(transport.plain + "://127.0.0.1:" + busy.getLocalPort()));

      assertThat(cause.kind()).isEqualTo(Kind.THROTTLED);
      assertThat(nextDial()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
    }
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_absurdRetryAfter_suspends_andIsDialledAfter5Minutes(Transport transport)
      throws Exception {
    String seconds = transport.ordinal() % 2 == 0 ? "100000" : "99999999999999999999";
    try (ServerSocket busy = throttling("Retry-After: " + seconds)) {
      triesOn(subscribe(transport.plain + "://127.0.0.1:" + busy.getLocalPort()));

      assertThat(nextDial()).isBetween(Duration.ofSeconds(300), Duration.ofSeconds(301));
      time.advance(Duration.ofSeconds(120));
      await().atMost(PATIENCE).until(() -> changes.size() == 2);
      assertThat(changes.get(1).to()).isEqualTo(State.SUSPENDED);
      assertThat(accepted).hasValue(1);
      time.advance(nextDial().minusSeconds(120));
      await().atMost(PATIENCE).until(() -> accepted.get() == 2);
    }
  }

  // ---------------------------------------------------------------- trickles

  @ParameterizedTest
  @EnumSource(names = {"LONG_POLLING", "POLLING"})
  void MATRIX_trickle_isCutAfter10Seconds_thoughBytesGoOnToCome(Transport transport)
      throws Exception {
    AtomicReference<Socket> trickling = new AtomicReference<>();
    try (ServerSocket slow =
        server(socket -> {
          readHead(socket);
          write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[");
          trickling.set(socket);
          socket.getInputStream().read(); // until the other side has gone
        })) {
      subscribe(transport.plain + "://127.0.0.1:" + slow.getLocalPort());
      await().atMost(PATIENCE).until(() -> trickling.get() != null);
      for (int second = 0; second < 9; second++) {
        write(trickling.get(), " ");
        time.advance(Duration.ofSeconds(1));
      }
      assertThat(changes).isEmpty();
      time.advance(Duration.ofSeconds(2));

      await().atMost(PATIENCE).until(() -> !changes.isEmpty());
      assertThat(changes.get(0).to()).isEqualTo(State.RECOVERING);
      assertThat(changes.get(0).cause().orElseThrow()).hasMessageContaining("no answer within");
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  // ---------------------------------------------------------------- local faults

  @ParameterizedTest
  @EnumSource
  void MATRIX_aHandlerThatBlocks_makesNoPeerDead_andNothingIsLost(Transport transport)
      throws Exception {
    try (OrderServer orders = new OrderServer()) {
      orders.offer(Way.values());
      for (int i = 0; i < 5; i++) {
        orders.publish();
      }
      List<Integer> seen = new CopyOnWriteArrayList<>();
      CountDownLatch blocked = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      Subscription<Message<Order>> stream =
          subscribe(transport.orders(orders.port()), StreamOptions.DEFAULT.buffer(1));
      stream.start(order -> {
        blocked.countDown();
        goOn.await();
        seen.add(order.body().id());
      });
      assertThat(blocked.await(30, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 60; i++) {
        time.advance(Duration.ofSeconds(10));
      }
      goOn.countDown();
      awaitPolled(() -> seen.size() == 5);

      assertThat(seen).containsExactly(1, 2, 3, 4, 5);
      assertThat(changes).extracting(StateChange::to).containsExactly(State.OPEN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_clockJump_movesNoTimer(Transport transport) {
    try (OrderServer orders = new OrderServer()) {
      orders.offer(Way.values());
      List<Integer> seen = new CopyOnWriteArrayList<>();
      Subscription<Message<Order>> stream = subscribe(transport.orders(orders.port()));
      stream.start(order -> seen.add(order.body().id()));
      for (int i = 1; i <= 3; i++) {
        int count = i;
        orders.publish();
        awaitPolled(() -> seen.size() == count);
        time.jumpWallClock(Duration.ofHours(i % 2 == 0 ? -2 : 1));
      }

      assertThat(seen).containsExactly(1, 2, 3);
      assertThat(changes).extracting(StateChange::to).containsExactly(State.OPEN);
    }
  }

  // A poll comes within 20 ms; much more would make a peer that is slow to answer look dead.
  private void awaitPolled(BooleanSupplier condition) {
    long end = time.nanoTime() + Duration.ofSeconds(3).toNanos();
    await()
        .pollInterval(Duration.ofMillis(2))
        .atMost(PATIENCE)
        .until(() -> {
          if (time.nanoTime() - end < 0) {
            time.advance(Duration.ofMillis(20));
          }
          return condition.getAsBoolean();
        });
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_handlerThrowsAnError_otherMessagesGoOn(Transport transport) {
    try (OrderServer orders = new OrderServer()) {
      orders.offer(Way.values());
      orders.publish();
      orders.publish();
      List<Integer> seen = new CopyOnWriteArrayList<>();
      Subscription<Message<Order>> stream = subscribe(transport.orders(orders.port()));
      stream.start(order -> {
        seen.add(order.body().id());
        throw new StackOverflowError("on purpose");
      });
      await().atMost(PATIENCE).until(() -> seen.size() == 2);

      assertThat(stream.state()).isEqualTo(State.OPEN);
    }
  }
}
