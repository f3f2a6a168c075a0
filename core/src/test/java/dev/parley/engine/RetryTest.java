package dev.parley.engine;

import static dev.parley.engine.Patience.await;
import static dev.parley.engine.ScriptedCalls.answer;
import static dev.parley.engine.ScriptedCalls.fail;
import static dev.parley.engine.ScriptedCalls.failSent;
import static dev.parley.engine.ScriptedCalls.failUnsent;
import static dev.parley.engine.ScriptedCalls.never;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.Call;
import dev.parley.CallCancelledException;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.ChannelClosedException;
import dev.parley.CommunicationInterruptedException;
import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.HedgePolicy;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.RemoteException;
import dev.parley.Reply;
import dev.parley.Signal;
import dev.parley.TransportException;
import dev.parley.spi.Attempt;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The one table that decides about another attempt, in virtual time. */
class RetryTest {
  private static final Operation<String, String> UNSAFE =
      Operation.of("orders.place", String.class, String.class);
  private static final Operation<String, String> SAFE = UNSAFE.with(Idempotency.SAFE);
  private static final Operation<String, String> KEYED = UNSAFE.with(Idempotency.KEYED);

  private final ManualTime time = new ManualTime();
  private final ScriptedCalls peer = new ScriptedCalls();
  private final List<Signal> signals = new CopyOnWriteArrayList<>();
  private final Parley parley =
      Parley.builder()
          .provider(peer)
          .time(time)
          .workers(Runnable::run)
          .seed(1)
          .observer(signals::add)
          .build();
  private final CallChannel channel = parley.open("scripted://peer", CallChannel.class);

  @AfterEach
  void closesAndLeavesNoTimer() {
    parley.close(Duration.ZERO);
    assertThat(time.scheduled()).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = Idempotency.class,
      names = {"SAFE", "IDEMPOTENT", "KEYED"})
  void RTY_1_repeatsARepeatableOperationAfterAPossibleEffect(Idempotency idempotency) {
    peer.then(failSent(Kind.TRANSIENT), failSent(Kind.TRANSIENT), answer("placed"));

    Reply<String> reply = runToEnd(UNSAFE.with(idempotency), CallOptions.DEFAULT);

    assertThat(reply.body()).isEqualTo("placed");
    assertThat(reply.attempts()).isEqualTo(3);
    assertThat(peer.attempts).hasSize(3);
  }

  @Test
  void RTY_1_repeatsAnUnsafeOperationThatWasNotSent() {
    peer.then(failUnsent(), answer("placed"));

    assertThat(runToEnd(UNSAFE, CallOptions.DEFAULT).attempts()).isEqualTo(2);
  }

  @Test
  void RTY_2_doesNotRepeatAnUnsafeOperationThatMayHaveBeenActedOn() {
    peer.then(failSent(Kind.TRANSIENT));

    AmbiguousOutcomeException e =
        failure(AmbiguousOutcomeException.class, UNSAFE, CallOptions.DEFAULT.idempotencyKey("k-1"));

    assertThat(peer.attempts).hasSize(1);
    assertThat(e.effect()).isEqualTo(Effect.POSSIBLE);
    assertThat(e.notRetriedBecause()).contains(NotRetried.UNSAFE);
    assertThat(e.idempotencyKey()).contains("k-1");
    assertThat(e.attempts()).hasSize(1);
    assertThat(e.getCause()).isInstanceOf(TransportException.class);
    assertThat(e)
        .hasMessage(
            "orders.place at scripted://peer failed after 1 attempt in 0.000 s: the peer may or may"
                + " not have acted on it: connection reset (effect POSSIBLE; not retried, UNSAFE: the"
                + " peer may have acted on it; check its state, or declare the operation KEYED)");
  }

  @Test
  void RTY_3_saysThatAllAttemptsAreUsedUp_andWhichTheyWere() {
    peer.then(failUnsent(), failSent(Kind.TRANSIENT), failUnsent());

    TransportException e = failure(TransportException.class, SAFE, CallOptions.DEFAULT);

    assertThat(e.notRetriedBecause()).contains(NotRetried.ATTEMPTS);
    assertThat(e.attempts()).hasSize(3).last().isSameAs(e);
    assertThat(e.getSuppressed()).hasSize(2);
    assertThat(e.effect()).as("the worst of all attempts").isEqualTo(Effect.POSSIBLE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"PERMANENT", "PROTOCOL", "LOCAL"})
  void RTY_3_doesNotRepeatWhatWouldFailAgain(Kind kind) {
    peer.then(failSent(kind));

    TransportException e = failure(TransportException.class, SAFE, CallOptions.DEFAULT);

    assertThat(e.notRetriedBecause()).contains(NotRetried.PERMANENT);
    assertThat(peer.attempts).hasSize(1);
  }

  @Test
  void KEY_1_sendsOneKeyWithEveryAttempt_andTellsIt() {
    peer.then(failSent(Kind.TRANSIENT), answer("placed"));

    Reply<String> reply = runToEnd(KEYED, CallOptions.DEFAULT);

    assertThat(peer.keys).hasSize(2).containsOnly(reply.idempotencyKey().orElseThrow());
    assertThat(runToEnd(KEYED, CallOptions.DEFAULT).idempotencyKey())
        .isPresent()
        .isNotEqualTo(reply.idempotencyKey());
  }

  @Test
  void BDY_1_doesNotRepeatABodyThatIsGone() {
    peer.replayable = false;
    peer.then(failUnsent());

    assertThat(failure(TransportException.class, SAFE, CallOptions.DEFAULT).notRetriedBecause())
        .contains(NotRetried.BODY_NOT_REPLAYABLE);
  }

  @Test
  void BKF_4_waitsAtLeastAsLongAsThePeerAsks() {
    peer.then(fail(refusal(Kind.THROTTLED, Duration.ofSeconds(2))), answer("placed"));

    CompletableFuture<Reply<String>> future =
        channel.newCall(UNSAFE, "q", CallOptions.DEFAULT).submit();
    time.advance(Duration.ofMillis(1999));
    assertThat(peer.attempts).hasSize(1);
    time.advance(Duration.ofMillis(301));

    assertThat(future).isCompleted();
    assertThat(peer.attempts).hasSize(2);
  }

  @Test
  void BKF_6_treatsAHintOfZeroAsNoHint() {
    peer.then(fail(refusal(Kind.THROTTLED, Duration.ZERO)), answer("placed"));

    channel.newCall(UNSAFE, "q", CallOptions.DEFAULT).submit();

    assertThat(peer.attempts).as("no immediate repetition").hasSize(1);
    time.advance(Duration.ofSeconds(1));
    assertThat(peer.attempts).hasSize(2);
  }

  @Test
  void BKF_8_doesNotRepeatWhenThePeerForbidsIt() {
    peer.then(fail(refusal(Kind.TRANSIENT, Duration.ofSeconds(-1))));

    assertThat(failure(RemoteException.class, SAFE, CallOptions.DEFAULT).notRetriedBecause())
        .contains(NotRetried.PUSHBACK);
  }

  @Test
  void BKF_9_failsAtOnceWhenThePeerAsksForTooLong() {
    peer.then(fail(refusal(Kind.THROTTLED, Duration.ofSeconds(100_000))));

    RemoteException e = failure(RemoteException.class, SAFE, CallOptions.DEFAULT);

    assertThat(e.notRetriedBecause()).contains(NotRetried.PUSHBACK);
    assertThat(e.retryAfter()).contains(Duration.ofSeconds(100_000));
    assertThat(time.nanoTime()).isZero();
  }

  @Test
  void BUD_3_repeatsOnceForFreeWhatThePeerProvedNotToHaveProcessed() {
    Parley poor =
        Parley.builder()
            .provider(peer)
            .time(time)
            .workers(Runnable::run)
            .retryBudget(new dev.parley.RetryBudget(1, 14, 5, 0, Duration.ofSeconds(10)))
            .build();
    CallChannel poorChannel = poor.open("scripted://peer", CallChannel.class);
    peer.then(
        fail(refusal(Kind.TRANSIENT, null)), fail(refusal(Kind.TRANSIENT, null)), answer("ok"));

    CompletableFuture<Reply<String>> future =
        poorChannel.newCall(UNSAFE, "q", CallOptions.DEFAULT).submit();

    assertThat(peer.attempts).as("the first repetition is immediate and free").hasSize(2);
    assertThat(failureOf(future).notRetriedBecause()).contains(NotRetried.BUDGET);
    poor.close();
  }

  @Test
  void BUD_6_repeatsNothingWhileRetriesAreSwitchedOff() {
    parley.retries(false);
    peer.then(failUnsent());

    assertThat(failure(TransportException.class, SAFE, CallOptions.DEFAULT).notRetriedBecause())
        .contains(NotRetried.SWITCHED_OFF);
  }

  @Test
  void DLN_2_stopsAnAttemptThatTakesTooLong_andMakesAnother() {
    peer.then(never(), answer("late but fine"));

    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();
    time.advance(Duration.ofMillis(9_999));
    assertThat(peer.attempts).hasSize(1);
    time.advance(Duration.ofMillis(100));

    assertThat(future).isCompletedWithValueMatching(reply -> reply.attempts() == 2);
    assertThat(peer.attempts.get(0).isCancelled()).isTrue();
  }

  @Test
  void DLN_3_failsAtOnceWhenTheWaitWouldPassTheDeadline() {
    peer.then(fail(refusal(Kind.THROTTLED, Duration.ofSeconds(20))));

    RemoteException e =
        failure(RemoteException.class, SAFE, CallOptions.DEFAULT.deadline(Duration.ofSeconds(10)));

    assertThat(e.notRetriedBecause()).contains(NotRetried.DEADLINE);
    assertThat(time.nanoTime()).isZero();
  }

  @Test
  void DLN_1_endsTheWholeCallAtItsDeadline() {
    peer.otherwise = never();

    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT.deadline(Duration.ofSeconds(15))).submit();
    time.advance(Duration.ofSeconds(16));

    ParleyException e = failureOf(future);
    assertThat(e).isInstanceOf(DeadlineExceededException.class);
    assertThat(e.notRetriedBecause()).contains(NotRetried.DEADLINE);
    assertThat(peer.attempts).hasSize(2);
  }

  @Test
  void DLN_1_isAmbiguousWhenAnUnsafeCallIsCutByItsDeadline() {
    peer.then(never());

    CompletableFuture<Reply<String>> future =
        channel.newCall(UNSAFE, "q", CallOptions.DEFAULT.deadline(Duration.ofSeconds(5))).submit();
    time.advance(Duration.ofSeconds(6));

    ParleyException e = failureOf(future);
    assertThat(e).isInstanceOf(AmbiguousOutcomeException.class);
    assertThat(e.getCause()).isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void DLN_6_inheritsTheDeadlineOfTheContext_andNeverLengthensIt() {
    peer.otherwise = never();
    AtomicReference<CompletableFuture<Reply<String>>> future = new AtomicReference<>();

    Context.empty()
        .withDeadline(Deadline.after(Duration.ofSeconds(1), time))
        .run(() -> future.set(channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit()));
    time.advance(Duration.ofMillis(1_001));

    assertThat(failureOf(future.get())).isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void TOK_renewsCredentialsOnce_andRepeatsEvenAnUnsafeOperation() {
    peer.renewable = true;
    peer.then(fail(refusal(Kind.AUTHENTICATION, null)), answer("placed"));

    assertThat(runToEnd(UNSAFE, CallOptions.DEFAULT).attempts()).isEqualTo(2);
    assertThat(peer.renewals).hasValue(1);
  }

  @Test
  void TOK_4_isPermanentWhenRefusedAgain() {
    peer.renewable = true;
    peer.then(fail(refusal(Kind.AUTHENTICATION, null)), fail(refusal(Kind.AUTHENTICATION, null)));

    RemoteException e = failure(RemoteException.class, UNSAFE, CallOptions.DEFAULT);

    assertThat(e.notRetriedBecause()).contains(NotRetried.PERMANENT);
    assertThat(peer.renewals).hasValue(1);
    assertThat(peer.attempts).hasSize(2);
  }

  @Test
  void CAN_1_cancellingTheFutureStopsTheAttempt_andAnyRetry() {
    peer.then(never());
    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();

    assertThat(future.cancel(true)).isTrue();

    assertThat(peer.attempts.get(0).isCancelled()).isTrue();
    time.advance(Duration.ofMinutes(1));
    assertThat(peer.attempts).hasSize(1);
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
  }

  @Test
  void CAN_1_cancellingDuringABackOffEndsTheCallAtOnce() {
    peer.then(failUnsent());
    Call<String> call = channel.newCall(SAFE, "q", CallOptions.DEFAULT);
    CompletableFuture<Reply<String>> future = call.submit();
    assertThat(future).isNotDone();

    call.cancel();

    assertThat(future).isCancelled();
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void CAN_1_cancellingABlockedCallFromAnotherThread() throws Exception {
    peer.then(never());
    Call<String> call = channel.newCall(SAFE, "q", CallOptions.DEFAULT);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(() -> thrown.set(catchThrowableOfType(Throwable.class, call::execute)));
    caller.start();
    await().until(() -> !peer.attempts.isEmpty());

    call.cancel();

    caller.join(10_000);
    assertThat(thrown.get()).isInstanceOf(CallCancelledException.class);
  }

  @Test
  void CAN_2_anInterruptEndsABlockedCall_andKeepsTheFlag() throws Exception {
    peer.then(never());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread caller =
        new Thread(() -> {
          thrown.set(catchThrowableOfType(Throwable.class, () -> channel.call(SAFE, "q")));
          flag.set(Thread.currentThread().isInterrupted());
        });
    caller.start();
    await().until(() -> !peer.attempts.isEmpty());

    caller.interrupt();

    caller.join(10_000);
    assertThat(thrown.get()).isInstanceOf(CommunicationInterruptedException.class);
    assertThat(((ParleyException) thrown.get()).notRetriedBecause())
        .contains(NotRetried.INTERRUPTED);
    assertThat(flag.get()).isTrue();
    assertThat(peer.attempts).hasSize(1);
  }

  @Test
  void BDY_3_discardsAnAnswerThatComesAfterTheTimeout() {
    AtomicReference<Attempt<dev.parley.spi.Answer<Object>>> slow = new AtomicReference<>();
    peer.then(slow::set, answer("second"));
    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();
    time.advance(Duration.ofSeconds(11));

    slow.get().succeed(dev.parley.spi.Answer.of("first", Headers.empty(), null));

    assertThat(future).isCompletedWithValueMatching(reply -> reply.body().equals("second"));
    assertThat(peer.discarded).hasValue(1);
  }

  @Test
  void HDG_2_takesTheFirstSuccess_andCancelsTheOther() {
    peer.then(never(), answer("hedge"));
    CompletableFuture<Reply<String>> future =
        channel.newCall(KEYED, "q", CallOptions.DEFAULT.hedge(hedgeAfter(50))).submit();
    time.advance(Duration.ofMillis(49));
    assertThat(peer.attempts).hasSize(1);

    time.advance(Duration.ofMillis(1));

    assertThat(future).isCompletedWithValueMatching(reply -> reply.body().equals("hedge"));
    assertThat(peer.attempts.get(0).isCancelled()).isTrue();
    assertThat(peer.keys).hasSize(2);
    assertThat(peer.keys.get(0)).isEqualTo(peer.keys.get(1));
  }

  @Test
  void HDG_2_sendsTheNextAtOnceAfterAFailure() {
    peer.then(failUnsent(), answer("hedge"));

    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT.hedge(hedgeAfter(50))).submit();

    assertThat(future).isCompletedWithValueMatching(reply -> reply.attempts() == 2);
    assertThat(time.nanoTime()).isZero();
  }

  @Test
  void HDG_1_doesNotHedgeWhatIsNotRepeatable() {
    peer.then(never());
    channel.newCall(UNSAFE, "q", CallOptions.DEFAULT.hedge(hedgeAfter(50))).submit();

    time.advance(Duration.ofSeconds(5));

    assertThat(peer.attempts).hasSize(1);
  }

  @Test
  void HDG_1_hedgesAtMostOneCallInTwenty() {
    peer.otherwise =
        attempt -> {
          if (attempt.number() == 1) {
            never().accept(attempt);
          } else {
            answer("hedge").accept(attempt);
          }
        };
    for (int i = 0; i < 200; i++) {
      channel
          .newCall(
              SAFE,
              "q",
              CallOptions.DEFAULT.hedge(hedgeAfter(50)).attemptTimeout(Duration.ofMillis(100)))
          .submit();
      time.advance(Duration.ofMillis(200));
    }

    assertThat(peer.attempts.size() - 200).isBetween(10, 10 + 5);
  }

  @Test
  void tellsObserversOfEachAttempt() {
    peer.then(failUnsent(), answer("ok"));

    runToEnd(SAFE, CallOptions.DEFAULT);

    assertThat(signals)
        .filteredOn(signal -> signal.name().equals("orders.place"))
        .extracting(signal -> signal.getClass().getSimpleName())
        .containsExactly(
            "CallStarted",
            "AttemptStarted",
            "AttemptEnded",
            "RetryPlanned",
            "AttemptStarted",
            "AttemptEnded",
            "CallEnded");
  }

  @Test
  void CLS_1_takesNothingNewWhenClosed_andSaysSo() {
    channel.close();

    ChannelClosedException e = failure(ChannelClosedException.class, SAFE, CallOptions.DEFAULT);

    assertThat(e.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(e.notRetriedBecause()).contains(NotRetried.DRAINING);
    assertThat(e)
        .hasMessage(
            "orders.place at scripted://peer failed after 0 attempts in 0.000 s: the channel to"
                + " scripted://peer is CLOSED (effect NOT_SENT; not retried, DRAINING: the channel is"
                + " closing)");
    assertThat(peer.closed).isTrue();
  }

  @Test
  void CLS_1_abortEndsWhatRuns() {
    peer.then(never());
    CompletableFuture<Reply<String>> future =
        channel.newCall(SAFE, "q", CallOptions.DEFAULT).submit();

    channel.abort();

    assertThat(failureOf(future)).isInstanceOf(ChannelClosedException.class);
  }

  @Test
  void aCallRunsOnce() {
    Call<String> call = channel.newCall(SAFE, "q", CallOptions.DEFAULT);
    call.execute();

    assertThatThrownBy(call::execute)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a call of orders.place was run twice: make a new one");
  }

  private static HedgePolicy hedgeAfter(int millis) {
    return HedgePolicy.DEFAULT.delay(Duration.ofMillis(millis));
  }

  private static RemoteException refusal(
      Kind kind, @org.jspecify.annotations.Nullable Duration hint) {
    return new RemoteException(
        Failure.of(kind, Effect.NOT_PROCESSED, "refused").withRetryAfter(hint),
        "429",
        Headers.empty(),
        null);
  }

  private Reply<String> runToEnd(Operation<String, String> operation, CallOptions options) {
    CompletableFuture<Reply<String>> future = channel.newCall(operation, "q", options).submit();
    for (int i = 0; i < 100 && !future.isDone(); i++) {
      time.advanceToNext();
    }
    return future.join();
  }

  private <E extends ParleyException> E failure(
      Class<E> type, Operation<String, String> operation, CallOptions options) {
    CompletableFuture<Reply<String>> future = channel.newCall(operation, "q", options).submit();
    for (int i = 0; i < 100 && !future.isDone(); i++) {
      time.advanceToNext();
    }
    return type.cast(failureOf(future));
  }

  private static ParleyException failureOf(CompletableFuture<?> future) {
    try {
      future.get(10, TimeUnit.SECONDS);
      throw new AssertionError("it succeeded");
    } catch (ExecutionException e) {
      return (ParleyException) e.getCause();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
