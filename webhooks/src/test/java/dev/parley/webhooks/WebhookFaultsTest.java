package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.BreakerOpenException;
import dev.parley.Call;
import dev.parley.CallCancelledException;
import dev.parley.CallOptions;
import dev.parley.CommunicationInterruptedException;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.NotRetried;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.Receipt;
import dev.parley.RemoteException;
import dev.parley.Reply;
import dev.parley.RetryPolicy;
import dev.parley.Topic;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.UntrustedPeerException;
import dev.parley.http.Tls;
import dev.parley.resilience.Resilience4jStages;
import dev.parley.testkit.VirtualTime;
import dev.parley.testkit.fault.Direction;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.fault.RawHttp2;
import dev.parley.testkit.fault.RawServer;
import dev.parley.testkit.fault.Script;
import dev.parley.webhook.WebhookSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The column "webhook out" of the fault matrix: what fails, how often it is sent, what is told. */
class WebhookFaultsTest {
  private static final Topic<String> TOPIC = Topic.of("order.paid", String.class);
  private static final SigningKeys KEYS = SigningKeys.of(WebhookSigner.newSecret());
  private static final RetryPolicy RETRY =
      RetryPolicy.DEFAULT
          .base(Duration.ofMillis(1))
          .throttledBase(Duration.ofMillis(1))
          .cap(Duration.ofMillis(5));
  private static final CallOptions FAST = CallOptions.DEFAULT.retry(RETRY);
  private static final CallOptions HASTY = FAST.attemptTimeout(Duration.ofMillis(500));

  private final Parley parley = Parley.create();
  private final List<DeliveryAttempt> log = new CopyOnWriteArrayList<>();
  private final List<String> disabled = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
  }

  private WebhookSender.Builder builder(String uri) {
    return WebhookSender.builder(uri)
        .keys(KEYS)
        .destinations(WebhookHarness.LOOPBACK)
        .log(log::add)
        .onDisabled(disabled::add);
  }

  private static Reply<Receipt> send(WebhookSender sender, CallOptions options) {
    return sender.newSend(TOPIC, Message.of("paid"), options).execute();
  }

  private static ParleyException failure(WebhookSender sender, CallOptions options) {
    return catchThrowableOfType(ParleyException.class, () -> send(sender, options));
  }

  private static String uri(FaultProxy proxy) {
    return "http://127.0.0.1:" + proxy.port();
  }

  // ---------------------------------------------------------------- connection faults

  @Test
  void connectionRefused_isRepeated_andNothingWasSent() {
    try (Receiver receiver = Receiver.answering(200);
        FaultProxy proxy = FaultProxy.to(receiver.port())) {
      proxy.refuse();
      ParleyException failure = failure(builder(uri(proxy)).open(parley), FAST);

      assertThat(failure).isInstanceOf(UnreachableException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure.notRetriedBecause()).contains(NotRetried.ATTEMPTS);
      assertThat(log).hasSize(3);
      assertThat(receiver.arrivals()).isEmpty();
    }
  }

  @Test
  void aNameThatCannotBeResolved_isRepeated() {
    AtomicInteger lookups = new AtomicInteger();
    try (Receiver receiver = Receiver.answering(200)) {
      WebhookSender sender =
          builder("http://soon.example:" + receiver.port())
              .customize(okHttp ->
                  okHttp.dns(name -> {
                    if (lookups.incrementAndGet() < 3) {
                      throw new UnknownHostException(name);
                    }
                    return List.of(InetAddress.getByName("127.0.0.1"));
                  }))
              .open(parley);

      assertThat(send(sender, FAST).attempts()).isEqualTo(3);
      assertThat(receiver.arrivals()).hasSize(1);
    }
  }

  @Test
  void aCertificateThatIsNotTrusted_isNotRepeated_andThreeDisableTheEndpoint() {
    HeldCertificate self =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    HandshakeCertificates serving =
        new HandshakeCertificates.Builder().heldCertificate(self).build();
    try (Receiver receiver =
        Receiver.startSecure(
            serving.sslContext(), (arrival, exchange) -> Receiver.answer(exchange, 200))) {
      WebhookSender sender = builder(receiver.uri()).open(parley);
      for (int i = 1; i <= 3; i++) {
        assertThat(failure(sender, FAST)).isInstanceOf(UntrustedPeerException.class);
        assertThat(log).as("one attempt each").hasSize(i);
      }

      assertThat(failure(sender, FAST)).isInstanceOf(EndpointDisabledException.class);
      assertThat(log).hasSize(3);
      assertThat(disabled).containsExactly("showed a certificate that is not trusted 3 times");
      assertThat(receiver.arrivals()).isEmpty();

      WebhookSender trusting =
          builder(receiver.uri()).tls(Tls.DEFAULT.trust(self.certificate())).open(parley);
      assertThat(send(trusting, FAST).attempts()).isEqualTo(1);
    }
  }

  @Test
  void aTlsHandshakeThatIsCut_isRepeated() {
    HeldCertificate self =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    HandshakeCertificates serving =
        new HandshakeCertificates.Builder().heldCertificate(self).build();
    try (Receiver receiver =
            Receiver.startSecure(
                serving.sslContext(), (arrival, exchange) -> Receiver.answer(exchange, 200));
        FaultProxy proxy = FaultProxy.to(receiver.port())) {
      proxy.script(Script.next(2, Fault.resetAfter(Direction.TO_CLIENT, 0)));
      WebhookSender sender =
          builder("https://127.0.0.1:" + proxy.port())
              .tls(Tls.DEFAULT.trust(self.certificate()))
              .open(parley);

      assertThat(send(sender, FAST).attempts()).isEqualTo(3);
      assertThat(receiver.arrivals()).hasSize(1);
      assertThat(disabled).isEmpty();
    }
  }

  @Test
  void aConnectThatTakesTooLong_isRepeated() throws Exception {
    // A full backlog: the system answers no further connect.
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      List<Socket> filling = new CopyOnWriteArrayList<>();
      try {
        for (int i = 0; i < 8; i++) {
          Socket socket = new Socket();
          filling.add(socket);
          try {
            socket.connect(full.getLocalSocketAddress(), 200);
          } catch (IOException isFull) {
            break;
          }
        }
        WebhookSender sender =
            builder("http://127.0.0.1:" + full.getLocalPort())
                .connectTimeout(Duration.ofMillis(200))
                .open(parley);

        ParleyException failure = failure(sender, FAST);

        assertThat(failure).isInstanceOf(UnreachableException.class);
        assertThat(failure.getMessage()).contains("no connection within the connect timeout");
        assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
        assertThat(log).hasSize(3);
      } finally {
        for (Socket socket : filling) {
          socket.close();
        }
      }
    }
  }

  @Test
  void anAnswerThatDoesNotCome_isRepeatedUnderTheSameId() throws Exception {
    VirtualTime time = VirtualTime.create();
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger arrivals = new AtomicInteger();
    try (Receiver receiver =
            Receiver.start((arrival, exchange) -> {
              if (arrivals.incrementAndGet() == 1) {
                release.await(30, TimeUnit.SECONDS);
              }
              Receiver.answer(exchange, 200);
            });
        Parley timed = Parley.builder().time(time).build()) {
      CompletableFuture<Receipt> sent =
          builder(receiver.uri()).open(timed).submit(TOPIC, Message.of("paid"), FAST);
      await().atMost(Receiver.PATIENCE).until(() -> receiver.arrivals().size() == 1);
      time.advance(FAST.attemptTimeout());
      await().atMost(Receiver.PATIENCE).until(() -> time.scheduled() == 1); // the retry
      time.advance(Duration.ofMillis(5));
      sent.get(30, TimeUnit.SECONDS);

      assertThat(receiver.ids()).hasSize(2).containsOnly(receiver.ids().get(0));
      assertThat(log.get(0).failure()).contains("no answer in time, or cancelled");
      release.countDown();
    }
  }

  @Test
  void aPeerThatFreezes_isTimedOut_andTheNextSendWorks() {
    try (Receiver receiver = Receiver.answering(200);
        FaultProxy proxy = FaultProxy.to(receiver.port())) {
      WebhookSender sender = builder(uri(proxy)).open(parley);
      send(sender, FAST);
      proxy.arm(Fault.halfOpen());

      ParleyException failure = failure(sender, HASTY.retry(RetryPolicy.NEVER));

      assertThat(failure).isInstanceOf(TransportException.class);
      proxy.clear();
      assertThat(send(sender, FAST).body().level()).isEqualTo(Receipt.Level.ACCEPTED_BY_PEER);
    }
  }

  @Test
  void aResetInTheMiddleOfTheAnswer_isRepeatedUnderTheSameId() {
    try (Receiver receiver = Receiver.answering(200);
        FaultProxy proxy = FaultProxy.to(receiver.port())) {
      proxy.script(Script.next(2, Fault.resetAfter(Direction.TO_CLIENT, 20)));

      Reply<Receipt> reply = send(builder(uri(proxy)).open(parley), FAST);

      assertThat(reply.attempts()).isEqualTo(3);
      assertThat(receiver.arrivals()).hasSize(3);
      assertThat(receiver.ids()).containsOnly(receiver.ids().get(0));
    }
  }

  @Test
  void anAnswerCutShort_isRepeated() {
    AtomicInteger arrivals = new AtomicInteger();
    try (Receiver receiver =
            Receiver.start((arrival, exchange) -> {
              exchange.setStatusCode(200);
              exchange.getOutputStream().write(new byte[4000]);
              arrivals.incrementAndGet();
              exchange.endExchange();
            });
        FaultProxy proxy = FaultProxy.to(receiver.port())) {
      proxy.script(Script.next(1, Fault.truncateAfter(1000)));

      assertThat(send(builder(uri(proxy)).open(parley), FAST).attempts()).isEqualTo(2);
      assertThat(receiver.arrivals()).hasSize(2);
    }
  }

  @Test
  void aTrickle_isCutAtTheAttemptTimeout() {
    try (Receiver receiver = Receiver.answering(200);
        FaultProxy proxy = FaultProxy.to(receiver.port())) {
      proxy.script(Script.always(Fault.slow(Direction.TO_CLIENT, 10)));

      ParleyException failure =
          failure(builder(uri(proxy)).open(parley), HASTY.retry(RetryPolicy.NEVER));

      assertThat(failure).isInstanceOf(TransportException.class);
      assertThat(log.get(0).failure()).contains("no answer in time, or cancelled");
    }
  }

  @Test
  void aServerThatIsRestarted_getsItAfterwards() {
    // Behind a proxy that keeps the port: nobody else gets it meanwhile.
    try (Receiver before = Receiver.answering(200);
        Receiver after = Receiver.answering(200);
        FaultProxy proxy = FaultProxy.to(before.port())) {
      WebhookSender sender = builder(uri(proxy)).open(parley);
      send(sender, FAST);
      before.close();
      proxy.refuse();
      proxy.cutAll();
      assertThat(failure(builder(uri(proxy)).open(parley), FAST).effect())
          .isEqualTo(Effect.NOT_SENT);

      proxy.upstream(new InetSocketAddress("127.0.0.1", after.port()));
      proxy.reopen();
      send(sender, FAST);
      assertThat(after.arrivals()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatHttp2ProvesUnprocessed_isRepeated(boolean goAway) {
    AtomicInteger streams = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> new RawHttp2(peer).refuseUntil(streams, 3, goAway))) {
      WebhookSender sender =
          builder(server.uri())
              .customize(okHttp -> okHttp.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)))
              .open(parley);

      // Whatever the topic says: it proves that nothing was done.
      Reply<Receipt> reply =
          sender.newSend(TOPIC.with(Idempotency.NONE), Message.of("paid"), FAST).execute();

      assertThat(reply.attempts()).isEqualTo(3);
      assertThat(streams).hasValue(3);
      assertThat(log).hasSize(3);
    }
  }

  @Test
  void aConnectionThatIsClosedAfterItsAnswer_isNotUsedAgain() {
    try (RawServer server =
        RawServer.start(peer -> {
          if (peer.read() != null) {
            peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
          }
        })) {
      WebhookSender sender = builder(server.uri()).open(parley);
      for (int i = 0; i < 5; i++) {
        assertThat(send(sender, FAST).attempts()).isEqualTo(1);
      }

      assertThat(server.connections()).isEqualTo(5);
      assertThat(server.arrivals()).hasSize(5);
    }
  }

  @Test
  void aConnectionThatIsClosedWithoutAnAnswer_isRepeatedByTheEngineAlone() {
    AtomicInteger requests = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> {
          while (peer.read() != null) {
            if (requests.incrementAndGet() == 2) {
              return; // on a connection that was used before, where OkHttp would send again
            }
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
          }
        })) {
      WebhookSender sender = builder(server.uri()).open(parley);
      send(sender, FAST);

      assertThat(send(sender, FAST).attempts()).isEqualTo(2);
      assertThat(requests).hasValue(3);
      assertThat(log).hasSize(3);
    }
  }

  @Test
  void aPeerThatClosesWhatItAccepts_countsForTheBreaker() {
    VirtualTime time = VirtualTime.create(); // it stands still: an open breaker stays open
    try (Receiver receiver = Receiver.answering(200);
        FaultProxy proxy = FaultProxy.to(receiver.port());
        Parley careful =
            Parley.builder()
                .time(time)
                .stages(Resilience4jStages.builder().time(time).build())
                .build()) {
      proxy.script(Script.always(Fault.closeAfterAccept()));
      WebhookSender sender = builder(uri(proxy)).open(careful);
      for (int i = 0; i < 20; i++) {
        assertThat(failure(sender, FAST.retry(RetryPolicy.NEVER)))
            .isNotInstanceOf(BreakerOpenException.class);
      }

      assertThat(failure(sender, FAST)).isInstanceOf(BreakerOpenException.class);
      assertThat(proxy.accepted()).isEqualTo(20);
    }
  }

  // ---------------------------------------------------------------- answers and throttling

  @Test
  void tooLongAWaitIsNotWaitedOut_butTold() {
    try (Receiver receiver =
        Receiver.start(
            (arrival, exchange) -> Receiver.answer(exchange, 429, "Retry-After", "100000"))) {
      ParleyException failure = failure(builder(receiver.uri()).open(parley), FAST.noDeadline());

      assertThat(failure).isInstanceOf(RemoteException.class);
      assertThat(failure.notRetriedBecause()).contains(NotRetried.PUSHBACK);
      assertThat(failure.retryAfter()).contains(Duration.ofSeconds(100_000));
      assertThat(receiver.arrivals()).hasSize(1);
    }
  }

  @Test
  void F_3_a503WithRetryAfter0_isSentOnceWhereRepeatingIsNotAllowed() {
    try (Receiver receiver =
        Receiver.start((arrival, exchange) -> Receiver.answer(exchange, 503, "Retry-After", "0"))) {
      WebhookSender sender = builder(receiver.uri()).open(parley);
      ParleyException failure =
          catchThrowableOfType(
              ParleyException.class,
              () ->
                  sender.newSend(TOPIC.with(Idempotency.NONE), Message.of("paid"), FAST).execute());

      assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
      assertThat(receiver.arrivals()).hasSize(1);
    }
  }

  @Test
  void BUD_4_aStormOf500sIsNotAmplified() {
    try (Receiver receiver = Receiver.answering(500)) {
      WebhookSender sender = builder(receiver.uri()).open(parley);
      for (int i = 0; i < 200; i++) {
        failure(sender, FAST);
      }
      // 200 sends and the retries that a bucket of 500 tokens at 14 each has, and its refill.
      assertThat(receiver.arrivals().size()).isBetween(200, 200 + 500 / 14 + 30);
    }
  }

  // ---------------------------------------------------------------- data faults

  @Test
  void anAnswerThatIsNotHttp_failsAtOnce() {
    try (RawServer server =
        RawServer.start(peer -> {
          if (peer.read() != null) {
            peer.write("SSH-2.0-OpenSSH_9.6\r\n");
          }
        })) {
      ParleyException failure = failure(builder(server.uri()).open(parley), FAST);

      assertThat(failure).isInstanceOf(ProtocolException.class);
      assertThat(server.arrivals()).hasSize(1);
    }
  }

  // ---------------------------------------------------------------- local faults

  @Test
  void DLN_7_aJumpOfTheWallClockMovesNoTimer() {
    VirtualTime time = VirtualTime.create();
    try (Receiver receiver = Receiver.answering(200);
        Parley timed = Parley.builder().time(time).build()) {
      WebhookSender sender = builder(receiver.uri()).open(timed);
      time.jumpWallClock(Duration.ofHours(1));
      send(sender, FAST);
      time.jumpWallClock(Duration.ofHours(-2));
      send(sender, FAST);

      long first = Long.parseLong(receiver.arrivals().get(0).header("webhook-timestamp"));
      long second = Long.parseLong(receiver.arrivals().get(1).header("webhook-timestamp"));
      assertThat(first - second).isEqualTo(7200);
      assertThat(log).allMatch(DeliveryAttempt::isDelivered);
    }
  }

  @Test
  void CAN_anInterruptAndACancelEndIt_withoutALaterAttempt() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (Receiver receiver =
        Receiver.start((arrival, exchange) -> {
          release.await(30, TimeUnit.SECONDS);
          Receiver.answer(exchange, 200);
        })) {
      WebhookSender sender = builder(receiver.uri()).open(parley);
      CompletableFuture<ParleyException> interrupted = new CompletableFuture<>();
      Thread caller = new Thread(() -> interrupted.complete(failure(sender, FAST)));
      caller.start();
      await().atMost(Receiver.PATIENCE).until(() -> receiver.arrivals().size() == 1);
      caller.interrupt();
      assertThat(interrupted.get(30, TimeUnit.SECONDS))
          .isInstanceOf(CommunicationInterruptedException.class);

      Call<Receipt> call = sender.newSend(TOPIC, Message.of("paid"), FAST);
      CompletableFuture<Throwable> cancelled =
          CompletableFuture.supplyAsync(
              () -> catchThrowableOfType(ParleyException.class, call::execute));
      await().atMost(Receiver.PATIENCE).until(() -> receiver.arrivals().size() == 2);
      call.cancel();
      assertThat(cancelled.get(30, TimeUnit.SECONDS)).isInstanceOf(CallCancelledException.class);
      assertThat(receiver.arrivals()).hasSize(2);
      release.countDown();
    }
  }

  @Test
  void DLN_1_endsAtTheDeadline() {
    CountDownLatch release = new CountDownLatch(1);
    try (Receiver receiver =
        Receiver.start((arrival, exchange) -> {
          release.await(30, TimeUnit.SECONDS);
          Receiver.answer(exchange, 200);
        })) {
      assertThat(
              failure(builder(receiver.uri()).open(parley), FAST.deadline(Duration.ofMillis(300))))
          .isInstanceOf(DeadlineExceededException.class);
      release.countDown();
    }
  }
}
