package dev.parley.testkit.conformance;

import static dev.parley.testkit.conformance.StreamConformance.RECONNECT;
import static dev.parley.testkit.conformance.StreamConformance.ids;
import static dev.parley.testkit.conformance.StreamConformance.last;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.ChannelClosedException;
import dev.parley.ConfigurationException;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Feature;
import dev.parley.Gap;
import dev.parley.Ordering;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Resumed;
import dev.parley.RetryMode;
import dev.parley.Signal;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.testkit.history.History;
import dev.parley.testkit.history.HistoryChecker;
import dev.parley.testkit.history.Rule;
import dev.parley.testkit.history.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link QueueChannel} must do. Extend it in the adapter's tests, as {@link
 * CallConformance} shows.
 */
public abstract class QueueConformance extends Conformance<QueueHarness> {
  /** Tried one after the other: a machine that stands still for as long as a lease fails a test. */
  private static final List<Duration> LEASES =
      List.of(Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(8));

  private final Hearing hearing = new Hearing();

  /** For subclasses. */
  protected QueueConformance() {}

  @Override
  final Class<QueueChannel> capability() {
    return QueueChannel.class;
  }

  // ---------------------------------------------------------------- the happy path

  @Test
  final void API_pollsAndAcknowledges() throws Exception {
    Subscription<Delivery<Note>> notes = consume(options());
    publish(0, 10);
    for (Delivery<Note> delivery : take(notes, 10)) {
      assertThat(delivery.isSettled()).isFalse();
      delivery.ack();
      assertThat(delivery.isSettled()).isTrue();
    }

    awaitBacklog(0);
    assertThat(notes.lag().unsettled()).isZero();
  }

  @Test
  final void API_acknowledgesWhenTheHandlerReturns() {
    Subscription<Delivery<Note>> notes = consume(options());
    CompletableFuture<Void> running = notes.start(delivery -> hearing.handed(delivery.body().id()));
    publish(0, 50);
    awaitBacklog(0);

    assertThat(hearing.handed()).isEqualTo(ids(0, 50));
    notes.close();
    assertThat(Way.await(running)).isNull();
  }

  @Test
  final void HON_doesNotAcknowledgeBeforeTheHandlerHasReturned() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Subscription<Delivery<Note>> notes = consume(options());
    handle(
        notes,
        delivery -> {
          hearing.handed(delivery.body().id());
          release.await();
        });
    publish(0, 1);
    awaitThat("it is handled", () -> hearing.handed().size() == 1);

    assertNever("an early acknowledgement", () -> harness().backlog() == 0);
    release.countDown();
    awaitBacklog(0);
  }

  @Test
  final void API_settlesOnce() throws Exception {
    Subscription<Delivery<Note>> notes = consume(options());
    publish(0, 1);
    Delivery<Note> delivery = take(notes, 1).get(0);
    delivery.ack();
    delivery.ack();

    assertThat(catchThrowable(delivery::retry))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this delivery was acknowledged already and cannot be retried now");
    assertThat(catchThrowable(() -> delivery.reject(new IllegalStateException("not today"))))
        .isInstanceOf(IllegalStateException.class);
    awaitBacklog(0);
  }

  // ---------------------------------------------------------------- honesty

  @Test
  final void HON_refusesFeaturesThatItLacks() {
    QueueChannel channel = open();
    for (Feature feature : Feature.values()) {
      Throwable thrown =
          catchThrowable(
              () -> channel.consume(harness().queue(), options().require(feature)).close());
      if (channel.features().has(feature)) {
        assertThat(thrown).as("require(%s)", feature).isNull();
      } else {
        assertThat(thrown)
            .as("require(%s)", feature)
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining(feature.name());
      }
    }
  }

  @Test
  final void HON_refusesToRejectWithoutADeadLetterTarget() {
    QueueChannel channel = open();
    assume(!channel.features().has(Feature.DEAD_LETTER), "the peer keeps dead letters");

    assertThat(
            catchThrowable(
                () -> channel.consume(harness().queue(), options().deadLetter(DeadLetter.PEER))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("has no dead letters of its own");
  }

  // ---------------------------------------------------------------- retry and dead letters

  @Test
  final void RTY_retriesWhatItsHandlerThrewAt() {
    Subscription<Delivery<Note>> notes = consume(options());
    List<Integer> attempts = Collections.synchronizedList(new ArrayList<>());
    handle(
        notes,
        delivery -> {
          attempts.add(delivery.attempt().orElse(0));
          if (attempts.size() < 3) {
            throw new IllegalStateException("not yet");
          }
        });
    publish(0, 1);
    awaitBacklog(0);

    assertThat(attempts).containsExactly(1, 2, 3);
    assertThat(harness().deadLetters()).isEmpty();
  }

  @Test
  final void DLQ_1_rejectsWhatFailsAsOftenAsItMay() {
    Subscription<Delivery<Note>> notes = consume(options().maxAttempts(3));
    AtomicInteger runs = new AtomicInteger();
    handle(
        notes,
        delivery -> {
          if (delivery.body().id().equals("n0")) {
            runs.incrementAndGet();
            throw new IllegalStateException("never");
          }
          hearing.handed(delivery.body().id());
        });
    publish(0, 2);
    awaitThat("the other one is handled", () -> hearing.handed().size() == 1);
    awaitBacklog(0);

    assertThat(runs).hasValue(3);
    assertDeadLettered("text 0");
  }

  @Test
  final void DLQ_1_rejectsAtOnceWhatCannotBeRead() {
    Subscription<Delivery<Note>> notes = consume(options());
    handle(notes, delivery -> hearing.handed(delivery.body().id()));
    publish(0, 1);
    harness().publishGarbage();
    publish(1, 2);
    awaitBacklog(0);

    assertThat(hearing.handed()).isEqualTo(ids(0, 2));
    assertThat(notes.state()).isEqualTo(State.OPEN);
    if (open().features().has(Feature.DEAD_LETTER)) {
      assertThat(harness().deadLetters()).hasSize(1);
    }
  }

  @Test
  final void DLQ_2_rejectsOnDemand() throws Exception {
    Subscription<Delivery<Note>> notes = consume(options());
    publish(0, 2);
    List<Delivery<Note>> deliveries = take(notes, 2);
    deliveries.get(0).reject(new IllegalStateException("not today"));
    deliveries.get(1).ack();
    awaitBacklog(0);

    assertDeadLettered("text 0");
  }

  @Test
  final void RTY_retriesNotBeforeTheTimeAskedFor() throws Exception {
    Subscription<Delivery<Note>> notes = consume(options());
    publish(0, 1);
    Duration after = Duration.ofMillis(100);
    long start = System.nanoTime();
    take(notes, 1).get(0).retry(after);
    Delivery<Note> again = take(notes, 1).get(0);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(after);
    assertThat(again.body().id()).isEqualTo("n0");
    assertThat(again.attempt()).hasValue(2);
    again.ack();
    awaitBacklog(0);
  }

  @Test
  final void ORD_1_keepsTheOrderOfAKeyWhileItRetries() {
    Subscription<Delivery<Note>> notes =
        consume(options().concurrency(4).retryMode(RetryMode.BLOCKING_IN_ORDER));
    AtomicInteger failures = new AtomicInteger();
    handle(
        notes,
        delivery -> {
          if (delivery.body().id().equals("n0") && failures.getAndIncrement() < 2) {
            throw new IllegalStateException("not yet");
          }
          hearing.handed(delivery.body().id());
        });
    for (int i = 0; i < 3; i++) {
      harness().publish(note(i), "one key");
    }
    awaitBacklog(0);

    assertThat(hearing.handed()).isEqualTo(ids(0, 3));
  }

  @Test
  final void ORD_1_letsOthersOvertakeADelayedRetry() {
    Subscription<Delivery<Note>> notes =
        consume(
            options()
                .retryMode(RetryMode.DELAYED_UNORDERED)
                .maxAttempts(10_000)
                .retryBase(Duration.ofMillis(20))
                .retryCap(Duration.ofMillis(20)));
    handle(
        notes,
        delivery -> {
          if (delivery.body().id().equals("n0") && hearing.handed().size() < 2) {
            throw new IllegalStateException("not before the others");
          }
          hearing.handed(delivery.body().id());
        });
    for (int i = 0; i < 3; i++) {
      harness().publish(note(i), "one key");
    }
    awaitBacklog(0);

    assertThat(hearing.handed()).containsExactlyInAnyOrder("n0", "n1", "n2");
    assertThat(hearing.handed().indexOf("n1")).isLessThan(hearing.handed().indexOf("n2"));
    assertThat(last(hearing.handed())).isEqualTo("n0");
  }

  // ---------------------------------------------------------------- redelivery

  @Test
  final void CON_1_tellsOfEachConnectionOnceAndBeforeItsFirstDelivery() {
    assume(!harness().reconnectsItself(), "the native client connects again by itself");
    Subscription<Delivery<Note>> notes = consume(options());
    handle(notes, delivery -> hearing.handed(delivery.body().id()));
    publish(0, 3);
    awaitBacklog(0);
    cause(Trouble.CUT);
    awaitThat("it is connected again", () -> hearing.resumes().size() >= 2);
    publish(3, 6);
    awaitThat("six are handled", () -> hearing.handed().contains("n5"));

    // A connect that fails counts, too; and a pool may hand out another connection that was cut.
    assertThat(hearing.resumes().stream().map(Resumed::connection))
        .startsWith(1)
        .doesNotHaveDuplicates()
        .isSorted();
    assertThat(hearing.resumes()).allMatch(resumed -> resumed.gap() == Gap.NONE);
    List<Object> events = hearing.events();
    assertThat(events.indexOf(hearing.resumes().get(0))).isLessThan(events.indexOf("n0"));
    assertThat(events.indexOf(hearing.resumes().get(1))).isLessThan(events.indexOf("n3"));
    assertThat(hearing.states()).containsSubsequence(State.OPEN, State.RECOVERING, State.OPEN);
  }

  @Test
  final void RD_deliversAgainWhatWasNotSettledBeforeACut() throws Exception {
    Subscription<Delivery<Note>> notes = consume(options());
    publish(0, 3);
    take(notes, 3).get(0).ack();
    awaitBacklog(2);
    cut(2);
    // The deliveries of the lost connection are given up.
    abandon(notes);
    List<Delivery<Note>> again;
    try (Subscription<Delivery<Note>> next = consume(options())) {
      again = take(next, 2);
      assertThat(again.stream().map(delivery -> delivery.body().id())).isEqualTo(ids(1, 3));
      if (harness().countsAttempts()) {
        assertThat(again).allMatch(delivery -> delivery.attempt().orElse(0) > 1);
      }
      again.forEach(Delivery::ack);
      awaitBacklog(0);
    }
  }

  @Test
  final void RD_doesNotHandleAgainWhatWasHandledDuringACut() throws Exception {
    assume(harness().identifiesDeliveries(), "deliveries have no identity");
    CountDownLatch release = new CountDownLatch(1);
    Subscription<Delivery<Note>> notes = consume(options());
    handle(
        notes,
        delivery -> {
          hearing.handed(delivery.body().id());
          release.await();
        });
    publish(0, 1);
    awaitThat("it is handled", () -> hearing.handed().size() == 1);
    cut(2);
    release.countDown();
    awaitBacklog(0);

    assertThat(hearing.handed()).isEqualTo(ids(0, 1));
  }

  @Test
  final void RD_acknowledgesAgainWhatWasSettledTooLate() throws Exception {
    assume(harness().identifiesDeliveries(), "deliveries have no identity");
    assume(!harness().reconnectsItself(), "the native client connects again by itself");
    Subscription<Delivery<Note>> notes = consume(options());
    publish(0, 2);
    List<Delivery<Note>> deliveries = take(notes, 2);
    cause(Trouble.REFUSE);
    awaitThat("it is recovering", () -> hearing.hasReached(State.RECOVERING));
    deliveries.forEach(Delivery::ack); // their connection is gone
    harness().heal();
    // Both are delivered again, recognised when they are asked for, and acknowledged.
    long end = System.nanoTime() + Patience.limit().toNanos();
    do {
      assertThat(notes.poll(Duration.ofMillis(20))).isEmpty();
    } while (harness().backlog() > 0 && System.nanoTime() - end < 0);
    awaitBacklog(0);
  }

  @Test
  final void RD_acknowledgesAContiguousPrefixOnlyOrEachOnItsOwn() throws Exception {
    Subscription<Delivery<Note>> notes = consume(options());
    for (int i = 0; i < 3; i++) {
      harness().publish(note(i), "one key");
    }
    List<Delivery<Note>> deliveries = take(notes, 3);
    deliveries.get(2).ack();
    deliveries.get(1).ack();
    assertNever("the first counts as done", () -> harness().backlog() == 0);
    abandon(notes);
    try (Subscription<Delivery<Note>> next = consume(options())) {
      Delivery<Note> first = take(next, 1).get(0);
      assertThat(first.body().id()).isEqualTo("n0");
      first.ack();
      long end = System.nanoTime() + Patience.limit().toNanos();
      do {
        next.poll(Duration.ofMillis(20)).ifPresent(Delivery::ack);
      } while (harness().backlog() > 0 && System.nanoTime() - end < 0);
      awaitBacklog(0);
    }
  }

  @Test
  final void LEASE_deliversAgainWhatIsNotSettledInTime() throws Exception {
    withinLease((channel, lease) -> {
      Subscription<Delivery<Note>> notes = consume(channel, options().maxUnsettled(1));
      publish(0, 1);
      Delivery<Note> late = take(notes, 1).get(0);
      Delivery<Note> again = take(consume(channel, options()), 1).get(0);
      assertThat(again.attempt()).hasValue(2);
      late.ack(); // too late: it is somebody else's now
      assertNever("a stale acknowledgement counts", () -> harness().backlog() == 0);
      again.ack();
      Patience.awaitThat("it is settled", lease, () -> harness().backlog() == 0);
    });
  }

  @Test
  final void LEASE_keepsADeliveryThatIsExtended() throws Exception {
    withinLease((channel, lease) -> {
      Subscription<Delivery<Note>> notes = consume(channel, options().maxUnsettled(1));
      publish(0, 1);
      Delivery<Note> mine = take(notes, 1).get(0);
      mine.extend(lease.multipliedBy(60));
      assertThat(consume(channel, options()).poll(lease.multipliedBy(2))).isEmpty();
      mine.ack();
      awaitBacklog(0);
    });
  }

  @Test
  final void VIS_1_renewsTheLeaseWhileAHandlerRuns() throws Exception {
    CountDownLatch finish = new CountDownLatch(1);
    withinLease((channel, lease) -> {
      Subscription<Delivery<Note>> notes = consume(channel, options().maxUnsettled(1));
      handle(notes, delivery -> finish.await());
      publish(0, 1);
      awaitThat("it is handled", () -> notes.lag().unsettled() == 1);
      assertThat(consume(channel, options()).poll(lease.multipliedBy(2))).isEmpty();
      finish.countDown();
      awaitBacklog(0);
    });
  }

  private void withinLease(LeaseTest test) throws Exception {
    for (Duration lease : LEASES) {
      Optional<QueueChannel> channel = harness().openWithLease(parley(), lease);
      assume(channel.isPresent(), "the peer has no leases");
      try {
        test.run(channel.get(), lease);
        return;
      } catch (AssertionError e) {
        if (lease.equals(last(LEASES))) {
          throw e;
        }
        channel.get().abort();
        settleAll(harness().openWithLease(parley(), lease).orElseThrow());
      }
    }
  }

  private void settleAll(QueueChannel channel) throws InterruptedException {
    Subscription<Delivery<Note>> rest = consume(channel, options());
    long end = System.nanoTime() + Patience.limit().toNanos();
    do {
      rest.poll(Duration.ofMillis(20)).ifPresent(Delivery::ack);
    } while (harness().backlog() > 0 && System.nanoTime() - end < 0);
    channel.close();
  }

  private interface LeaseTest {
    void run(QueueChannel channel, Duration lease) throws Exception;
  }

  // ---------------------------------------------------------------- order, concurrency, window

  @Test
  final void ORD_1_keepsTheOrderOfEachKeyAtAnyConcurrency() {
    int keys = 8;
    int each = 20;
    Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch two = new CountDownLatch(2);
    Set<String> busy = ConcurrentHashMap.newKeySet();
    AtomicBoolean overlapped = new AtomicBoolean();
    Subscription<Delivery<Note>> notes =
        consume(options().concurrency(4).ordering(Ordering.BY_KEY));
    Random random = new Random(7);
    handle(
        notes,
        delivery -> {
          String key = delivery.key().orElseThrow();
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          if (!busy.add(key)) {
            overlapped.set(true);
          }
          awaitAll(two);
          Thread.sleep(random.nextInt(3));
          seen.computeIfAbsent(key, any -> Collections.synchronizedList(new ArrayList<>()))
              .add(Integer.parseInt(delivery.body().text()));
          busy.remove(key);
          running.decrementAndGet();
        });
    for (int i = 0; i < each; i++) {
      for (int key = 0; key < keys; key++) {
        harness().publish(new Note("k" + key + "-" + i, Integer.toString(i)), "k" + key);
      }
    }
    awaitBacklog(0);

    assertThat(seen).hasSize(keys);
    seen.forEach((key, order) ->
        assertThat(order)
            .as("order of %s", key)
            .isEqualTo(java.util.stream.IntStream.range(0, each).boxed().toList()));
    assertThat(overlapped).as("two of one key at once").isFalse();
    assertThat(most.get()).as("handlers at once").isBetween(2, 4);
  }

  @Test
  final void BUF_3_stopsAtTheWindow() throws Exception {
    Subscription<Delivery<Note>> notes = consume(options().maxUnsettled(4));
    publish(0, 10);
    List<Delivery<Note>> deliveries = take(notes, 4);

    assertThat(notes.poll(Duration.ofMillis(80))).isEmpty();
    assertThat(notes.lag().unsettled()).isEqualTo(4);
    deliveries.forEach(Delivery::ack);
    take(notes, 4).forEach(Delivery::ack);
    take(notes, 2).forEach(Delivery::ack);
    awaitBacklog(0);
  }

  @Test
  final void API_reportsAStall() throws Exception {
    List<Signal.Stalled> stalls = Collections.synchronizedList(new ArrayList<>());
    try (Parley observed =
        harness()
            .configure(configure(Parley.builder()).time(time()))
            .observer(signal -> {
              if (signal instanceof Signal.Stalled stalled) {
                stalls.add(stalled);
              }
            })
            .build()) {
      QueueChannel channel = harness().open(observed, QueueChannel.class);
      Subscription<Delivery<Note>> notes =
          channel.consume(harness().queue(), options().stallAfter(Duration.ofMillis(50)));
      harness().publish(note(0), null);
      Delivery<Note> delivery = take(notes, 1).get(0);
      awaitThat("the stall is reported", () -> !stalls.isEmpty());
      assertThat(stalls).extracting(stalled -> stalled.lag().unsettled()).containsOnly(1);
      delivery.ack();
    }
  }

  @Test
  final void GRP_sharesAmongTheMembersOfAGroup() {
    assume(harness().sharesBetweenMembers(), "only one member is busy at a time");
    Map<String, List<String>> handled = new HashMap<>();
    CountDownLatch both = new CountDownLatch(2);
    for (String member : List.of("a", "b")) {
      List<String> mine = Collections.synchronizedList(new ArrayList<>());
      handled.put(member, mine);
      handle(
          consume(options().maxUnsettled(2)),
          delivery -> {
            mine.add(delivery.body().id());
            if (mine.size() == 1) {
              awaitAll(both); // neither is so fast that nothing is left
            }
          });
    }
    for (int i = 0; i < 60; i++) {
      harness().publish(note(i), "key " + i);
    }
    awaitBacklog(0);

    List<String> all = new ArrayList<>(handled.get("a"));
    all.addAll(handled.get("b"));
    assertThat(all).containsExactlyInAnyOrderElementsOf(ids(0, 60));
    assertThat(handled.get("a")).isNotEmpty();
    assertThat(handled.get("b")).isNotEmpty();
  }

  @Test
  final void GRP_givesEachGroupEverything() {
    assume(harness().hasGroups(), "the adapter has no groups");
    Hearing other = new Hearing();
    handle(consume(options()), delivery -> hearing.handed(delivery.body().id()));
    handle(consume(options().group("another")), delivery -> other.handed(delivery.body().id()));
    publish(0, 10);
    awaitThat("the others are done", () -> other.handed().size() >= 10);
    awaitBacklog(0);

    assertThat(hearing.handed()).isEqualTo(ids(0, 10));
    assertThat(other.handed()).isEqualTo(ids(0, 10));
  }

  // ---------------------------------------------------------------- closing

  @Test
  final void CLS_1_finishesAndAcknowledgesAndGivesTheRestBack() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Subscription<Delivery<Note>> notes = consume(options());
    handle(
        notes,
        delivery -> {
          hearing.handed(delivery.body().id());
          release.await();
        });
    publish(0, 3);
    awaitThat("one is handled", () -> hearing.handed().size() == 1);
    CompletableFuture<Void> closing = background(() -> notes.close());
    awaitThat("it closes", () -> notes.state() == State.CLOSING);
    assertThat(closing).isNotDone();
    release.countDown();
    Way.await(closing);

    assertThat(hearing.handed()).isEqualTo(ids(0, 1));
    awaitBacklog(2);
    try (Subscription<Delivery<Note>> next = consume(options())) {
      List<Delivery<Note>> rest = take(next, 2);
      assertThat(rest.stream().map(delivery -> delivery.body().id())).isEqualTo(ids(1, 3));
      rest.forEach(Delivery::ack);
      awaitBacklog(0);
    }
  }

  @Test
  final void CLS_3_givesBackAtOnceWhenAborted() throws Exception {
    Subscription<Delivery<Note>> notes = consume(options());
    publish(0, 2);
    take(notes, 1);
    notes.abort();

    assertThat(notes.state()).isEqualTo(State.CLOSED);
    try (Subscription<Delivery<Note>> next = consume(options())) {
      take(next, 2).forEach(Delivery::ack);
      awaitBacklog(0);
    }
  }

  @Test
  final void CLS_2_closesFromWithinItsHandler() {
    Subscription<Delivery<Note>> notes = consume(options());
    CompletableFuture<Void> running =
        notes.start(delivery -> {
          hearing.handed(delivery.body().id());
          notes.close();
        });
    publish(0, 3);

    assertThat(Way.await(running)).isNull();
    assertThat(hearing.handed()).isEqualTo(ids(0, 1));
    awaitBacklog(2);
  }

  @Test
  final void CLS_1_closesWithItsChannel() {
    QueueChannel channel = open();
    Subscription<Delivery<Note>> notes =
        channel.consume(harness().queue(), options().listener(hearing));
    awaitThat("it is connected", () -> notes.state() == State.OPEN);
    channel.close();

    assertThat(notes.state()).isEqualTo(State.CLOSED);
    assertThat(catchThrowable(() -> channel.consume(harness().queue(), options())))
        .isInstanceOf(ChannelClosedException.class);
  }

  @Test
  final void CLS_2_leavesNothingBehind() throws Exception {
    Subscription<Delivery<Note>> pulled = consume(options());
    Subscription<Delivery<Note>> handled = consume(options());
    handle(handled, delivery -> hearing.handed(delivery.body().id()));
    for (int i = 0; i < 20; i++) {
      harness().publish(note(i), "key " + i);
    }
    pulled
        .poll(Duration.ofMillis(50))
        .ifPresent(delivery -> delivery.retry(Duration.ofSeconds(10)));
    cutUntilResumed(hearing.resumes().size() + 2);
    List<CompletableFuture<Void>> closers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      closers.add(background(() -> handled.close()));
    }
    closers.forEach(Way::await);

    assertNothingLeft();
  }

  // ---------------------------------------------------------------- bad input, escape hatches

  @Test
  final void API_refusesAQueueWithoutABinding() {
    Optional<Topic<Note>> unbound = harness().unboundQueue();
    assume(unbound.isPresent(), "the adapter needs no binding");
    QueueChannel channel = open();

    assertThat(catchThrowable(() -> channel.consume(unbound.get(), options())))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  final void API_refusesAParameterThatNothingReads() {
    String uri = harness().uri() + (harness().uri().contains("?") ? "&" : "?") + "no-such-thing=1";

    assertThat(catchThrowable(() -> parley().open(uri, QueueChannel.class)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no-such-thing");
  }

  @Test
  final void ESC_4_unwraps() throws Exception {
    assume(harness().nativeClient().isPresent(), "the adapter has no native client");
    assertThat(open().unwrap(harness().nativeClient().get())).isPresent();
    assume(harness().nativeMessage().isPresent(), "the adapter has no native message");
    Subscription<Delivery<Note>> notes = consume(options());
    publish(0, 1);
    Delivery<Note> delivery = take(notes, 1).get(0);

    assertThat(delivery.unwrap(harness().nativeMessage().get())).isPresent();
    assertThat(delivery.unwrap(Hearing.class)).isEmpty();
  }

  // ---------------------------------------------------------------- everything at once

  @Test
  final void GRT_1_keepsItsWordWhileTheNetworkFails() {
    long seed = Long.getLong("parley.conformance.seed", ThreadLocalRandom.current().nextLong());
    History history = History.of("seed " + seed + " (-Dparley.conformance.seed)");
    Witness witness = history.witness("consumer");
    Random random = new Random(seed);
    Subscription<Delivery<Note>> notes =
        consume(options().concurrency(4).ordering(Ordering.BY_KEY));
    Map<Long, Integer> failures = new HashMap<>();
    handle(
        notes,
        delivery -> {
          long id = Long.parseLong(delivery.body().id());
          synchronized (failures) {
            if (id % 17 == 0 && failures.merge(id, 1, Integer::sum) == 1) {
              throw new IllegalStateException("not yet");
            }
          }
          witness.saw(id);
        });
    Nemesis nemesis = new Nemesis(harness(), new Random(seed));
    for (int i = 0; i < 200; i++) {
      String key = "key " + random.nextInt(5);
      long id = history.invoke(key);
      harness().publish(new Note(Long.toString(id), "text"), key);
      history.ok(id);
      if (i % 10 == 5) {
        nemesis.strike();
      }
      if (i % 50 == 30) {
        // In between a cut when all is done: the next message is the first of its connection.
        harness().heal();
        awaitThat("all so far is done; " + nemesis, () -> harness().backlog() == 0);
        nemesis.cut();
      }
    }
    harness().heal();
    awaitThat("all is done; " + nemesis, () -> harness().backlog() == 0);
    notes.close();
    witness.closed();

    List<Rule> rules =
        new ArrayList<>(List.of(Rule.AT_LEAST_ONCE, Rule.PER_KEY_ORDER, Rule.NOTHING_AFTER_CLOSE));
    if (harness().identifiesDeliveries()) {
      rules.add(Rule.AT_MOST_ONCE); // within one subscription it knows what it has handled
    }
    HistoryChecker.check(history, rules.toArray(new Rule[0])).assertClean();
  }

  // ---------------------------------------------------------------- helpers

  final QueueChannel open() {
    return open(QueueChannel.class);
  }

  /** Returns options that are fast enough for tests, and that this endpoint can have. */
  private ConsumeOptions options() {
    ConsumeOptions options =
        ConsumeOptions.DEFAULT
            .reconnect(RECONNECT)
            .listener(hearing)
            .retryBase(Duration.ofMillis(5))
            .retryCap(Duration.ofMillis(20));
    return open().features().has(Feature.DEAD_LETTER)
        ? options
        : options.deadLetter(DeadLetter.LOG_AND_DROP);
  }

  /** Cuts, and waits until that was noticed for the second time, if it is noticed at all. */
  private void cut(int resumes) {
    cause(Trouble.CUT);
    awaitThat(
        "it is connected again",
        () -> harness().reconnectsItself() || hearing.resumes().size() >= resumes);
  }

  /** Cuts, and again while too few noticed: who had yet to ask for a first message did not. */
  private void cutUntilResumed(int times) {
    cause(Trouble.CUT);
    if (harness().reconnectsItself()) {
      return;
    }
    AtomicLong cut = new AtomicLong(System.nanoTime());
    awaitThat(
        "they are connected again",
        () -> {
          if (System.nanoTime() - cut.get() > TimeUnit.SECONDS.toNanos(3)) {
            harness().cause(Trouble.CUT);
            cut.set(System.nanoTime());
          }
          return hearing.resumes().size() >= times;
        });
  }

  /** Consumes, and waits until it is connected. */
  private Subscription<Delivery<Note>> consume(ConsumeOptions options) {
    return consume(open(), options);
  }

  private Subscription<Delivery<Note>> consume(QueueChannel channel, ConsumeOptions options) {
    int before = hearing.resumes().size();
    Subscription<Delivery<Note>> notes = channel.consume(harness().queue(), options);
    awaitThat("it is connected", () -> hearing.resumes().size() > before);
    return notes;
  }

  /** Counts down, and waits for the others a while: a test that needs them fails without. */
  private static void awaitAll(CountDownLatch latch) throws InterruptedException {
    latch.countDown();
    boolean unused = latch.await(Patience.limit().toSeconds() / 2, TimeUnit.SECONDS);
  }

  /** Ends a subscription as a crash does. */
  private static void abandon(Subscription<?> subscription) {
    subscription.abort();
  }

  private void assertDeadLettered(String text) {
    if (open().features().has(Feature.DEAD_LETTER)) {
      assertThat(harness().deadLetters()).hasSize(1);
      assertThat(harness().deadLetters().get(0)).contains(text);
    } else {
      assertThat(harness().deadLetters()).isEmpty();
    }
  }

  private void awaitBacklog(int expected) {
    awaitThat(
        "the peer holds " + expected + ", but it holds " + harness().backlog(),
        () -> harness().backlog() == expected);
  }

  private void publish(int from, int to) {
    for (int i = from; i < to; i++) {
      harness().publish(note(i), (@Nullable String) null);
    }
  }

  private static Note note(int i) {
    return new Note("n" + i, "text " + i);
  }

  private static List<Delivery<Note>> take(Subscription<Delivery<Note>> notes, int count)
      throws InterruptedException {
    List<Delivery<Note>> taken = new ArrayList<>();
    while (taken.size() < count) {
      Optional<Delivery<Note>> delivery = notes.poll(Patience.limit());
      assertThat(delivery).as("delivery %d of %d", taken.size(), count).isPresent();
      taken.add(delivery.get());
    }
    return taken;
  }
}
