package dev.parley.engine;

import static dev.parley.engine.Patience.await;
import static dev.parley.engine.Patience.awaitNoTimer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.BackPressure;
import dev.parley.Channel;
import dev.parley.ChannelClosedException;
import dev.parley.DeadlineExceededException;
import dev.parley.DuplexChannel;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Features;
import dev.parley.Gap;
import dev.parley.Guarantee;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.ReconnectPolicy;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.State;
import dev.parley.TransportException;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Continuity;
import dev.parley.spi.DriverContext;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.DuplexLink;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.RetryLayer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions: order, windows, greetings and ends. */
class SessionTest {
  private static final Operation<String, String> CHAT =
      Operation.of("chat", String.class, String.class);
  private static final SessionOptions RECONNECTING =
      SessionOptions.DEFAULT.reconnect(ReconnectPolicy.DEFAULT).greeting(List.of("hello"));

  private final ManualTime time = new ManualTime();
  private final Peer peer = new Peer();
  private final Parley parley = Parley.builder().provider(peer).time(time).seed(2).build();
  private final DuplexChannel channel = parley.open("chat://peer", DuplexChannel.class);

  @AfterEach
  void closesAndLeavesNothing() {
    parley.close(Duration.ofSeconds(5));
    awaitNoTimer(time);
  }

  @Test
  void bothSidesSend() throws Exception {
    Session<String, String> session = channel.open(CHAT);
    session.send("one");
    session.send("two");
    peer.link().say("three");

    assertThat(peer.link().sent).containsExactly("one", "two");
    assertThat(session.inbound().poll(Duration.ofDays(1)).orElseThrow().body()).isEqualTo("three");
    session.close();
    assertThat(session.state()).isEqualTo(State.CLOSED);
    assertThat(peer.link().closed).isTrue();
  }

  @Test
  void sendWaitsWhileThePeersWindowIsClosed() throws Exception {
    Session<String, String> session = channel.open(CHAT);
    peer.link().window = 1;
    session.send("one");
    Thread sender = new Thread(() -> send(session, "two"));
    sender.start();
    await().until(() -> sender.getState() == Thread.State.WAITING);
    assertThat(peer.link().sent).containsExactly("one");

    peer.link().open(5);

    sender.join(10_000);
    assertThat(peer.link().sent).containsExactly("one", "two");
  }

  @Test
  void offerGivesUpInTime() throws Exception {
    Session<String, String> session = channel.open(CHAT);
    peer.link().window = 0;
    assertThat(session.offer("x", Duration.ZERO)).isFalse();

    List<Boolean> results = new CopyOnWriteArrayList<>();
    Thread sender =
        new Thread(() -> {
          try {
            results.add(session.offer("x", Duration.ofSeconds(5)));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    sender.start();
    await().until(() -> sender.getState() == Thread.State.WAITING);
    time.advance(Duration.ofSeconds(6));
    sender.join(10_000);

    assertThat(results).containsExactly(false);
    assertThat(peer.link().sent).isEmpty();
  }

  @Test
  void whoWaitsToSendHearsThatTheSessionHasFailed() throws Exception {
    for (int round = 0; round < 300; round++) {
      time.advance(Duration.ofSeconds(1)); // so that it may dial
      Session<String, String> session = channel.open(CHAT);
      peer.link().window = 0;
      Thread sender =
          new Thread(() ->
              assertThatThrownBy(() -> session.send("x"))
                  .isInstanceOf(ChannelClosedException.class));
      sender.start();
      await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> sender.getState() == Thread.State.WAITING);

      peer.link().inlet.lost(new IOException("connection reset"));

      sender.join(10_000);
      assertThat(sender.isAlive()).as("waits for ever, round %d", round).isFalse();
    }
  }

  @Test
  void endsWithItsConnection_unlessToldToReconnect() throws Exception {
    Session<String, String> session = channel.open(CHAT);
    peer.link().inlet.lost(new IOException("connection reset"));

    await().until(() -> session.state() == State.FAILED);
    assertThatThrownBy(() -> session.send("x"))
        .isInstanceOf(ChannelClosedException.class)
        .hasMessage("the subscription of chat at chat://peer is FAILED")
        .hasCauseInstanceOf(TransportException.class);
    assertThatThrownBy(() -> session.inbound().iterator().hasNext())
        .isInstanceOf(TransportException.class);
  }

  @Test
  void aCleanEndEndsTheIteration() {
    Session<String, String> session = channel.open(CHAT);
    peer.link().say("bye");
    peer.link().inlet.ended();

    List<String> bodies = new ArrayList<>();
    session.inbound().forEach(message -> bodies.add(message.body()));

    assertThat(bodies).containsExactly("bye");
    assertThat(session.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void greetsOnEveryConnect_beforeAnythingElse_andKeepsTheOrderOfTheOutbox() throws Exception {
    Session<String, String> session = channel.open(CHAT, RECONNECTING);
    session.send("one");
    peer.link().inlet.lost(new IOException("connection reset"));
    await().until(() -> session.state() == State.RECOVERING);
    for (int i = 0; i < 100; i++) {
      session.send("late " + i);
    }
    letItReconnect(2);

    await().until(() -> peer.link().sent.size() == 101);
    session.send("last");
    assertThat(peer.links.get(0).sent).containsExactly("hello", "one");
    assertThat(peer.link().sent)
        .startsWith("hello", "late 0", "late 1")
        .endsWith("late 99", "last");
  }

  @Test
  void BUF_1_theOutboxIsBounded() throws Exception {
    Session<String, String> session = channel.open(CHAT, RECONNECTING.outbox(3));
    peer.link().inlet.lost(new IOException("connection reset"));
    await().until(() -> session.state() == State.RECOVERING);

    assertThat(session.offer("1", Duration.ZERO)).isTrue();
    assertThat(session.offer("2", Duration.ZERO)).isTrue();
    assertThat(session.offer("3", Duration.ZERO)).isTrue();
    assertThat(session.offer("4", Duration.ZERO)).isFalse();
  }

  @Test
  void BUF_1_whatNoLinkTakesDoesNotHoldUpTheOutbox() throws Exception {
    Session<String, String> session = channel.open(CHAT, RECONNECTING);
    peer.link().inlet.lost(new IOException("connection reset"));
    await().until(() -> session.state() == State.RECOVERING);
    session.send("one");
    session.send(PeerLink.TOO_LARGE);
    session.send("two");
    letItReconnect(2);

    await().until(() -> peer.link().sent.size() == 3);
    assertThat(peer.link().sent).containsExactly("hello", "one", "two");
    assertThat(session.state()).isEqualTo(State.OPEN);
  }

  @Test
  void completeEndsOneDirection() throws Exception {
    Session<String, String> session = channel.open(CHAT);
    session.complete();
    peer.link().say("still here");

    assertThat(peer.link().completed).isTrue();
    assertThatThrownBy(() -> session.send("x"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the session of chat was completed: nothing more can be sent");
    assertThat(session.inbound().poll(Duration.ofDays(1))).isPresent();
  }

  @Test
  void openTriesAgain_andThenTellsWhy() {
    SessionOptions patient = SessionOptions.DEFAULT.connectWithin(Duration.ofDays(1));
    peer.dialFailures.add(new IOException("connection refused"));
    Thread clock = timePasses();
    Session<String, String> session = channel.open(CHAT, patient);
    clock.interrupt();
    assertThat(session.state()).isEqualTo(State.OPEN);

    for (int i = 0; i < 3; i++) {
      peer.dialFailures.add(new IOException("connection refused"));
    }
    Thread again = timePasses();
    assertThatThrownBy(() -> channel.open(CHAT, patient))
        .isInstanceOf(TransportException.class)
        .hasMessage("connection refused");
    again.interrupt();
  }

  @Test
  void openGivesUpInTime() {
    for (int i = 0; i < 1000; i++) {
      peer.dialFailures.add(new IOException("connection refused"));
    }
    Thread clock = timePasses();

    assertThatThrownBy(() -> channel.open(CHAT, RECONNECTING.connectWithin(Duration.ofSeconds(20))))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessage("no session of chat at chat://peer within 20000 ms");
    clock.interrupt();
  }

  private Thread timePasses() {
    Thread clock =
        new Thread(() -> {
          while (!Thread.interrupted()) {
            time.advance(Duration.ofMillis(20));
            // A connect happens in real time: leave some to it.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
          }
        });
    clock.setDaemon(true);
    clock.start();
    return clock;
  }

  private void letItReconnect(int links) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> {
          time.advance(Duration.ofSeconds(1));
          return peer.links.size() >= links;
        });
  }

  private static void send(Session<String, String> session, String message) {
    try {
      session.send(message);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Peer implements ChannelProvider, ChannelDriver, DuplexDriver {
    final List<PeerLink> links = new CopyOnWriteArrayList<>();
    final Queue<Exception> dialFailures = new ConcurrentLinkedQueue<>();

    PeerLink link() {
      return links.get(links.size() - 1);
    }

    @Override
    public Set<String> schemes() {
      return Set.of("chat");
    }

    @Override
    public Set<Class<? extends Channel>> capabilities(String scheme) {
      return Set.of(DuplexChannel.class);
    }

    @Override
    public ChannelDriver open(ChannelSpec spec, DriverContext context) {
      return this;
    }

    @Override
    public Features features() {
      return Features.of(Guarantee.AT_MOST_ONCE, Ordering.TOTAL, BackPressure.CREDIT);
    }

    @Override
    public List<RetryLayer> retryLayers() {
      return List.of();
    }

    @Override
    public Optional<DuplexDriver> duplex() {
      return Optional.of(this);
    }

    @Override
    public <N> Optional<N> unwrap(Class<N> nativeType) {
      return Optional.empty();
    }

    @Override
    public ParleyException translate(Throwable failure) {
      return new TransportException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, String.valueOf(failure.getMessage()))
              .withCause(failure));
    }

    @Override
    public void close() {}

    @Override
    public DuplexLink connect(SessionRequest request, Inlet inlet) throws Exception {
      Exception failure = dialFailures.poll();
      if (failure != null) {
        throw failure;
      }
      PeerLink link = new PeerLink(inlet);
      links.add(link);
      return link;
    }
  }

  private static final class PeerLink implements DuplexLink {
    static final String TOO_LARGE = "too large";

    final Inlet inlet;
    final List<Object> sent = new CopyOnWriteArrayList<>();
    volatile int window = Integer.MAX_VALUE;
    volatile boolean completed;
    volatile boolean closed;

    PeerLink(Inlet inlet) {
      this.inlet = inlet;
    }

    void say(String text) {
      inlet.deliver(new Inbound(Payload.text(text)));
    }

    void open(int more) {
      window += more;
      inlet.writable();
    }

    @Override
    public boolean offer(Object message) {
      if (message.equals(TOO_LARGE)) {
        throw new ParleyException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, "it is too large"));
      }
      if (window <= 0) {
        return false;
      }
      window--;
      sent.add(message);
      return true;
    }

    @Override
    public void complete() {
      completed = true;
    }

    @Override
    public void request(int more) {}

    @Override
    public Continuity continuity() {
      return new Continuity(Gap.POSSIBLE, "a session has no positions");
    }

    @Override
    public <N> Optional<N> unwrap(Class<N> nativeType) {
      return Optional.empty();
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public void abort() {
      closed = true;
    }
  }
}
