package dev.parley.engine;

import static dev.parley.engine.Patience.await;
import static dev.parley.engine.Patience.awaitNoTimer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TOK-5: streams whose credentials run out. */
class RenewalTest {
  private static final Operation<String, String> FEED =
      Operation.of("feed", String.class, String.class);
  private static final Duration LIFE = Duration.ofMinutes(10);

  private final ManualTime time = new ManualTime();
  private final FakeSource peer = new FakeSource();
  private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
  private final List<StateChange> changes = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private Parley parley;
  private Subscription<Message<String>> feed;

  @BeforeEach
  void open() {
    peer.credentialsLeft = LIFE;
    parley = Parley.builder().provider(peer).time(time).seed(5).build();
  }

  @AfterEach
  void closesAndLeavesNothing() {
    parley.close(Duration.ofSeconds(5));
    awaitNoTimer(time);
    assertThat(peer.links).allMatch(link -> link.closed || link.aborted);
  }

  @Test
  void TOK_5_theNextConnectionStandsBeforeTheOldOneIsClosed_andNothingComesTwice() {
    AtomicBoolean oldStood = new AtomicBoolean();
    subscribe(StreamOptions.DEFAULT);
    peer.publish("a:0", "a:1");
    awaitBodies(2);
    peer.duringDial =
        () -> {
          oldStood.set(!peer.links.get(0).closed);
          peer.publish("a:2", "a:3"); // which both connections bring
        };

    passUntilRenewal();
    assertThat(Duration.ofNanos(time.nanoTime()))
        .as("in the last fifth of its life")
        .isBetween(LIFE.multipliedBy(80).dividedBy(100), LIFE.multipliedBy(96).dividedBy(100));
    eventually(() -> resumes.size() == 2 && peer.links.get(0).closed);
    peer.publish("a:4");
    awaitBodies(5);

    assertThat(oldStood).isTrue();
    assertThat(bodies).containsExactly("a:0", "a:1", "a:2", "a:3", "a:4");
    assertThat(peer.links.get(0).aborted).as("it says goodbye").isFalse();
    assertThat(peer.requests.get(1).from().value()).contains("1");
    assertThat(resumes).extracting(Resumed::gap).containsOnly(Gap.NONE);
    assertThat(resumes.get(1).position().orElseThrow().value()).contains("3");
    assertThat(changes).extracting(StateChange::to).containsExactly(State.OPEN);
    assertThat(feed.position().orElseThrow().value()).contains("4");
  }

  @Test
  void TOK_5_isRenewedAgainAndAgain() {
    subscribe(StreamOptions.DEFAULT.buffer(4));
    for (int i = 0; i < 20; i++) {
      peer.publish("a:" + i);
      awaitBodies(i + 1);
      int links = peer.links.size();
      passUntilRenewal();
      eventually(() -> peer.links.size() == links + 1 && peer.links.get(links - 1).closed);
      eventually(() -> time.scheduled() == 2); // silence and renewal
    }

    assertThat(bodies).hasSize(20).doesNotHaveDuplicates();
    assertThat(changes).extracting(StateChange::to).containsExactly(State.OPEN);
  }

  @Test
  void TOK_5_isTriedAgain_whileTheOldCredentialsLast() {
    subscribe(StreamOptions.DEFAULT);
    peer.publish("a:0");
    awaitBodies(1);
    peer.dialFailures.add(new IOException("connection refused"));
    peer.dialFailures.add(new IOException("connection refused"));

    for (int tries = 1; tries <= 2; tries++) {
      passUntilRenewal();
      awaitNextTry(1 + tries);
    }
    passUntilRenewal();
    eventually(() -> resumes.size() == 2);
    peer.publish("a:1");
    awaitBodies(2);

    assertThat(peer.requests).hasSize(4);
    assertThat(bodies).containsExactly("a:0", "a:1");
    assertThat(changes).extracting(StateChange::to).containsExactly(State.OPEN);
  }

  @Test
  void TOK_5_aStreamWithoutAPositionIsConnectedAnew() {
    peer.gap = Gap.POSSIBLE;
    subscribe(StreamOptions.DEFAULT);

    passUntilRenewal();
    eventually(() -> changes.size() >= 2); // no silence meanwhile
    reconnect();

    assertThat(changes)
        .extracting(StateChange::to)
        .startsWith(State.OPEN, State.RECOVERING)
        .endsWith(State.OPEN);
    assertThat(resumes.get(1).gap()).isEqualTo(Gap.POSSIBLE);
    assertThat(changes.get(1).cause().orElseThrow())
        .hasMessageContaining("its credentials run out, and no message said where the stream is");
  }

  @Test
  void TOK_5_theOldConnectionIsLostWhileTheNextIsMade_andNothingIsMissing() throws Exception {
    subscribe(StreamOptions.DEFAULT);
    peer.publish("a:0");
    awaitBodies(1);
    CountDownLatch dialing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    peer.duringDial =
        () -> {
          peer.duringDial = null;
          dialing.countDown();
          awaitLatch(goOn);
        };
    passUntilRenewal();
    assertThat(dialing.await(10, TimeUnit.SECONDS)).isTrue();
    peer.links.get(0).cut(new IOException("connection reset"));
    peer.publish("a:1");
    goOn.countDown();
    reconnect();

    awaitBodies(2);
    assertThat(bodies).containsExactly("a:0", "a:1");
  }

  @Test
  void TOK_5_theNextConnectionIsLostBeforeItIsNeeded_andTheOldOneGoesOn() {
    subscribe(StreamOptions.DEFAULT);
    peer.publish("a:0");
    awaitBodies(1);
    peer.cutsNext = true;

    passUntilRenewal();
    awaitNextTry(2);
    assertThat(peer.links.get(1).aborted).isTrue();
    peer.publish("a:1");
    awaitBodies(2);

    assertThat(peer.links.get(0).closed).isFalse();
    assertThat(resumes).hasSize(1);
    passUntilRenewal();
    eventually(() -> resumes.size() == 2);
    assertThat(changes).extracting(StateChange::to).containsExactly(State.OPEN);
  }

  @Test
  void TOK_5_aStreamThatMayNotReconnectIsNotRenewed() {
    subscribe(StreamOptions.DEFAULT.reconnect(ReconnectPolicy.DEFAULT.maxAttempts(0)));
    peer.publish("a:0");
    awaitBodies(1);
    eventually(() -> time.scheduled() == 1); // silence alone

    assertThat(peer.links).hasSize(1);
  }

  @Test
  void CLS_closingWhileTheNextConnectionIsMadeAbortsIt() throws Exception {
    subscribe(StreamOptions.DEFAULT);
    peer.publish("a:0");
    awaitBodies(1);
    CountDownLatch dialing = new CountDownLatch(1);
    peer.duringDial =
        () -> {
          dialing.countDown();
          awaitLatch(
              new CountDownLatch(1)); // until it is interrupted; then it connects all the same
        };
    passUntilRenewal();
    assertThat(dialing.await(10, TimeUnit.SECONDS)).isTrue();
    feed.close();

    eventually(() -> peer.links.size() == 2 && peer.links.get(1).aborted);
    assertThat(feed.state()).isEqualTo(State.CLOSED);
    assertThat(resumes).hasSize(1);
  }

  private void subscribe(StreamOptions options) {
    StreamChannel channel = parley.open("fake://peer", StreamChannel.class);
    feed =
        channel.stream(
            FEED,
            "q",
            options.listener(
                new StateListener() {
                  @Override
                  public void changed(StateChange change) {
                    changes.add(change);
                  }

                  @Override
                  public void resumed(Resumed resumed) {
                    resumes.add(resumed);
                  }
                }));
    feed.start(message -> bodies.add(message.body()));
    eventually(() -> feed.state() == State.OPEN);
    if (options.reconnect().maxAttempts() > 0) {
      eventually(() -> time.scheduled() == 2); // silence and renewal
    }
  }

  /** Lets time pass second by second, and answers each question for a sign of life. */
  private void passUntilRenewal() {
    int before = peer.requests.size();
    while (peer.requests.size() == before && time.scheduled() == 2) {
      peer.links.forEach(FakeSource.FakeLink::answer);
      time.advance(Duration.ofSeconds(1));
    }
  }

  private void reconnect() {
    eventually(() -> {
      time.advance(Duration.ofSeconds(1));
      return resumes.size() >= 2 && feed.state() == State.OPEN;
    });
  }

  private static void eventually(Callable<Boolean> condition) {
    await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(condition);
  }

  private void awaitNextTry(int requests) {
    eventually(() -> peer.requests.size() == requests && time.scheduled() == 2);
  }

  private void awaitBodies(int count) {
    eventually(() -> bodies.size() >= count);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      // It connects all the same.
    }
  }
}
