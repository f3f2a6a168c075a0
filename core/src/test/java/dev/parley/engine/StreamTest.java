package dev.parley.engine;

import static dev.parley.engine.Patience.await;
import static dev.parley.engine.Patience.awaitNoTimer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Gap;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Overflow;
import dev.parley.OverloadedException;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.UntrustedPeerException;
import dev.parley.spi.EndOfStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over both kinds of source: one that tells and one that is asked. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class StreamTest {
  private static final Operation<String, String> FEED =
      Operation.of("feed", String.class, String.class);

  private final boolean polled;
  private final ManualTime time = new ManualTime();
  private final FakeSource peer = new FakeSource();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final StateListener listener =
      new StateListener() {
        @Override
        public void changed(StateChange change) {
          heard.add(change.to().name());
        }

        @Override
        public void resumed(Resumed resumed) {
          heard.add(
              "resumed "
                  + resumed.connection()
                  + " "
                  + resumed.gap()
                  + resumed.position().map(from -> " from " + from.token()).orElse(""));
        }
      };
  private Parley parley;
  private StreamChannel channel;

  StreamTest(boolean polled) {
    this.polled = polled;
  }

  @BeforeEach
  void open() {
    peer.polled = polled;
    parley = Parley.builder().provider(peer).time(time).seed(3).build();
    channel = parley.open("fake://peer", StreamChannel.class);
  }

  @AfterEach
  void closesAndLeavesNothing() {
    parley.close(Duration.ofSeconds(5));
    awaitNoTimer(time);
    await()
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("parley-poll-")));
  }

  @Test
  void handsOutWhatComesIn_inOrder() throws Exception {
    peer.publish("a:0", "a:1", "a:2");
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);

    assertThat(bodies(feed, 3)).containsExactly("a:0", "a:1", "a:2");
    assertThat(feed.position()).contains(Position.of("2"));
    assertThat(feed.state()).isEqualTo(State.OPEN);
    assertThat(heard).containsExactly("resumed 1 NONE", "OPEN");
  }

  @Test
  void CON_resumesWhereItWas_andTellsOnceForEachConnection() throws Exception {
    peer.publish("a:0", "a:1");
    Subscription<Message<String>> feed =
        stream(
            StreamOptions.DEFAULT.reconnect(
                ReconnectPolicy.DEFAULT.suspendedAfter(Duration.ofDays(1))));
    assertThat(bodies(feed, 2)).hasSize(2);

    peer.gap = Gap.POSSIBLE;
    peer.cut();
    peer.publish("a:2");
    letItReconnect(2);

    assertThat(bodies(feed, 1)).containsExactly("a:2");
    await()
        .untilAsserted(() ->
            assertThat(heard)
                .containsExactly(
                    "resumed 1 NONE", "OPEN", "RECOVERING", "resumed 2 POSSIBLE from =1", "OPEN"));
  }

  @Test
  void CON_1_tellsOfAConnectionBeforeItsFirstMessage_whileAnotherThreadIsTelling()
      throws Exception {
    peer.publish("a:0");
    Subscription<Message<String>> feed =
        stream(
            StreamOptions.DEFAULT.reconnect(
                ReconnectPolicy.DEFAULT.suspendedAfter(Duration.ofDays(1))));
    feed.start(message -> heard.add(message.body()));
    await().until(() -> heard.contains("a:0"));
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    StateListener slow =
        new StateListener() {
          @Override
          public void changed(StateChange change) {}

          @Override
          public void resumed(Resumed resumed) {
            told.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    new Thread(() -> feed.onStateChange(slow)).start();
    told.await();

    peer.cut();
    peer.publish("a:1");
    letItReconnect(2);
    await().during(Duration.ofMillis(100)).until(() -> !heard.contains("a:1"));
    release.countDown();
    await().until(() -> heard.contains("a:1"));
    assertThat(heard)
        .containsExactly(
            "resumed 1 NONE", "OPEN", "a:0", "RECOVERING", "resumed 2 NONE from =0", "OPEN", "a:1");
  }

  @Test
  void REC_isSuspendedAfter120SecondsWithoutAConnection_andGoesOnDialling() throws Exception {
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    await().until(() -> feed.state() == State.OPEN);
    for (int i = 0; i < 100; i++) {
      peer.dialFailures.add(new IOException("refused"));
    }
    peer.cut();
    await().until(() -> feed.state() == State.RECOVERING);
    time.advance(Duration.ofMillis(119_999));
    assertThat(feed.state()).isEqualTo(State.RECOVERING);
    time.advance(Duration.ofMillis(1));
    await().until(() -> feed.state() == State.SUSPENDED);

    peer.dialFailures.clear();
    letItReconnect(2);
    await()
        .untilAsserted(() ->
            assertThat(heard.stream().filter(each -> !each.startsWith("resumed")))
                .containsExactly("OPEN", "RECOVERING", "SUSPENDED", "OPEN"));
  }

  @Test
  void REC_6_doesNotReconnect_ifThePolicyHasNoAttempts() throws Exception {
    peer.publish("a:0");
    Subscription<Message<String>> feed =
        stream(StreamOptions.DEFAULT.reconnect(ReconnectPolicy.DEFAULT.maxAttempts(0)));
    assertThat(bodies(feed, 1)).hasSize(1);
    peer.cut();
    await().until(() -> feed.state() == State.FAILED);

    assertThat(peer.requests).hasSize(1);
  }

  @Test
  void CON_resumesFromAPositionThatMovedWithoutAMessage() {
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    await().until(() -> feed.state() == State.OPEN);
    peer.link().move(Position.of("7"));
    await().until(() -> feed.position().equals(Optional.of(Position.of("7"))));

    peer.cut();
    letItReconnect(2);

    assertThat(peer.requests.get(1).from()).isEqualTo(Position.of("7"));
  }

  @Test
  void handsOutWhatHadComeIn_beforeTheConnectionWasLost_andNothingTwice() throws Exception {
    peer.publish("a:0", "a:1", "a:2");
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    await().until(() -> feed.lag().buffered() == 3);

    peer.cut();
    peer.publish("a:3");
    letItReconnect(2);

    assertThat(bodies(feed, 4)).containsExactly("a:0", "a:1", "a:2", "a:3");
  }

  @Test
  void iterationOutlivesDisconnects_andEndsWithTheStream() throws Exception {
    peer.publish("a:0");
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    List<String> bodies = new CopyOnWriteArrayList<>();
    Thread reader = new Thread(() -> feed.forEach(message -> bodies.add(message.body())));
    reader.start();
    await().until(() -> bodies.size() == 1);
    peer.cut();
    peer.publish("a:1");
    letItReconnect(2);
    await().until(() -> bodies.size() == 2);

    peer.link().end();

    reader.join(10_000);
    assertThat(reader.isAlive()).isFalse();
    assertThat(feed.state()).isEqualTo(State.CLOSED);
    assertThat(feed.poll(Duration.ofSeconds(1))).isEmpty();
  }

  @Test
  void startsFromAStoredPosition() throws Exception {
    peer.publish("a:0", "a:1", "a:2");
    Subscription<Message<String>> feed =
        stream(StreamOptions.DEFAULT.from(Position.parse(Position.of("0").token())));

    assertThat(bodies(feed, 2)).containsExactly("a:1", "a:2");
  }

  @Test
  void CON_2_reloadsBeforeTheMessagesAfterAGap() throws Exception {
    CountDownLatch reloading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    peer.gap = Gap.LOST;
    peer.publish("a:0");
    Subscription<Message<String>> feed =
        stream(
            StreamOptions.DEFAULT.reload(resumed -> {
              reloading.countDown();
              awaitLatch(goOn);
            }));
    assertThat(reloading.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(feed.poll(Duration.ZERO)).isEmpty();

    goOn.countDown();

    assertThat(bodies(feed, 1)).containsExactly("a:0");
  }

  @Test
  void REC_6_neverGivesUpOnATransientFailure() throws Exception {
    for (int i = 0; i < 20; i++) {
      peer.dialFailures.add(new IOException("connection refused"));
    }
    peer.publish("a:0");
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    letItReconnect(1);

    assertThat(bodies(feed, 1)).containsExactly("a:0");
    assertThat(peer.requests).hasSize(21);
  }

  @Test
  void REC_6_endsAtOnceOnAFailureThatNoReconnectCanMend() {
    UntrustedPeerException untrusted =
        new UntrustedPeerException(
            Failure.of(Kind.PERMANENT, Effect.NOT_SENT, "the certificate has expired"));
    peer.dialFailures.add(untrusted);
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);

    await().until(() -> feed.state() == State.FAILED);
    assertThat(peer.requests).hasSize(1);
    assertThatThrownBy(() -> feed.iterator().hasNext()).isSameAs(untrusted);
    assertThatThrownBy(() -> feed.poll(Duration.ZERO)).isSameAs(untrusted);
  }

  @Test
  void REC_1_anOrdinaryEndOfAStreamReconnects() throws Exception {
    peer.publish("a:0");
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    assertThat(bodies(feed, 1)).hasSize(1);

    if (polled) {
      peer.cut();
    } else {
      peer.link().cut(new EndOfStream());
    }
    peer.publish("a:1");
    letItReconnect(2);

    assertThat(bodies(feed, 1)).containsExactly("a:1");
  }

  @Test
  void BUF_3_asksForNoMoreThanFits_andGoesOnAsItDrains() throws Exception {
    peer.publish(numbered(100));
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT.buffer(10));
    await().until(() -> feed.lag().buffered() == 10);

    assertThat(bodies(feed, 100)).containsExactly(numbered(100));
    assertThat(feed.lag().dropped()).isZero();
    assertThat(peer.links).hasSize(1);
  }

  @Test
  void BUF_3_isBoundedInBytes() throws Exception {
    peer.publish(numbered(1000));
    Subscription<Message<String>> feed =
        stream(StreamOptions.DEFAULT.buffer(1000).bufferBytes(100));

    assertThat(bodies(feed, 1000)).hasSize(1000);
    assertThat(peer.links).hasSize(1);
  }

  @Test
  void BUF_3_aPeerThatCannotBeHeldBackIsReconnected_withALossReported() throws Exception {
    if (polled) {
      return; // who is asked cannot push
    }
    peer.ignoresCredit = true;
    peer.publish(numbered(10));
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT.buffer(5));
    await().until(() -> feed.state() == State.RECOVERING);
    peer.ignoresCredit = false;
    letItReconnect(2);

    await().untilAsserted(() -> assertThat(heard).contains("resumed 2 LOST from =4"));
    assertThat(bodies(feed, 10)).containsExactly(numbered(10));
  }

  @Test
  void overflow_FAIL_failsTheSubscription() {
    if (polled) {
      return;
    }
    peer.ignoresCredit = true;
    peer.publish(numbered(10));
    Subscription<Message<String>> feed =
        stream(StreamOptions.DEFAULT.buffer(5).overflow(Overflow.FAIL));

    await().until(() -> feed.state() == State.FAILED);
    assertThatThrownBy(() -> bodies(feed, 10))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("the buffer of 5 messages");
  }

  @Test
  void overflow_DROP_OLDEST_keepsTheNewest_andCounts() throws Exception {
    if (polled) {
      return;
    }
    Subscription<Message<String>> feed =
        stream(StreamOptions.DEFAULT.buffer(5).overflow(Overflow.DROP_OLDEST));
    await().until(() -> feed.state() == State.OPEN);
    peer.publish(numbered(12));
    await().until(() -> feed.lag().dropped() == 7);

    assertThat(bodies(feed, 5)).containsExactly("a:7", "a:8", "a:9", "a:10", "a:11");
  }

  @Test
  void overflow_LATEST_keepsOne() throws Exception {
    if (polled) {
      return;
    }
    Subscription<Message<String>> feed =
        stream(StreamOptions.DEFAULT.buffer(5).overflow(Overflow.LATEST));
    await().until(() -> feed.state() == State.OPEN);
    peer.publish(numbered(12));
    await().until(() -> feed.lag().dropped() == 11);

    assertThat(bodies(feed, 1)).containsExactly("a:11");
  }

  @Test
  void LIV_1_asksASilentPeer_andReconnectsFromADeadOne() throws Exception {
    if (polled) {
      return; // a polled link notices by itself
    }
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    await().until(() -> feed.state() == State.OPEN);
    await().until(() -> time.scheduled() == 1); // it is watched
    for (int asked = 1; asked <= 5; asked++) {
      askedAfterThirtySeconds(asked);
      peer.link().answer();
    }
    assertThat(feed.state()).as("it answers").isEqualTo(State.OPEN);

    askedAfterThirtySeconds(6); // and this time it does not answer
    time.advance(Duration.ofMillis(9_900));
    assertThat(feed.state()).as("silent for less than 40 s").isEqualTo(State.OPEN);
    time.advance(Duration.ofMillis(200));

    await().until(() -> feed.state() != State.OPEN);
    assertThat(peer.links.get(0).aborted).isTrue();
  }

  @Test
  void runsAHandler_andEndsWhenClosed() throws Exception {
    peer.publish(numbered(50));
    List<String> handled = new CopyOnWriteArrayList<>();
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    var future = feed.start(message -> handled.add(message.body()));
    await().until(() -> handled.size() == 50);

    assertThat(handled).containsExactly(numbered(50));
    assertThat(feed.position()).contains(Position.of("49"));
    feed.close();
    assertThat(future).succeedsWithin(Duration.ofSeconds(30));
    assertThat(feed.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void aFailingHandlerDoesNotEndTheStream() {
    peer.publish(numbered(3));
    List<String> handled = new CopyOnWriteArrayList<>();
    stream(StreamOptions.DEFAULT)
        .start(message -> {
          handled.add(message.body());
          throw new IllegalStateException("on purpose");
        });

    await().until(() -> handled.size() == 3);
  }

  @Test
  void CLS_2_aHandlerMayCloseItsSubscription() {
    peer.publish(numbered(3));
    List<String> handled = new CopyOnWriteArrayList<>();
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    var future =
        feed.start(message -> {
          handled.add(message.body());
          feed.close();
        });

    assertThat(future).succeedsWithin(Duration.ofSeconds(30));
    assertThat(handled).hasSize(1);
  }

  @Test
  void pauseHandsOutNothing_untilResumed() throws Exception {
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    feed.pause();
    peer.publish("a:0");
    await().until(() -> feed.lag().buffered() == 1);

    assertThat(feed.poll(Duration.ZERO)).isEmpty();
    feed.resume();
    assertThat(bodies(feed, 1)).containsExactly("a:0");
  }

  @Test
  void takesSeveralAtOnce() throws Exception {
    peer.publish(numbered(10));
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    await().until(() -> feed.lag().buffered() == 10);

    assertThat(feed.poll(4, Duration.ofSeconds(1))).hasSize(4);
    assertThat(feed.poll(100, Duration.ofSeconds(1))).hasSize(6);
  }

  @Test
  void pullingAndRunningAHandlerExcludeEachOther() {
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    feed.start(message -> {});

    assertThatThrownBy(() -> feed.poll(Duration.ZERO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the subscription of feed runs a handler: pull, or run a handler, not both");
  }

  @Test
  void REC_7_closingDuringAConnectAbortsIt_andNoConnectionAppears() throws Exception {
    CountDownLatch dialing = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    peer.duringDial =
        () -> {
          dialing.countDown();
          try {
            new CountDownLatch(1).await(30, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            interrupted.set(true); // and it connects all the same
          }
        };
    Subscription<Message<String>> feed = stream(StreamOptions.DEFAULT);
    assertThat(dialing.await(10, TimeUnit.SECONDS)).isTrue();

    feed.close();

    await().untilTrue(interrupted);
    await().until(() -> peer.links.stream().allMatch(link -> link.aborted));
    assertThat(feed.state()).isEqualTo(State.CLOSED);
    assertThat(heard).doesNotContain("OPEN");
  }

  @Test
  void closedChannelsTakeNoSubscription() {
    channel.close();

    assertThatThrownBy(() -> stream(StreamOptions.DEFAULT))
        .isInstanceOf(dev.parley.ChannelClosedException.class)
        .hasMessage("the channel to fake://peer is CLOSED");
  }

  private Subscription<Message<String>> stream(StreamOptions options) {
    return channel.stream(FEED, "q", options.listener(listener));
  }

  private void askedAfterThirtySeconds(int pings) {
    time.advance(Duration.ofSeconds(26));
    assertThat(peer.link().pings).isEqualTo(pings - 1);
    time.advance(Duration.ofSeconds(4));
    await().until(() -> peer.link().pings == pings);
  }

  private void letItReconnect(int links) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> {
          time.advance(Duration.ofSeconds(1));
          return peer.links.size() >= links;
        });
  }

  private static List<String> bodies(Subscription<Message<String>> feed, int count)
      throws InterruptedException {
    List<String> bodies = new ArrayList<>();
    while (bodies.size() < count) {
      feed.poll(Duration.ofDays(1)).ifPresent(message -> bodies.add(message.body()));
    }
    return bodies;
  }

  private static String[] numbered(int count) {
    String[] numbered = new String[count];
    for (int i = 0; i < count; i++) {
      numbered[i] = "a:" + i;
    }
    return numbered;
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
