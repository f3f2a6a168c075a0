package dev.parley.ladder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Gap;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
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
import dev.parley.UnreachableException;
import dev.parley.testkit.MemoryTransport;
import dev.parley.testkit.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Up and down, in virtual time, over peers in memory that publish the same. */
class LadderTest {
  private static final Operation<Void, String> FEED =
      Operation.of("feed", Void.class, String.class);

  private final VirtualTime time = VirtualTime.create();
  private final MemoryTransport top = MemoryTransport.on(time);
  private final MemoryTransport below = MemoryTransport.on(time);
  private final Parley parley = top.builder().seed(1).build();
  private final List<Move> moves = new CopyOnWriteArrayList<>();
  private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
  private final List<StateChange> changes = new CopyOnWriteArrayList<>();
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private Duration patience = Duration.ofHours(1); // or a thread that is stalled costs its rung

  @AfterEach
  void close() {
    parley.close(Duration.ZERO);
    below.close();
    top.close();
    time.close();
  }

  private LadderChannel ladder(String ofTop, String ofBelow) {
    return LadderChannel.builder()
        .rung(parley.at("mem:top" + ofTop).provider(top).open(StreamChannel.class))
        .rung(parley.at("mem:below" + ofBelow).provider(below).open(StreamChannel.class))
        .patience(patience)
        .listener(moves::add)
        .open(parley);
  }

  private Subscription<Message<String>> subscribe(LadderChannel ladder, StreamOptions options) {
    Subscription<Message<String>> feed =
        ladder.stream(
            FEED,
            null,
            options
                .silence(Duration.ofHours(1))
                .listener(
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
    CompletableFuture<Void> unused = feed.start(message -> seen.add(message.body()));
    return feed;
  }

  private Subscription<Message<String>> subscribe(String ofTop, String ofBelow) {
    return subscribe(ladder(ofTop, ofBelow), StreamOptions.DEFAULT);
  }

  private void publish(String... elements) {
    for (String element : elements) {
      top.publish(FEED, element);
      below.publish(FEED, element);
    }
  }

  // A virtual second for each 50 ms in which the condition does not come to hold: on a busy machine
  // a clock that runs ahead of the threads makes a live peer look dead.
  private void until(BooleanSupplier condition, Duration within) {
    for (long second = 0; second <= within.toSeconds(); second++) {
      long end = System.nanoTime() + Duration.ofMillis(second == 0 ? 1000 : 50).toNanos();
      while (System.nanoTime() - end < 0) {
        if (condition.getAsBoolean()) {
          return;
        }
        LockSupport.parkNanos(1_000_000);
      }
      time.advance(Duration.ofSeconds(1));
    }
    // What was due by then may still be under way on another thread.
    await()
        .alias("within %s; seen %s, %s, %s".formatted(within, seen, resumes, moves))
        .atMost(Duration.ofSeconds(20))
        .until(condition::getAsBoolean);
  }

  private boolean hasReached(State state) {
    return changes.stream().anyMatch(change -> change.to() == state);
  }

  private void until(BooleanSupplier condition) {
    until(condition, Duration.ofSeconds(30));
  }

  @Test
  void standsOnTheFirstRung_ifItCanBeHad() {
    var feed = subscribe("", "");
    publish("a");
    until(() -> seen.size() == 1);

    assertThat(moves).hasSize(1);
    assertThat(moves.get(0).from()).isEmpty();
    assertThat(moves.get(0).to()).hasToString("mem:top");
    assertThat(moves.get(0).cause()).isEmpty();
    assertThat(below.arrivals(FEED)).isZero();
    assertThat(feed.unwrap(StreamChannel.class).orElseThrow().uri()).hasToString("mem:top");
  }

  @Test
  void goesDown_whenARungCannotBeHad_andUpWhenItCan_withThePosition() {
    top.faults().refuse();
    var feed = subscribe("", "");
    publish("a", "b");
    until(() -> seen.size() == 2);
    assertThat(moves.get(0).to()).hasToString("mem:below");
    assertThat(moves.get(0).cause()).isPresent();
    assertThat(resumes.get(0).gap()).isEqualTo(Gap.NONE);

    top.faults().heal();
    until(() -> moves.size() == 2, Duration.ofMinutes(2));
    publish("c");
    until(() -> seen.contains("c") && feed.state() == State.OPEN);

    assertThat(seen).containsExactly("a", "b", "c");
    assertThat(moves.get(1).from())
        .hasValueSatisfying(from -> assertThat(from).hasToString("mem:below"));
    assertThat(moves.get(1).to()).hasToString("mem:top");
    assertThat(resumes).hasSize(2);
    assertThat(resumes.get(1).gap()).isEqualTo(Gap.NONE);
    assertThat(resumes.get(1).position()).contains(Position.of("1"));
    assertThat(resumes.get(1).reason()).isEqualTo("on mem:top: replayed");
    assertThat(changes.stream().filter(change -> change.to() == State.RECOVERING))
        .singleElement()
        .satisfies(change ->
            assertThat(change.cause().orElseThrow())
                .hasMessageContaining(
                    "going up from mem:below to mem:top, which can be had again"));
  }

  @Test
  void goesDown_whenTheRungItStandsOnBreaks_andLosesNothing() {
    subscribe("", "");
    publish("a", "b");
    until(() -> seen.size() == 2);
    top.faults().partition();
    below.publish(FEED, "c");
    until(() -> seen.size() == 3, Duration.ofMinutes(2));

    assertThat(seen).containsExactly("a", "b", "c");
    assertThat(moves)
        .extracting(move -> move.to().toString())
        .containsExactly("mem:top", "mem:below");
    assertThat(resumes).extracting(Resumed::gap).containsOnly(Gap.NONE);
  }

  @Test
  void staysOnItsRung_whenThatCanBeHadAgainAtOnce() {
    subscribe("", "");
    publish("a");
    until(() -> seen.size() == 1);
    top.faults().cut();
    publish("b");
    until(() -> seen.size() == 2);

    assertThat(moves).hasSize(1);
    assertThat(resumes).hasSize(2);
    assertThat(below.arrivals(FEED)).isZero();
  }

  @Test
  void CON_1_tellsThatSomethingMayBeMissing_whereARungCannotResume() {
    top.faults().refuse();
    subscribe("", "?without=resume,replay");
    publish("a");
    until(() -> seen.size() == 1);
    below.faults().cut();
    until(() -> resumes.size() == 2);

    assertThat(resumes.get(1).gap()).isEqualTo(Gap.POSSIBLE);
    assertThat(resumes.get(1).reason())
        .isEqualTo(
            "on mem:below?without=resume,replay: it cannot resume where the one before was lost");
  }

  @Test
  void CON_1_tellsWhatIsLost_whenTheUpperRungHasForgotten() {
    top.faults().refuse();
    subscribe("", "");
    publish("a", "b");
    until(() -> seen.size() == 2);
    top.publish(FEED, "x");
    top.publish(FEED, "y");
    top.publish(FEED, "z");
    top.trim(FEED, 1);
    top.faults().heal();
    until(() -> resumes.size() == 2, Duration.ofMinutes(2));

    assertThat(resumes.get(1).gap()).isEqualTo(Gap.LOST);
    until(() -> seen.contains("z"));
    assertThat(seen).containsExactly("a", "b", "z");
  }

  @Test
  void startsFromTheTop_whenNothingCouldBeHadForAWhile() {
    subscribe("", "");
    publish("a");
    until(() -> seen.size() == 1);
    top.faults().partition();
    below.faults().partition();
    until(() -> hasReached(State.RECOVERING));
    for (int second = 0; second < 90; second++) {
      time.advance(Duration.ofSeconds(1));
    }
    assertThat(hasReached(State.FAILED)).isFalse();
    below.faults().heal();
    top.faults().heal();
    publish("b");
    until(() -> seen.size() == 2, Duration.ofMinutes(2));

    assertThat(seen).containsExactly("a", "b");
    assertThat(moves).as("it was an outage, no rung to avoid").hasSize(1);
  }

  @Test
  void REC_6_failsWithAllItTried_whenNoRungCanBeHadAsOftenAsAllowed() {
    top.faults().partition();
    below.faults().partition();
    subscribe(
        ladder("", ""), StreamOptions.DEFAULT.reconnect(ReconnectPolicy.DEFAULT.maxAttempts(2)));
    until(() -> hasReached(State.FAILED), Duration.ofMinutes(2));

    assertThat(changes.get(changes.size() - 1).cause().orElseThrow())
        .isInstanceOf(UnreachableException.class)
        .hasMessageContaining("no rung of the ladder can be had: mem:top: ")
        .hasMessageContaining("; mem:below: ");
    assertThat(moves).isEmpty();
  }

  @Test
  void goesDown_whenARungDoesNotConnectInTime() {
    top.faults().freeze();
    patience = Duration.ofSeconds(10);
    subscribe("", "");
    publish("a");
    until(() -> moves.size() == 1, Duration.ofSeconds(11));

    assertThat(moves.get(0).to()).hasToString("mem:below");
    assertThat(moves.get(0).cause().orElseThrow())
        .hasMessageContaining("no connection to mem:top within 10000 ms");
  }

  @Test
  void goesDown_whenTheConnectionsOfARungDoNotLive() {
    subscribe("", "");
    publish("a");
    until(() -> seen.size() == 1);
    for (int i = 2; i <= 3; i++) {
      int connection = i;
      top.faults().cut();
      until(() -> resumes.size() == connection);
    }
    top.faults().cut();
    until(() -> moves.size() == 2);

    assertThat(moves.get(1).to()).hasToString("mem:below");
  }

  @Test
  void triesABlockedRungLessAndLessOften_andEachInItsTurn() {
    Standing standing = new Standing(3, Climbing.DEFAULT, () -> 0);
    UnreachableException cause =
        new UnreachableException(Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, "refused"));
    Duration now = Duration.ZERO;
    for (int minutes : new int[] {1, 2, 4, 8, 15, 15}) {
      standing.block(0, cause, now.toNanos());
      standing.block(1, cause, now.toNanos() + 1);
      assertThat(standing.above(2, now.plusMinutes(minutes).toNanos() - 1)).isEqualTo(-1);
      now = now.plusMinutes(minutes).plusNanos(1);
      assertThat(standing.above(2, now.toNanos())).isZero();
      assertThat(standing.order(now.toNanos())).containsExactly(0, 1, 2);
    }
    standing.block(0, cause, now.toNanos());
    assertThat(standing.above(2, now.plusHours(1).toNanos())).isEqualTo(1);
    assertThat(standing.order(now.toNanos())).containsExactly(1, 2, 0);
  }

  @Test
  void promisesWhatAllItsRungsDo() {
    assertThat(ladder("", "").features().has(Feature.RESUME)).isTrue();
    LadderChannel forgetful = ladder("", "?without=resume,replay");
    assertThat(forgetful.features().has(Feature.RESUME)).isFalse();
    assertThatThrownBy(() -> subscribe(forgetful, StreamOptions.DEFAULT.from(Position.of("1"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the rung mem:below?without=resume,replay cannot replay, so that the ladder takes no"
                + " position");
  }

  @Test
  void refusesARungThatNobodyOpens_atOnce() {
    assertThatThrownBy(
            () -> LadderChannel.builder().rung("mem:top").rung("carrier-pigeon://x").open(parley))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("carrier-pigeon");
    assertThatThrownBy(() -> LadderChannel.builder().open(parley))
        .hasMessage("a ladder needs a rung: add one by rung(uri)");
  }

  @Test
  void builder() {
    MemoryTransport shop = top;
    try (Parley parley = shop.parley()) {
      // @start region="ladder"
      LadderChannel feed =
          LadderChannel.builder()
              .rung("mem:shop") // wss://shop.example/feed
              .rung("mem+poll:shop") // sse+https://…, longpoll+https://…, poll+https://…
              .listener(move -> System.out.println("on " + move.to()))
              .open(parley);
      // @end
      assertThat(feed.uri()).hasToString("ladder:stream");
      assertThat(feed.explain()).contains("mem:shop, off, subscribed to without reconnecting");
    }
  }
}
