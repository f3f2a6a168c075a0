package dev.parley.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.Call;
import dev.parley.CallCancelledException;
import dev.parley.CallOptions;
import dev.parley.Channel;
import dev.parley.ChannelClosedException;
import dev.parley.CommunicationInterruptedException;
import dev.parley.ConfigurationException;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.RemoteException;
import dev.parley.Reply;
import dev.parley.RetryPolicy;
import dev.parley.Signal;
import dev.parley.State;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.testkit.history.History;
import dev.parley.testkit.history.HistoryChecker;
import dev.parley.testkit.history.HistoryReport;
import dev.parley.testkit.history.Rule;
import dev.parley.testkit.history.Witness;
import dev.parley.testkit.history.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What calls and sends have in common: attempts, effects, deadlines, cancels, closing.
 *
 * @param <H> the harness that the suite needs
 * @param <C> the capability
 * @param <R> what an exchange returns
 */
public abstract class ExchangeConformance<H extends Harness, C extends Channel, R>
    extends Conformance<H> {
  /** Fast enough for tests. */
  static final RetryPolicy RETRY =
      RetryPolicy.DEFAULT
          .base(Duration.ofMillis(1))
          .throttledBase(Duration.ofMillis(1))
          .cap(Duration.ofMillis(5));

  // Shorter than any answer that does not come, and long enough to send a request.
  private static final Duration HASTE = Duration.ofMillis(200);

  private static final Duration LEAST_ATTEMPT = Duration.ofSeconds(5);

  // What a peer may ask for: it is honoured, and longer than all that must happen meanwhile.
  private static final Duration LONG_WAIT = Duration.ofSeconds(15);

  // It would be honoured, too, but for the deadline.
  private static final Duration TOO_LONG = Duration.ofSeconds(55);

  static final Note NOTE = new Note("n1", "Grüße, 世界 🌍\nsecond line");

  ExchangeConformance() {}

  /** Returns options whose times are longer than a busy machine stands still. */
  static CallOptions options() {
    return CallOptions.DEFAULT
        .retry(RETRY)
        .attemptTimeout(attemptTimeout())
        .deadline(Patience.limit().plusSeconds(20));
  }

  private static Duration attemptTimeout() {
    Duration half = Patience.limit().dividedBy(2);
    return half.compareTo(LEAST_ATTEMPT) < 0 ? LEAST_ATTEMPT : half;
  }

  @Override
  abstract Class<C> capability();

  abstract Call<R> exchange(C channel, Idempotency idempotency, Note note, CallOptions options);

  /** Checks that what came back belongs to the note. */
  abstract void assertAnswers(Note note, Reply<R> reply);

  /** Returns what uses a missing binding; empty if the adapter needs none. */
  abstract Optional<Runnable> unbound(C channel);

  abstract Optional<Class<?>> nativeResult();

  final C open() {
    return open(capability());
  }

  // ---------------------------------------------------------------- the happy path

  @ParameterizedTest
  @EnumSource(Way.class)
  final void API_carriesATypedBody(Way way) {
    Reply<R> reply = way.run(exchange(open(), Idempotency.NONE, NOTE, options()));

    assertAnswers(NOTE, reply);
    assertThat(reply.attempts()).isEqualTo(1);
    assertThat(reply.elapsed()).isPositive();
    assertThat(script().notes()).containsExactly(NOTE);
    assertThat(script().effects(NOTE.id())).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void API_carriesAnEmptyAndALargeBody(Way way) {
    C channel = open();
    Note empty = new Note("empty", "");
    Note large = new Note("large", "0123456789abcdef".repeat(1 << 14));

    assertAnswers(empty, way.run(exchange(channel, Idempotency.NONE, empty, options())));
    assertAnswers(large, way.run(exchange(channel, Idempotency.NONE, large, options())));
    assertThat(script().notes()).containsExactly(empty, large);
  }

  @Test
  final void API_carriesHeaders() {
    assume(harness().carriesHeaders(), "headers do not travel");

    exchange(open(), Idempotency.NONE, NOTE, options().header("x-note", "a b")).execute();

    assertThat(harness().lastHeader("X-Note")).contains("a b");
  }

  @Test
  final void API_keepsConcurrentExchangesApart() {
    C channel = open();
    Map<Note, CompletableFuture<Reply<R>>> running = new HashMap<>();
    for (int i = 0; i < 64; i++) {
      Note note = new Note("n" + i, "text " + i);
      running.put(note, exchange(channel, Idempotency.NONE, note, options()).submit());
    }

    running.forEach((note, reply) -> assertAnswers(note, Way.await(reply)));
    assertThat(script().arrivals()).isEqualTo(64);
  }

  @Test
  final void API_refusesToRunTwice() {
    Call<R> call = exchange(open(), Idempotency.NONE, NOTE, options());
    call.execute();

    assertThat(catchThrowable(call::execute)).isInstanceOf(IllegalStateException.class);
    assertThat(script().arrivals()).isEqualTo(1);
  }

  // ---------------------------------------------------------------- attempts

  @ParameterizedTest
  @CsvSource({"BLOCKING, 1", "BLOCKING, 2", "BLOCKING, 5", "ASYNCHRONOUS, 1", "ASYNCHRONOUS, 5"})
  final void AMP_1_makesAsManyAttemptsAsConfigured(Way way, int attempts) {
    assumeActs(Act.Kind.BUSY);
    script().otherwise(Act.BUSY);

    ParleyException failure =
        fail(
            way,
            exchange(open(), Idempotency.SAFE, NOTE, options().retry(RETRY.maxAttempts(attempts))));

    assertThat(script().arrivals()).as("arrivals at the peer").isEqualTo(attempts);
    assertThat(failure.outcome().orElseThrow().attempts()).isEqualTo(attempts);
    assertThat(failure.attempts()).hasSize(attempts);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.ATTEMPTS);
    assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Idempotency.class,
      names = {"SAFE", "IDEMPOTENT", "KEYED"})
  final void RTY_1_retriesRepeatableOperationAfterPossibleEffect(Idempotency idempotency) {
    assumeActs(Act.Kind.BUSY);
    script().next(Act.BUSY, Act.BUSY);

    Reply<R> reply = exchange(open(), idempotency, NOTE, options()).execute();

    assertAnswers(NOTE, reply);
    assertThat(reply.attempts()).isEqualTo(3);
    assertThat(script().arrivals()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void RTY_1_retriesUnsafeOperationAfterProofThatNothingWasDone(Way way) {
    assumeActs(Act.Kind.DECLINE);
    script().next(Act.DECLINE, Act.DECLINE);

    Reply<R> reply = way.run(exchange(open(), Idempotency.NONE, NOTE, options()));

    assertAnswers(NOTE, reply);
    assertThat(script().arrivals()).isEqualTo(3);
    assertThat(script().effects(NOTE.id())).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void RTY_2_doesNotRepeatUnsafeOperationAfterPossibleEffect(Way way) {
    assumeActs(Act.Kind.BUSY);
    script().next(Act.BUSY);

    ParleyException failure = fail(way, exchange(open(), Idempotency.NONE, NOTE, options()));

    assertThat(script().arrivals()).as("arrivals at the peer").isEqualTo(1);
    assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.UNSAFE);
    assertThat(failure.getCause()).isInstanceOf(ParleyException.class);
  }

  @Test
  final void RTY_2_tellsTheKeyToRepeatWith() {
    assumeActs(Act.Kind.BUSY);
    script().next(Act.BUSY);

    ParleyException failure =
        fail(
            Way.BLOCKING,
            exchange(open(), Idempotency.NONE, NOTE, options().idempotencyKey("key-1")));

    // A key that the caller added does not make it retryable, but it goes out.
    assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(failure.idempotencyKey()).contains("key-1");
    assertThat(script().keys()).containsExactly("key-1");
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void KEY_1_repeatsTheSameKeyOnEachAttempt(Way way) {
    assumeActs(Act.Kind.BUSY);
    script().next(Act.BUSY, Act.BUSY);
    C channel = open();

    Reply<R> first = way.run(exchange(channel, Idempotency.KEYED, NOTE, options()));
    Reply<R> second = way.run(exchange(channel, Idempotency.KEYED, NOTE, options()));

    List<String> keys = script().keys();
    assertThat(keys).hasSize(4);
    assertThat(keys.get(0)).isNotEmpty();
    assertThat(keys.subList(0, 3)).containsOnly(keys.get(0));
    assertThat(keys.get(3)).isNotEmpty().isNotEqualTo(keys.get(0));
    assertThat(first.idempotencyKey()).contains(keys.get(0));
    assertThat(second.idempotencyKey()).contains(keys.get(3));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void RTY_3_doesNotRepeatWhatFailsForGood(Way way) {
    assumeActs(Act.Kind.FORBID);
    script().otherwise(Act.FORBID);

    ParleyException failure = fail(way, exchange(open(), Idempotency.SAFE, NOTE, options()));

    assertThat(script().arrivals()).isEqualTo(1);
    assertThat(failure).isInstanceOf(RemoteException.class);
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
    assertThat(failure.getMessage()).contains("after 1 attempt").contains("not retried, PERMANENT");
  }

  @Test
  final void BUD_6_makesOneAttemptWhileRetriesAreSwitchedOff() {
    assumeActs(Act.Kind.BUSY);
    script().otherwise(Act.BUSY);
    C channel = open();
    parley().retries(false);

    ParleyException failure =
        fail(Way.BLOCKING, exchange(channel, Idempotency.SAFE, NOTE, options()));

    assertThat(script().arrivals()).isEqualTo(1);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.SWITCHED_OFF);
  }

  // ---------------------------------------------------------------- effects and faults

  @ParameterizedTest
  @EnumSource(Way.class)
  final void EFF_tellsThatNothingWasSentWhenRefused(Way way) {
    cause(Trouble.REFUSE);

    ParleyException failure = fail(way, exchange(open(), Idempotency.NONE, NOTE, options()));

    assertThat(failure).isInstanceOf(UnreachableException.class);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.ATTEMPTS);
    assertThat(failure.outcome().orElseThrow().attempts()).isEqualTo(3);
    assertThat(script().arrivals()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void RTY_1_retriesUnsafeOperationThatWasRefused(Way way) {
    try (Parley observed =
        harness()
            .configure(configure(Parley.builder()).time(time()))
            .observer(signal -> {
              if (signal instanceof Signal.AttemptEnded) {
                harness().heal();
              }
            })
            .build()) {
      cause(Trouble.REFUSE);
      C channel = harness().open(observed, capability()); // on no connection that is being cut
      CallOptions patient =
          options()
              .retry(RETRY.maxAttempts(10).base(Duration.ofMillis(20)).cap(Duration.ofSeconds(2)));

      Reply<R> reply = way.run(exchange(channel, Idempotency.NONE, NOTE, patient));

      assertThat(reply.attempts()).isGreaterThan(1);
      assertThat(script().arrivals()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void EFF_tellsThatThePeerMayHaveActedWhenTheReplyIsCut(Way way) {
    cause(Trouble.CUT_REPLY);

    ParleyException failure = fail(way, exchange(open(), Idempotency.NONE, NOTE, options()));

    assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
    assertThat(script().arrivals()).as("arrivals at the peer").isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void RTY_1_retriesWhenTheReplyIsCut(Way way) {
    cause(Trouble.CUT_REPLY);

    Reply<R> reply =
        way.run(exchange(open(), Idempotency.KEYED, NOTE, options().retry(RETRY.maxAttempts(5))));

    assertAnswers(NOTE, reply);
    assertThat(reply.attempts()).isGreaterThan(1).isEqualTo(script().arrivals());
    assertThat(script().effects(NOTE.id())).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void BDY_3_neverPassesAPartOfAReplyForTheWhole(Way way) {
    cause(Trouble.TRUNCATE_REPLY);
    Note large = new Note("large", "0123456789abcdef".repeat(1 << 10));

    Reply<R> reply =
        way.run(exchange(open(), Idempotency.SAFE, large, options().retry(RETRY.maxAttempts(5))));

    assertAnswers(large, reply);
    assertThat(reply.attempts()).isGreaterThan(1).isEqualTo(script().arrivals());
  }

  @Test
  final void BDY_3_failsUnsafeOperationWhoseReplyIsTruncated() {
    cause(Trouble.TRUNCATE_REPLY);
    Note large = new Note("large", "0123456789abcdef".repeat(1 << 10));

    ParleyException failure =
        fail(Way.BLOCKING, exchange(open(), Idempotency.NONE, large, options()));

    assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
    assertThat(script().arrivals()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void DLN_2_cutsATrickleAtTheAttemptTimeout(Way way) {
    C channel = open();
    cause(Trouble.TRICKLE);

    long start = System.nanoTime();
    ParleyException failure =
        failLate(timeout ->
            fail(way, exchange(channel, Idempotency.SAFE, NOTE, once().attemptTimeout(timeout))));

    assertThat(elapsedSince(start)).isGreaterThanOrEqualTo(HASTE.minusMillis(1));
    assertThat(failure).isInstanceOf(TransportException.class);
    assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
    harness().heal();
    assertAnswers(NOTE, way.run(exchange(channel, Idempotency.SAFE, NOTE, options())));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void DLN_2_timesOutWhenThePeerStalls_andTheNextWorks(Way way) {
    C channel = open();
    way.run(exchange(channel, Idempotency.SAFE, NOTE, options()));
    cause(Trouble.STALL);

    ParleyException failure =
        failLate(timeout ->
            fail(way, exchange(channel, Idempotency.NONE, NOTE, once().attemptTimeout(timeout))));

    assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
    harness().heal();
    assertAnswers(NOTE, way.run(exchange(channel, Idempotency.SAFE, NOTE, options())));
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void DLN_2_countsAMissingAnswerAsPossibleEffect(Way way) {
    assumeActs(Act.Kind.HOLD);
    script().otherwise(Act.HOLD);
    C channel = open();
    AtomicInteger calls = new AtomicInteger();

    ParleyException failure =
        failLate(timeout -> {
          CallOptions hasty = options().attemptTimeout(timeout);
          calls.incrementAndGet();
          return fail(way, exchange(channel, Idempotency.NONE, NOTE, hasty));
        });

    assertThat(failure).isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
    assertThat(script().arrivals()).isLessThanOrEqualTo(calls.get());
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void DLN_2_retriesSafeOperationAfterAMissingAnswer(Way way) {
    assumeActs(Act.Kind.HOLD);
    script().next(Act.HOLD);

    Reply<R> reply =
        way.run(
            exchange(
                open(),
                Idempotency.SAFE,
                NOTE,
                options().attemptTimeout(Duration.ofSeconds(1)).retry(RETRY.maxAttempts(10))));

    assertAnswers(NOTE, reply);
    // On a busy machine other answers may come too late, too.
    assertThat(script().arrivals()).isBetween(2, reply.attempts());
  }

  @Test
  final void API_worksAgainAfterEverythingWasCut() {
    C channel = open();
    exchange(channel, Idempotency.SAFE, NOTE, options()).execute();
    cause(Trouble.CUT);

    Reply<R> reply = exchange(channel, Idempotency.SAFE, NOTE, options()).execute();

    assertAnswers(NOTE, reply);
  }

  // ---------------------------------------------------------------- hints

  @ParameterizedTest
  @EnumSource(Way.class)
  final void BKF_7_doesNotRetryBeforeThePeersHint(Way way) {
    assumeHints();
    Duration hint = harness().shortestHint();
    script().next(Act.declineFor(hint));

    long start = System.nanoTime();
    Reply<R> reply = way.run(exchange(open(), Idempotency.NONE, NOTE, options()));

    assertThat(elapsedSince(start)).isGreaterThanOrEqualTo(hint);
    assertThat(reply.attempts()).isEqualTo(2);
  }

  @Test
  final void BKF_9_failsAtOnceWhenThePeerAsksForTooMuchPatience() {
    assumeHints();
    script().otherwise(Act.declineFor(Duration.ofSeconds(100)));

    ParleyException failure =
        fail(Way.BLOCKING, exchange(open(), Idempotency.SAFE, NOTE, options().noDeadline()));

    assertThat(failure.notRetriedBecause()).contains(NotRetried.PUSHBACK);
    assertThat(failure.retryAfter()).contains(Duration.ofSeconds(100));
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(script().arrivals()).isEqualTo(1);
  }

  @Test
  final void DLN_3_doesNotWaitWhenTheDeadlineLeavesNoTime() {
    assumeHints();
    script().otherwise(Act.declineFor(TOO_LONG));

    long start = System.nanoTime();
    ParleyException failure =
        fail(Way.BLOCKING, exchange(open(), Idempotency.SAFE, NOTE, options()));

    assertThat(elapsedSince(start)).isLessThan(Duration.ofSeconds(30));
    assertThat(failure.notRetriedBecause()).contains(NotRetried.DEADLINE);
  }

  // ---------------------------------------------------------------- deadline, cancel, interrupt

  @ParameterizedTest
  @EnumSource(Way.class)
  final void DLN_1_endsAtTheDeadline(Way way) {
    assumeActs(Act.Kind.HOLD);
    script().otherwise(Act.HOLD);

    long start = System.nanoTime();
    ParleyException failure =
        fail(way, exchange(open(), Idempotency.SAFE, NOTE, options().deadline(HASTE)));

    assertThat(elapsedSince(start)).isBetween(HASTE.minusMillis(1), attemptTimeout());
    assertThat(failure).isInstanceOf(DeadlineExceededException.class);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.DEADLINE);
    assertThat(script().arrivals()).isLessThanOrEqualTo(1); // none, if the machine stood still
  }

  @Test
  final void CAN_1_stopsWhenTheFutureIsCancelled() {
    assumeActs(Act.Kind.HOLD);
    script().otherwise(Act.HOLD);
    CompletableFuture<Reply<R>> reply =
        exchange(open(), Idempotency.SAFE, NOTE, options()).submit();
    awaitThat("the request", () -> script().arrivals() == 1);

    assertThat(reply.cancel(true)).isTrue();

    assertThat(reply).isCancelled();
    assertThat(catchThrowable(reply::get)).isInstanceOf(CancellationException.class);
    if (harness().noticesAbandonedCallers()) {
      awaitThat("the peer notices", () -> script().abandonedCallers() == 1);
    }
    assertNever("later attempts", () -> script().arrivals() > 1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void CAN_1_stopsWhenTheCallIsCancelled(Way way) {
    assumeActs(Act.Kind.HOLD);
    script().otherwise(Act.HOLD);
    Call<R> call = exchange(open(), Idempotency.SAFE, NOTE, options());
    CompletableFuture<Throwable> ended = inBackground(() -> way.run(call));
    awaitThat("the request", () -> script().arrivals() == 1);

    call.cancel();

    assertThat(Way.await(ended))
        .isInstanceOf(
            way == Way.BLOCKING ? CallCancelledException.class : CancellationException.class);
    assertNever("later attempts", () -> script().arrivals() > 1);
  }

  @Test
  final void CAN_1_stopsWhileItWaitsForTheNextAttempt() {
    assumeHints();
    script().otherwise(Act.declineFor(LONG_WAIT));
    CompletableFuture<Reply<R>> reply =
        exchange(open(), Idempotency.SAFE, NOTE, options()).submit();
    awaitThat("the request", () -> script().arrivals() == 1);

    reply.cancel(true);

    assertThat(reply).isCancelled();
    awaitThat("its timer is gone", () -> time().scheduled() == 0);
    assertThat(script().arrivals()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Act.Kind.class,
      names = {"HOLD", "DECLINE"})
  final void CAN_2_stopsWhenTheCallersThreadIsInterrupted(Act.Kind kind) throws Exception {
    assumeActs(kind);
    if (kind == Act.Kind.DECLINE) {
      assumeHints();
      script().otherwise(Act.declineFor(LONG_WAIT));
    } else {
      script().otherwise(Act.HOLD);
    }
    C channel = open();
    AtomicBoolean flag = new AtomicBoolean();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              thrown.set(
                  catchThrowable(
                      () -> exchange(channel, Idempotency.SAFE, NOTE, options()).execute()));
              flag.set(Thread.currentThread().isInterrupted());
            },
            "interrupted-caller");
    caller.start();
    awaitThat("the request", () -> script().arrivals() == 1);

    caller.interrupt();
    caller.join(attemptTimeout().toMillis()); // CAN-2 allows 50 ms, a busy machine more

    assertThat(thrown.get()).isInstanceOf(CommunicationInterruptedException.class);
    assertThat(((ParleyException) thrown.get()).notRetriedBecause())
        .contains(NotRetried.INTERRUPTED);
    assertThat(flag).as("the interrupt flag is kept").isTrue();
    assertNever("later attempts", () -> script().arrivals() > 1);
  }

  // ---------------------------------------------------------------- closing

  @ParameterizedTest
  @EnumSource(Way.class)
  final void CLS_1_sendsNothingOnceClosed(Way way) {
    C channel = open();
    channel.close();

    ParleyException failure = fail(way, exchange(channel, Idempotency.SAFE, NOTE, options()));

    assertThat(failure).isInstanceOf(ChannelClosedException.class);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(channel.state()).isEqualTo(State.CLOSED);
    assertThat(script().arrivals()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void CLS_1_letsWhatRunsFinish(Way way) {
    assumeActs(Act.Kind.HOLD);
    script().next(Act.HOLD);
    C channel = open();
    CompletableFuture<Reply<R>> running =
        background(() -> way.run(exchange(channel, Idempotency.NONE, NOTE, options())));
    awaitThat("the request", () -> script().arrivals() == 1);
    CompletableFuture<Void> closing = background(() -> channel.close(Duration.ofSeconds(30)));
    awaitThat("closing", () -> channel.state() == State.CLOSING);

    ParleyException late =
        fail(way, exchange(channel, Idempotency.NONE, new Note("late", ""), options()));
    assertThat(late).isInstanceOf(ChannelClosedException.class);
    assertThat(closing).isNotDone();
    script().release();

    assertAnswers(NOTE, Way.await(running));
    Way.await(closing);
    assertThat(channel.state()).isEqualTo(State.CLOSED);
    assertThat(script().arrivals()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  final void CLS_1_abortsWhatIsLeftAtTheEndOfTheDrain(Way way) {
    assumeActs(Act.Kind.HOLD);
    script().otherwise(Act.HOLD);
    C channel = open();
    CompletableFuture<Throwable> running =
        inBackground(() -> way.run(exchange(channel, Idempotency.SAFE, NOTE, options())));
    awaitThat("the request", () -> script().arrivals() == 1);

    long start = System.nanoTime();
    channel.close(Duration.ofMillis(100));

    assertThat(elapsedSince(start)).isBetween(Duration.ofMillis(99), attemptTimeout());
    assertThat(Way.await(running)).isInstanceOf(ChannelClosedException.class);
    assertNever("later attempts", () -> script().arrivals() > 1);
  }

  @Test
  final void CLS_1_abortEndsAtOnce() {
    assumeActs(Act.Kind.HOLD);
    script().otherwise(Act.HOLD);
    C channel = open();
    CompletableFuture<Reply<R>> running =
        exchange(channel, Idempotency.SAFE, NOTE, options()).submit();
    awaitThat("the request", () -> script().arrivals() == 1);

    long start = System.nanoTime();
    channel.abort();

    assertThat(elapsedSince(start)).isLessThan(attemptTimeout());
    assertThat(catchThrowable(() -> Way.await(running))).isInstanceOf(ChannelClosedException.class);
    assertThat(channel.state()).isEqualTo(State.CLOSED);
  }

  @Test
  final void CLS_2_closesOnceHoweverOftenAndConcurrently() {
    for (int round = 0; round < 20; round++) {
      C channel = open();
      List<CompletableFuture<Reply<R>>> running = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        running.add(
            exchange(channel, Idempotency.NONE, new Note("r" + round + "-" + i, "x"), options())
                .submit());
      }
      List<CompletableFuture<Void>> closers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        closers.add(background(() -> channel.close()));
      }
      closers.forEach(Way::await);
      channel.close();

      assertThat(channel.state()).isEqualTo(State.CLOSED);
      for (CompletableFuture<Reply<R>> each : running) {
        // All of them had begun, so that all of them finish.
        assertThat(Way.await(each).attempts()).isEqualTo(1);
      }
    }
  }

  @Test
  final void CLS_2_leavesNothingBehind() {
    assumeActs(Act.Kind.HOLD);
    C channel = open();
    for (int i = 0; i < 20; i++) {
      exchange(channel, Idempotency.NONE, new Note("n" + i, ""), options()).execute();
    }
    script().otherwise(Act.HOLD);
    CallOptions hasty = options().attemptTimeout(Duration.ofMillis(50)).retry(RETRY.maxAttempts(2));
    fail(Way.BLOCKING, exchange(channel, Idempotency.NONE, NOTE, hasty));
    CompletableFuture<Reply<R>> cancelled =
        exchange(channel, Idempotency.NONE, new Note("cancelled", ""), options()).submit();
    awaitThat("the request", () -> script().arrivals("cancelled") == 1);
    cancelled.cancel(true);
    CompletableFuture<Reply<R>> aborted =
        exchange(channel, Idempotency.NONE, new Note("aborted", ""), options()).submit();
    awaitThat("the request", () -> script().arrivals("aborted") == 1);
    channel.abort();
    assertThat(catchThrowable(() -> Way.await(aborted))).isInstanceOf(ChannelClosedException.class);

    assertNothingLeft();
  }

  // ---------------------------------------------------------------- bad input

  @Test
  final void API_refusesAParameterThatNothingReads() {
    String uri = harness().uri() + (harness().uri().contains("?") ? "&" : "?") + "no-such-thing=1";

    assertThat(catchThrowable(() -> parley().open(uri, capability())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no-such-thing");
  }

  @Test
  final void API_refusesAnOperationWithoutABinding() {
    Optional<Runnable> use = unbound(open());
    assume(use.isPresent(), "the adapter needs no binding");

    assertThat(catchThrowable(use.get()::run)).isInstanceOf(ConfigurationException.class);
    assertThat(script().arrivals()).isZero();
  }

  // ---------------------------------------------------------------- honesty and escape hatches

  @Test
  final void AMP_1_tellsWhoMaySendAgain() {
    assertThat(open().explain())
        .contains("retry ledger: Parley, on, 3 attempts")
        .contains(open().features().guarantee().name());
  }

  @Test
  final void ESC_1_usesTheUsersOwnClient() {
    Optional<C> channel = harness().openWithOwnClient(parley(), capability());
    assume(channel.isPresent(), "the adapter takes no native client");
    Object client = harness().ownClient().orElseThrow();

    assertAnswers(NOTE, exchange(channel.get(), Idempotency.NONE, NOTE, options()).execute());
    assertThat(channel.get().unwrap(client.getClass()).map(Object.class::cast))
        .containsSame(client);
    channel.get().close();

    // It is the user's to close: a second channel works on it.
    C second = harness().openWithOwnClient(parley(), capability()).orElseThrow();
    assertAnswers(NOTE, exchange(second, Idempotency.NONE, NOTE, options()).execute());
  }

  @Test
  final void ESC_2_customizesTheNativeBuilder() {
    AtomicInteger calls = new AtomicInteger();
    Optional<C> channel = harness().openCustomized(parley(), capability(), calls::incrementAndGet);
    assume(channel.isPresent(), "the adapter has no native builder");

    assertAnswers(NOTE, exchange(channel.get(), Idempotency.NONE, NOTE, options()).execute());
    assertThat(calls).hasPositiveValue();
  }

  @Test
  final void ESC_4_unwraps() {
    C channel = open();
    assume(harness().nativeClient().isPresent(), "the adapter has no native client");

    assertThat(channel.unwrap(harness().nativeClient().get())).isPresent();
    assertThat(channel.unwrap(NotNative.class)).isEmpty();
    if (nativeResult().isPresent()) {
      Reply<R> reply = exchange(channel, Idempotency.NONE, NOTE, options()).execute();
      assertThat(reply.unwrap(nativeResult().get())).isPresent();
      assertThat(reply.unwrap(NotNative.class)).isEmpty();
    }
    if (harness().nativeFailure().isPresent() && harness().troubles().contains(Trouble.REFUSE)) {
      harness().cause(Trouble.REFUSE);
      ParleyException failure =
          fail(Way.BLOCKING, exchange(open(), Idempotency.NONE, NOTE, options())); // connects anew
      assertThat(failure.unwrap(harness().nativeFailure().get())).isPresent();
    }
  }

  // ---------------------------------------------------------------- everything at once

  @ParameterizedTest
  @EnumSource(
      value = Idempotency.class,
      names = {"KEYED", "NONE"})
  final void GRT_1_keepsItsWordWhileTheNetworkFails(Idempotency idempotency) throws Exception {
    long seed = Long.getLong("parley.conformance.seed", ThreadLocalRandom.current().nextLong());
    C channel = open();
    CallOptions options =
        options()
            .attemptTimeout(Duration.ofMillis(500))
            .retry(RETRY.maxAttempts(4).base(Duration.ofMillis(5)).cap(Duration.ofMillis(20)));
    Nemesis nemesis = new Nemesis(harness(), new Random(seed));
    History history = History.of("seed " + seed + " (-Dparley.conformance.seed), " + idempotency);
    int operations = 160;
    Workload.seeded(seed)
        .writers(4)
        .operations(operations)
        .run(
            history,
            (id, key) -> {
              if (id % 8 == 0) {
                nemesis.strike();
              }
              Note note = new Note(Long.toString(id), key);
              Way way = id % 2 == 0 ? Way.BLOCKING : Way.ASYNCHRONOUS;
              assertAnswers(note, way.run(exchange(channel, idempotency, note, options)));
            });
    harness().heal();

    Witness peer = history.witness("the peer's effects");
    for (long id = 1; id <= operations; id++) {
      for (int i = 0; i < script().effects(Long.toString(id)); i++) {
        peer.saw(id);
      }
    }
    HistoryReport report = HistoryChecker.check(history, Rule.EFFECTIVELY_ONCE, Rule.ANSWERED_ONCE);
    assertThat(report.isClean()).as("%s; %s", report, nemesis).isTrue();
    assertThat(script().arrivals()).as("some must get through; %s", nemesis).isPositive();
  }

  // ---------------------------------------------------------------- helpers

  final void assumeActs(Act.Kind kind) {
    assume(harness().acts().contains(kind), "the peer cannot " + kind);
  }

  private void assumeHints() {
    assumeActs(Act.Kind.DECLINE);
    assume(harness().carriesHints(), "hints do not travel");
  }

  static ParleyException fail(Way way, Call<?> call) {
    Throwable thrown = catchThrowable(() -> way.run(call));
    assertThat(thrown).isInstanceOf(ParleyException.class);
    return (ParleyException) thrown;
  }

  private static CallOptions once() {
    return options().retry(RetryPolicy.NEVER);
  }

  /**
   * Fails by a timeout that passes once the request is out: where the machine stood still before
   * that, again with a longer one.
   */
  private static ParleyException failLate(Function<Duration, ParleyException> exchange) {
    Duration timeout = HASTE;
    ParleyException failure = exchange.apply(timeout);
    while (failure.effect() == Effect.NOT_SENT
        && timeout.multipliedBy(4).compareTo(Patience.limit()) < 0) {
      timeout = timeout.multipliedBy(4);
      failure = exchange.apply(timeout);
    }
    return failure;
  }

  static Duration elapsedSince(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  static CompletableFuture<Throwable> inBackground(Runnable action) {
    return background(() -> catchThrowable(action::run));
  }

  private static final class NotNative {}
}
