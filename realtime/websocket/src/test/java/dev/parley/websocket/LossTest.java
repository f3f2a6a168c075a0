package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.DuplexChannel;
import dev.parley.Message;
import dev.parley.Parley;
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
import dev.parley.testkit.VirtualTime;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.conformance.Trouble;
import dev.parley.testkit.history.History;
import dev.parley.testkit.history.HistoryChecker;
import dev.parley.testkit.history.Rule;
import dev.parley.testkit.history.Witness;
import dev.parley.websocket.WebSocketHarness.Use;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that freeze, and feeds through cuts, stalls and restarts. */
class LossTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration SILENCE = Duration.ofSeconds(40);
  private static final int SEEDS = 50; // of each kind: 100 in all
  private static final int NOTES = 60;
  private static final ReconnectPolicy RECONNECT =
      ReconnectPolicy.DEFAULT
          .base(Duration.ofMillis(5))
          .cap(Duration.ofMillis(30))
          .floor(Duration.ofMillis(2));

  // ---------------------------------------------------------------- frozen peers

  @Test
  void LIV_1_noticesAFrozenPeerOfASessionWithin41Seconds() throws Exception {
    try (WebSocketHarness harness = WebSocketHarness.onTyrus(Use.SESSIONS_OR_FEEDS);
        VirtualTime time = VirtualTime.create();
        Parley parley = Parley.builder().codecs(Note.codecs()).time(time).build()) {
      Session<Note, Note> session =
          parley
              .open(harness.uri(), DuplexChannel.class)
              .open(harness.session(), SessionOptions.DEFAULT.silence(SILENCE));
      session.send(new Note("n1", "text"));
      assertThat(session.inbound().poll(Duration.ofSeconds(10))).isPresent();
      harness.cause(Trouble.STALL);

      assertNoticed(time, () -> session.state() == State.FAILED);
      session.abort();
      harness.heal();
    }
  }

  @Test
  void LIV_1_noticesAFrozenPeerOfAFeedWithin41Seconds() throws Exception {
    try (WebSocketHarness harness = WebSocketHarness.onTyrus(Use.REPLAYING_FEEDS);
        VirtualTime time = VirtualTime.create();
        Parley parley = Parley.builder().codecs(Note.codecs()).time(time).build()) {
      Subscription<Message<Note>> feed =
          subscribe(parley, harness, StreamOptions.DEFAULT.silence(SILENCE));
      harness.publish(new Note("n1", "text"));
      assertThat(feed.poll(Duration.ofSeconds(10))).isPresent(); // it is open, and watched
      harness.cause(Trouble.STALL);

      assertNoticed(time, () -> feed.state() == State.RECOVERING);
      feed.abort();
      harness.heal();
    }
  }

  /** Passes 41 s second by second, each with a moment for the threads that act. */
  private static void assertNoticed(
      VirtualTime time, java.util.function.BooleanSupplier isNoticed) {
    long start = time.nanoTime();
    for (int second = 0; second < 41 && !isNoticed.getAsBoolean(); second++) {
      time.advance(Duration.ofSeconds(1));
      LockSupport.parkNanos(1_000_000);
    }
    await()
        .atMost(PATIENCE)
        .until(isNoticed::getAsBoolean); // what was due by then is done on another thread
    assertThat(Duration.ofNanos(time.nanoTime() - start))
        .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(41));
  }

  // ---------------------------------------------------------------- a hundred seeds

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Tag("slow")
  @Timeout(600)
  void CON_1_losesNothingOrTellsOfIt_throughCutsStallsAndRestarts(boolean replays)
      throws Exception {
    long first = Long.getLong("parley.seed", System.nanoTime());
    for (int i = 0; i < SEEDS; i++) {
      run(replays, first + i);
    }
  }

  private static void run(boolean replays, long seed) throws Exception {
    Random random = new Random(seed);
    History history = History.of("-Dparley.seed=" + seed);
    Witness witness = history.witness("subscriber");
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    try (WebSocketHarness harness =
            WebSocketHarness.onTyrus(replays ? Use.REPLAYING_FEEDS : Use.SESSIONS_OR_FEEDS);
        Parley parley = Parley.builder().codecs(Note.codecs()).build()) {
      Subscription<Message<Note>> feed =
          subscribe(
              parley,
              harness,
              StreamOptions.DEFAULT
                  .reconnect(RECONNECT)
                  .silence(Duration.ofMillis(300))
                  .listener(
                      new StateListener() {
                        @Override
                        public void changed(StateChange change) {}

                        @Override
                        public void resumed(Resumed resumed) {
                          witness.resumed(resumed);
                        }
                      }));
      var unused =
          feed.start(note -> {
            long id = Long.parseLong(note.body().id());
            witness.saw(id);
            seen.add(id);
          });
      await().atMost(PATIENCE).until(() -> feed.state() == State.OPEN);
      for (int i = 0; i < NOTES; i++) {
        publish(harness, history);
        strike(harness, random);
      }
      harness.heal();
      await().atMost(PATIENCE).until(() -> feed.state() == State.OPEN);
      long last = publish(harness, history);
      if (replays) {
        await("the last of seed " + seed).atMost(PATIENCE).until(() -> seen.contains(last));
      }
      feed.close();
      witness.closed();
    }
    if (replays) {
      HistoryChecker.check(
              history, Rule.AT_LEAST_ONCE, Rule.PER_KEY_ORDER, Rule.NOTHING_AFTER_CLOSE)
          .assertClean();
    } else {
      HistoryChecker.check(
              history,
              Rule.AT_MOST_ONCE,
              Rule.GAPS_REPORTED,
              Rule.PER_KEY_ORDER,
              Rule.NOTHING_AFTER_CLOSE)
          .assertClean();
    }
  }

  private static long publish(WebSocketHarness harness, History history) {
    long id = history.invoke();
    harness.publish(new Note(Long.toString(id), "text"));
    history.ok(id);
    return id;
  }

  private static void strike(WebSocketHarness harness, Random random) {
    switch (random.nextInt(12)) {
      case 0 -> harness.cause(Trouble.CUT);
      case 1 -> harness.cause(Trouble.STALL);
      case 2 -> harness.cause(Trouble.REFUSE); // as during a restart
      case 3, 4, 5 -> harness.heal();
      case 6 -> LockSupport.parkNanos(random.nextInt(20_000_000));
      default -> {}
    }
  }

  @SuppressWarnings("NullAway") // null is the only value of a Void request
  private static Subscription<Message<Note>> subscribe(
      Parley parley, WebSocketHarness harness, StreamOptions options) {
    return parley.open(harness.uri(), StreamChannel.class).stream(harness.stream(), null, options);
  }
}
