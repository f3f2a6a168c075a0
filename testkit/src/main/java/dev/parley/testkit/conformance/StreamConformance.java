package dev.parley.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.ChannelClosedException;
import dev.parley.ConfigurationException;
import dev.parley.Feature;
import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Overflow;
import dev.parley.Position;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.testkit.history.History;
import dev.parley.testkit.history.HistoryChecker;
import dev.parley.testkit.history.Rule;
import dev.parley.testkit.history.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every {@link StreamChannel} must do. Extend it in the adapter's tests, as {@link
 * CallConformance} shows.
 */
public abstract class StreamConformance extends Conformance<StreamHarness> {
  /** Fast enough for tests. */
  static final ReconnectPolicy RECONNECT =
      ReconnectPolicy.DEFAULT
          .base(Duration.ofMillis(20))
          .cap(Duration.ofMillis(100))
          .floor(Duration.ofMillis(5));

  static final StreamOptions OPTIONS = StreamOptions.DEFAULT.reconnect(RECONNECT);

  /** For subclasses. */
  protected StreamConformance() {}

  @Override
  final Class<StreamChannel> capability() {
    return StreamChannel.class;
  }

  private final Hearing hearing = new Hearing();

  // ---------------------------------------------------------------- the happy path

  @Test
  final void API_pollsTypedElementsInOrder() throws Exception {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    publish(0, 10);

    assertThat(take(notes, 10)).isEqualTo(ids(0, 10));
    assertThat(notes.poll(Duration.ofMillis(20))).isEmpty();
    assertThat(notes.state()).isEqualTo(State.OPEN);
  }

  @Test
  final void API_pollsInBatches() throws Exception {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    publish(0, 10);
    List<String> seen = new ArrayList<>();
    while (seen.size() < 10) {
      List<Message<Note>> batch = notes.poll(4, Patience.limit());
      assertThat(batch).hasSizeBetween(1, 4);
      batch.forEach(note -> seen.add(note.body().id()));
    }

    assertThat(seen).isEqualTo(ids(0, 10));
  }

  @Test
  final void API_iteratesUntilItIsClosed() {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    publish(0, 5);
    List<String> seen = new ArrayList<>();
    for (Message<Note> note : notes) {
      seen.add(note.body().id());
      if (seen.size() == 5) {
        notes.close();
      }
    }

    assertThat(seen).isEqualTo(ids(0, 5));
    assertThat(notes.state()).isEqualTo(State.CLOSED);
  }

  @Test
  final void API_runsAHandlerInOrder() {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    CompletableFuture<Void> running = notes.start(note -> hearing.handed(note.body().id()));
    publish(0, 100);
    awaitThat("all are handled", () -> hearing.handed().size() == 100);

    assertThat(hearing.handed()).isEqualTo(ids(0, 100));
    notes.close();
    assertThat(Way.await(running)).isNull();
  }

  @Test
  final void API_goesOnWhenAHandlerThrows() {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    CompletableFuture<Void> running =
        notes.start(note -> {
          hearing.handed(note.body().id());
          if (note.body().id().equals("n1")) {
            throw new IllegalStateException("out of paper");
          }
        });
    publish(0, 5);
    awaitThat("all are handled", () -> hearing.handed().size() == 5);

    assertThat(running).isNotDone();
    assertThat(notes.state()).isEqualTo(State.OPEN);
  }

  @Test
  final void API_pausesAndResumes() throws Exception {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    notes.pause();
    publish(0, 3);

    assertThat(notes.isPaused()).isTrue();
    assertThat(notes.poll(Duration.ofMillis(50))).isEmpty();
    notes.resume();
    assertThat(take(notes, 3)).isEqualTo(ids(0, 3));
  }

  @Test
  final void API_endsWhenTheStreamEnds() {
    assume(harness().canEnd(), "the peer cannot end a stream");
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    publish(0, 3);
    harness().end();
    List<String> seen = new ArrayList<>();
    notes.forEach(note -> seen.add(note.body().id()));

    assertThat(seen).isEqualTo(ids(0, 3));
    awaitThat("it is closed", () -> notes.state() == State.CLOSED);
    assertThat(harness().connects()).isEqualTo(1);
  }

  // ---------------------------------------------------------------- continuity

  @Test
  final void CON_1_tellsOfEachConnectionOnceAndBeforeItsFirstElement() {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    handle(notes, note -> hearing.handed(note.body().id()));
    publish(0, 3);
    awaitThat("three are handled", () -> hearing.handed().size() >= 3);
    cutUntilItReconnects();
    publish(3, 6);
    awaitThat("six are handled", () -> hearing.handed().contains("n5"));

    // A connect that fails counts, too.
    assertThat(hearing.resumes().stream().map(Resumed::connection))
        .hasSizeGreaterThanOrEqualTo(2)
        .startsWith(1)
        .doesNotHaveDuplicates()
        .isSorted();
    List<Object> events = hearing.events();
    assertThat(events.indexOf(hearing.resumes().get(0))).isLessThan(events.indexOf("n0"));
    assertThat(events.indexOf(hearing.resumes().get(1))).isLessThan(events.indexOf("n3"));
    assertThat(hearing.states())
        .containsSubsequence(State.OPEN, State.RECOVERING, State.OPEN)
        .doesNotContain(State.FAILED);
  }

  @Test
  final void CON_1_tellsAListenerThatComesLate() {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    Hearing late = new Hearing();
    notes.onStateChange(late);

    // By whichever thread brings the news, which may be at others.
    awaitThat("it is told", () -> !late.resumes().isEmpty());
    assertThat(late.resumes()).isEqualTo(hearing.resumes()).hasSize(1);
  }

  @Test
  final void CON_1_losesNothingWhereThePeerResumes() throws Exception {
    assume(has(Feature.RESUME), "the peer does not resume");
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    publish(0, 5);
    List<String> seen = take(notes, 3);
    cause(Trouble.REFUSE);
    publish(5, 10);
    awaitThat("it is recovering", () -> hearing.hasReached(State.RECOVERING));
    publish(10, 15);
    harness().heal();
    seen.addAll(take(notes, 12));

    assertThat(seen).isEqualTo(ids(0, 15));
    assertThat(hearing.resumes()).hasSizeGreaterThan(1);
    assertThat(hearing.resumes()).allMatch(resumed -> resumed.gap() == Gap.NONE);
    assertThat(last(hearing.resumes()).position()).isPresent();
  }

  @Test
  final void CON_1_isNeverSilentAboutAGap() throws Exception {
    assume(!has(Feature.RESUME), "the peer resumes");
    AtomicInteger reloads = new AtomicInteger();
    Subscription<Message<Note>> notes =
        subscribe(OPTIONS.reload(resumed -> reloads.incrementAndGet()));
    publish(0, 5);
    List<String> seen = take(notes, 5);
    int before = reloads.get();
    int resumesBefore = hearing.resumes().size();
    int connectsBefore = harness().connects();
    cause(Trouble.REFUSE);
    awaitThat("it is recovering", () -> hearing.hasReached(State.RECOVERING));
    publish(5, 10);
    harness().heal();
    awaitThat("it is connected again", () -> hearing.resumes().size() > resumesBefore);
    awaitThat("the peer knows of it", () -> harness().connects() > connectsBefore);
    publish(10, 12);
    seen.addAll(take(notes, 1));

    assertThat(last(hearing.resumes()).gap()).isIn(Gap.POSSIBLE, Gap.LOST);
    assertThat(reloads.get()).as("the reload ran for the gap").isGreaterThan(before);
  }

  @Test
  final void REC_6_keepsTryingUntilThePeerIsThere() throws Exception {
    cause(Trouble.REFUSE);
    Subscription<Message<Note>> notes = stream(open(), OPTIONS.listener(hearing));
    awaitThat("it has tried", () -> hearing.hasReached(State.RECOVERING));
    harness().heal();
    awaitThat("it is connected", () -> notes.state() == State.OPEN);
    awaitThat("the peer knows of it", () -> harness().connects() > 0);
    publish(0, 3);

    assertThat(take(notes, 3)).isEqualTo(ids(0, 3));
    assertThat(hearing.resumes()).hasSize(1);
  }

  @Test
  final void REC_6_failsAfterAsManyConnectsAsAllowed() {
    cause(Trouble.REFUSE);
    Subscription<Message<Note>> notes =
        stream(open(), OPTIONS.reconnect(RECONNECT.maxAttempts(3)).listener(hearing));
    awaitThat("it has failed", () -> notes.state() == State.FAILED);

    assertThat(catchThrowable(() -> notes.forEach(note -> {})))
        .isInstanceOf(dev.parley.ParleyException.class);
    assertThat(hearing.resumes()).isEmpty();
  }

  @Test
  final void REP_startsFromAStoredPosition() throws Exception {
    assume(has(Feature.REPLAY), "the peer does not replay");
    Subscription<Message<Note>> first = subscribe(OPTIONS);
    publish(0, 10);
    assertThat(take(first, 4)).isEqualTo(ids(0, 4));
    String token = first.position().orElseThrow().token();
    first.close();
    Subscription<Message<Note>> second = subscribe(OPTIONS.from(Position.parse(token)));

    assertThat(take(second, 6)).isEqualTo(ids(4, 10));
  }

  @Test
  final void HON_refusesAPositionWhereThePeerCannotReplay() {
    StreamChannel channel = open();
    assume(!channel.features().has(Feature.REPLAY), "the peer replays");

    assertThat(catchThrowable(() -> stream(channel, OPTIONS.from(Position.of("1")))))
        .isInstanceOf(ConfigurationException.class);
    assertThat(harness().connects()).isZero();
  }

  // ---------------------------------------------------------------- liveness

  @Test
  final void LIV_1_noticesThatThePeerHasStalled() throws Exception {
    Duration silence = Duration.ofMillis(600);
    Subscription<Message<Note>> notes = subscribe(OPTIONS.silence(silence));
    assertFlows(notes);
    cause(Trouble.STALL);
    int before = hearing.resumes().size();

    awaitThat("it is recovering", () -> hearing.hasReached(State.RECOVERING));
    harness().heal();
    awaitThat("it is connected again", () -> hearing.resumes().size() > before);
    assertFlows(notes);
  }

  /** Publishes until something comes: a machine that stands still is silent, too. */
  private void assertFlows(Subscription<Message<Note>> notes) throws InterruptedException {
    long end = System.nanoTime() + Patience.limit().toNanos();
    int next = 0;
    do {
      assertThat(System.nanoTime() - end).as("nothing comes").isNegative();
      publish(next, ++next);
    } while (notes.poll(Duration.ofMillis(200)).isEmpty());
  }

  @Test
  final void LIV_1_keepsAnIdleConnection() {
    Subscription<Message<Note>> notes = subscribe(OPTIONS.silence(Duration.ofSeconds(1)));

    // Where the machine itself is silent for a second, it reconnects, and is watched again.
    int tries = 10;
    while (reconnectsWithin(Duration.ofMillis(2500)) && tries > 0) {
      tries--;
    }
    assertThat(tries).as("tries until it stays connected").isPositive();
    awaitThat("it is connected", () -> notes.state() == State.OPEN);
  }

  private boolean reconnectsWithin(Duration limit) {
    int connects = harness().connects();
    long end = System.nanoTime() + limit.toNanos();
    while (harness().connects() == connects && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    return harness().connects() > connects;
  }

  // ---------------------------------------------------------------- buffers

  @Test
  final void BUF_3_holdsASlowConsumerWithinItsBuffer() throws Exception {
    Subscription<Message<Note>> notes = subscribe(OPTIONS.buffer(8));
    publish(0, 200);
    awaitThat("the buffer is full", () -> notes.lag().buffered() == 8);
    Patience.assertNever(
        "more than 8 wait", Duration.ofMillis(60), () -> notes.lag().buffered() > 8);

    assertThat(take(notes, 200)).isEqualTo(ids(0, 200));
    assertThat(notes.lag().dropped()).isZero();
    assertThat(hearing.resumes()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Overflow.class,
      names = {"DROP_OLDEST", "DROP_NEWEST", "LATEST"})
  final void BUF_3_dropsAndCountsByItsPolicy(Overflow overflow) throws Exception {
    Subscription<Message<Note>> notes = subscribe(OPTIONS.buffer(4).overflow(overflow));
    publish(0, 50);
    awaitThat("all have come in", () -> notes.lag().dropped() + notes.lag().buffered() == 50);

    List<String> left =
        switch (overflow) {
          case DROP_OLDEST -> ids(46, 50);
          case DROP_NEWEST -> ids(0, 4);
          default -> ids(49, 50);
        };
    assertThat(notes.lag().dropped()).isEqualTo(50L - left.size());
    assertThat(take(notes, left.size())).isEqualTo(left);
  }

  @Test
  final void DEC_doesNotStallAtAnElementThatCannotBeRead() throws Exception {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    publish(0, 1);
    harness().publishGarbage();
    publish(1, 2);

    assertThat(take(notes, 2)).isEqualTo(ids(0, 2));
    assertThat(notes.state()).isEqualTo(State.OPEN);
    assertThat(hearing.resumes()).hasSize(1);
  }

  // ---------------------------------------------------------------- closing

  @Test
  final void CAN_2_stopsWaitingWhenInterrupted() throws Exception {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread waiting =
        new Thread(() -> thrown.complete(catchThrowable(() -> notes.poll(Duration.ofMinutes(1)))));
    waiting.start();
    awaitThat("it waits", () -> waiting.getState() == Thread.State.WAITING);
    waiting.interrupt();

    assertThat(Way.await(thrown)).isInstanceOf(InterruptedException.class);
    assertThat(notes.state()).isEqualTo(State.OPEN);
  }

  @Test
  final void CLS_1_closesWithItsChannel() throws Exception {
    StreamChannel channel = open();
    Subscription<Message<Note>> notes = stream(channel, OPTIONS.listener(hearing));
    awaitThat("it is connected", () -> notes.state() == State.OPEN);
    CompletableFuture<Void> waiting = background(() -> notes.forEach(note -> {}));
    channel.close();

    assertThat(Way.await(waiting)).isNull();
    assertThat(notes.state()).isEqualTo(State.CLOSED);
    assertThat(notes.poll(Duration.ZERO)).isEmpty();
    assertThat(catchThrowable(() -> stream(channel, OPTIONS)))
        .isInstanceOf(ChannelClosedException.class);
  }

  @Test
  final void CLS_1_letsTheHandlerFinish() throws Exception {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean finished = new AtomicBoolean();
    handle(
        notes,
        note -> {
          hearing.handed(note.body().id());
          release.await();
          finished.set(true);
        });
    publish(0, 5);
    awaitThat("one is handled", () -> hearing.handed().size() == 1);
    CompletableFuture<Void> closing = background(() -> notes.close());
    awaitThat("it closes", () -> notes.state() == State.CLOSING);
    assertThat(closing).isNotDone();
    release.countDown();
    Way.await(closing);

    assertThat(finished).isTrue();
    assertThat(hearing.handed()).isEqualTo(ids(0, 1));
    assertThat(notes.state()).isEqualTo(State.CLOSED);
  }

  @Test
  final void CLS_2_closesFromWithinItsHandler() {
    Subscription<Message<Note>> notes = subscribe(OPTIONS);
    CompletableFuture<Void> running =
        notes.start(note -> {
          hearing.handed(note.body().id());
          notes.close();
        });
    publish(0, 5);

    assertThat(Way.await(running)).isNull();
    assertThat(hearing.handed()).isEqualTo(ids(0, 1));
    assertThat(notes.state()).isEqualTo(State.CLOSED);
  }

  @Test
  final void CLS_2_closesWhileItConnects() {
    StreamChannel channel = open();
    cause(Trouble.STALL);
    Subscription<Message<Note>> notes = stream(channel, OPTIONS.listener(hearing));
    long start = System.nanoTime();
    notes.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(notes.state()).isEqualTo(State.CLOSED);
    harness().heal();
    assertNever("a late connection", () -> !hearing.resumes().isEmpty());
  }

  @Test
  final void CLS_2_leavesNothingBehind() throws Exception {
    StreamChannel channel = open();
    Subscription<Message<Note>> pulled = stream(channel, OPTIONS.listener(hearing));
    Subscription<Message<Note>> handled = stream(channel, OPTIONS);
    handle(handled, note -> {});
    Subscription<Message<Note>> aborted = stream(channel, OPTIONS);
    awaitThat("all are connected", () -> harness().connects() >= 3);
    publish(0, 20);
    take(pulled, 10);
    cutUntilItReconnects();
    aborted.abort();
    List<CompletableFuture<Void>> closers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      closers.add(background(() -> pulled.close()));
    }
    closers.forEach(Way::await);

    assertNothingLeft();
    assertThat(handled.state()).isEqualTo(State.CLOSED);
  }

  // ---------------------------------------------------------------- bad input, escape hatches

  @Test
  final void API_refusesAStreamWithoutABinding() {
    Optional<Operation<Void, Note>> unbound = harness().unboundStream();
    assume(unbound.isPresent(), "the adapter needs no binding");
    StreamChannel channel = open();

    assertThat(catchThrowable(() -> channel.stream(unbound.get())))
        .isInstanceOf(ConfigurationException.class);
    assertThat(harness().connects()).isZero();
  }

  @Test
  final void API_refusesAParameterThatNothingReads() {
    String uri = harness().uri() + (harness().uri().contains("?") ? "&" : "?") + "no-such-thing=1";

    assertThat(catchThrowable(() -> parley().open(uri, StreamChannel.class)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no-such-thing");
  }

  @Test
  final void ESC_1_usesTheUsersOwnClient() throws Exception {
    Optional<StreamChannel> channel = harness().openWithOwnClient(parley(), StreamChannel.class);
    assume(channel.isPresent(), "the adapter takes no native client");
    Subscription<Message<Note>> notes = stream(channel.get(), OPTIONS);
    awaitThat("it is connected", () -> notes.state() == State.OPEN && harness().connects() > 0);
    publish(0, 1);

    assertThat(take(notes, 1)).isEqualTo(ids(0, 1));
    Object client = harness().ownClient().orElseThrow();
    assertThat(channel.get().unwrap(client.getClass()).map(Object.class::cast))
        .containsSame(client);
  }

  @Test
  final void ESC_4_unwraps() {
    assume(harness().nativeClient().isPresent(), "the adapter has no native client");
    StreamChannel channel = open();

    assertThat(channel.unwrap(harness().nativeClient().get())).isPresent();
    assertThat(channel.unwrap(Hearing.class)).isEmpty();
  }

  // ---------------------------------------------------------------- everything at once

  @Test
  final void GRT_1_keepsItsWordWhileTheNetworkFails() throws Exception {
    long seed = Long.getLong("parley.conformance.seed", ThreadLocalRandom.current().nextLong());
    boolean resumes = has(Feature.RESUME);
    History history = History.of("seed " + seed + " (-Dparley.conformance.seed)");
    Witness witness = history.witness("subscriber");
    AtomicInteger connection = new AtomicInteger();
    Hearing witnessing = new Hearing();
    Subscription<Message<Note>> notes =
        stream(
            open(),
            OPTIONS.listener(
                new dev.parley.StateListener() {
                  @Override
                  public void changed(dev.parley.StateChange change) {
                    witnessing.changed(change);
                  }

                  @Override
                  public void resumed(Resumed resumed) {
                    witness.resumed(resumed);
                    connection.set(resumed.connection());
                    witnessing.resumed(resumed);
                  }
                }));
    handle(
        notes,
        note -> {
          long id = Long.parseLong(note.body().id());
          witness.saw(id);
          witnessing.handed(note.body().id());
        });
    awaitThat("it is connected", () -> notes.state() == State.OPEN);
    Nemesis nemesis = new Nemesis(harness(), new Random(seed));
    for (int i = 0; i < 200; i++) {
      long id = history.invoke();
      harness().publish(new Note(Long.toString(id), "text"));
      history.ok(id);
      if (i % 10 == 5) {
        nemesis.strike();
      }
      if (i % 50 == 30) {
        // In between a cut when all has come: the next message is the first of its connection.
        harness().heal();
        awaitThat("it is connected; " + nemesis, () -> notes.state() == State.OPEN);
        if (resumes) {
          String last = Long.toString(id);
          awaitThat("all so far has come; " + nemesis, () -> witnessing.handed().contains(last));
        }
        nemesis.cut();
      }
    }
    harness().heal();
    int resumed = witnessing.resumes().size();
    awaitThat("it is connected", () -> notes.state() == State.OPEN);
    long end = history.invoke();
    harness().publish(new Note(Long.toString(end), "the end"));
    history.ok(end);
    if (resumes) {
      awaitThat(
          "the last has come; " + nemesis, () -> witnessing.handed().contains(Long.toString(end)));
    }
    notes.close();
    witness.closed();

    assertThat(resumed).isPositive();
    List<Rule> rules = new ArrayList<>(List.of(Rule.PER_KEY_ORDER, Rule.NOTHING_AFTER_CLOSE));
    rules.add(resumes ? Rule.AT_LEAST_ONCE : Rule.AT_MOST_ONCE);
    if (!resumes) {
      rules.add(Rule.GAPS_REPORTED);
    }
    HistoryChecker.check(history, rules.toArray(new Rule[0])).assertClean();
  }

  // ---------------------------------------------------------------- helpers

  /** Cuts all connections, once more where nobody noticed: who polls may not have used one. */
  private void cutUntilItReconnects() {
    cause(Trouble.CUT);
    long noticedBy = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    awaitThat(
        "the cut is noticed",
        () -> {
          boolean noticed = hearing.hasReached(State.RECOVERING);
          if (!noticed && System.nanoTime() - noticedBy > 0) {
            harness().cause(Trouble.CUT);
          }
          return noticed;
        });
    awaitThat("it is connected again", () -> hearing.resumes().size() >= 2);
  }

  final StreamChannel open() {
    return open(StreamChannel.class);
  }

  private boolean has(Feature feature) {
    return open().features().has(feature);
  }

  @SuppressWarnings("NullAway") // null is the only value of a Void request
  private Subscription<Message<Note>> stream(StreamChannel channel, StreamOptions options) {
    return channel.stream(harness().stream(), null, options);
  }

  /** Subscribes, and waits until it is connected and the peer knows of it. */
  private Subscription<Message<Note>> subscribe(StreamOptions options) {
    int before = hearing.resumes().size();
    int connects = harness().connects();
    Subscription<Message<Note>> notes = stream(open(), options.listener(hearing));
    awaitThat("it is connected", () -> hearing.resumes().size() > before);
    awaitThat("the peer knows of it", () -> harness().connects() > connects);
    return notes;
  }

  private void publish(int from, int to) {
    for (int i = from; i < to; i++) {
      harness().publish(new Note("n" + i, "text " + i));
    }
  }

  private static List<String> take(Subscription<Message<Note>> notes, int count)
      throws InterruptedException {
    List<String> taken = new ArrayList<>();
    while (taken.size() < count) {
      Optional<Message<Note>> note = notes.poll(Patience.limit());
      assertThat(note).as("element %d of %d, after %s", taken.size(), count, taken).isPresent();
      taken.add(note.get().body().id());
    }
    return taken;
  }

  static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "n" + i).toList();
  }

  static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }
}
