package dev.parley.engine;

import dev.parley.BreakerOpenException;
import dev.parley.CallCancelledException;
import dev.parley.CallOptions;
import dev.parley.ChannelClosedException;
import dev.parley.CommunicationInterruptedException;
import dev.parley.Deadline;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Interceptor;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.OverloadedException;
import dev.parley.ParleyException;
import dev.parley.Signal;
import dev.parley.TransportException;
import dev.parley.spi.Admission;
import dev.parley.spi.Breaker;
import dev.parley.spi.Exchange;
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one logical call or send, each once and in their order: begin, admission, and for
 * each attempt circuit breaker, interceptors, its end and the decision about another; the end.
 *
 * @param <T> what the driver returns
 */
abstract class CallSteps<T> extends CallState<T> {
  private static final long LEAST_WORTH_AN_ATTEMPT = TimeUnit.MILLISECONDS.toNanos(5);

  CallSteps(
      AbstractChannel channel, CallOptions options, Exchange<T> exchange, @Nullable String key) {
    super(channel, options, exchange, key);
  }

  /** Makes sure that it is run once. */
  final void claim() {
    synchronized (this) {
      if (begun) {
        throw new IllegalStateException("a call of " + name() + " was run twice: make a new one");
      }
      begun = true;
    }
  }

  /** Starts its clock, and enters it into the channel. */
  final void begin(@Nullable Thread onThread) {
    caller = onThread;
    Engine engine = engine();
    started = engine.time.nanoTime();
    long limit = options.deadlineNanos();
    Deadline inherited = context.deadlineOrNull();
    if (inherited != null) {
      limit = Math.min(limit, Math.max(0, inherited.remainingNanos()));
    }
    end = started + limit;
    if (options.idempotencyKeyOrNull() != null) {
      guardKey(options.idempotencyKeyOrNull());
    }
    if (!channel.running.enter(this)) {
      throw conclude(channel.closedException());
    }
    if (isObserved()) {
      extras().id = engine.ids.incrementAndGet();
      engine.signal(new Signal.CallStarted(id(), shape(), name(), endpoint(), context));
    }
  }

  private void guardKey(String own) {
    byte[] fingerprint = exchange.fingerprint();
    if (fingerprint != null) {
      channel.target.keys.use(name(), own, fingerprint, exchange.keyLifetime(), started);
    }
  }

  final long enter(Admission admission) {
    long wait = admission.tryEnter(remaining());
    if (wait < 0) {
      throw new OverloadedException(
          Failure.of(
              Kind.LOCAL,
              Effect.NOT_SENT,
              "refused by the limit of this program (" + admission.describe() + ")"));
    }
    synchronized (this) {
      admitted = true;
    }
    return wait;
  }

  /** Makes the next attempt ready; one that a stage refused comes back ended. */
  final AttemptImpl<T> beginAttempt() {
    AttemptImpl.Stop stopped = stopReason();
    if (stopped != null) {
      throw stoppedException(stopped, Effect.NOT_SENT);
    }
    long now = engine().time.nanoTime();
    if (end - now < LEAST_WORTH_AN_ATTEMPT) {
      throw deadlineExceeded(Effect.NOT_SENT);
    }
    Breaker breaker = channel.breaker;
    if (breaker != null && !breaker.tryAcquire()) {
      throw new BreakerOpenException(
          Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, "the circuit breaker is open")
              .withRetryAfter(breaker.openFor()));
    }
    AttemptImpl<T> attempt;
    synchronized (this) {
      attempt = new AttemptImpl<>(this, attempts() + 1, headers(), now);
      latest = attempt;
      stopped = stopReason();
    }
    if (stopped != null) {
      attempt.stop(stopped);
      return attempt;
    }
    if (isObserved()) {
      engine().signal(new Signal.AttemptStarted(id(), name(), endpoint(), attempt.number()));
    }
    intercept(attempt);
    return attempt;
  }

  private void intercept(AttemptImpl<T> attempt) {
    try {
      if (attempt.number() == 1 && !engine().settings.outermost().isEmpty()) {
        for (Interceptor interceptor : engine().settings.outermost()) {
          interceptor.intercept(attempt);
        }
        extras().headers = attempt.headers();
      }
      for (Interceptor interceptor : channel.interceptors) {
        interceptor.intercept(attempt);
      }
    } catch (ParleyException e) {
      attempt.fail(e);
    } catch (RuntimeException e) {
      attempt.fail(
          new ParleyException(
              Failure.of(Kind.LOCAL, Effect.NOT_SENT, "an interceptor failed: " + e).withCause(e)));
    }
  }

  /** Tells all who listen how an attempt ended; returns its failure, or null for success. */
  final @Nullable ParleyException endAttempt(AttemptImpl<T> attempt) {
    ParleyException problem = attempt.hasSucceeded() ? null : failureOf(attempt);
    recordInBreaker(attempt, problem);
    Admission admission = channel.admission;
    if (admission != null) {
      admission.observe(attempt.elapsedNanos(), problem);
    }
    attempt.runEndActions(problem);
    if (isObserved()) {
      engine()
          .signal(
              new Signal.AttemptEnded(
                  id(),
                  name(),
                  endpoint(),
                  attempt.number(),
                  Duration.ofNanos(attempt.elapsedNanos()),
                  problem));
    }
    if (problem != null) {
      trouble().add(problem);
    } else {
      Trouble known = troubleOrNull();
      channel.target.budget.give(known == null ? 1 : Math.max(1, known.lastCost));
    }
    return problem;
  }

  private ParleyException failureOf(AttemptImpl<T> attempt) {
    Effect effect = attempt.wasSent() ? Effect.POSSIBLE : Effect.NOT_SENT;
    AttemptImpl.Stop stopped = attempt.stopReason();
    if (stopped != null) {
      return stoppedException(stopped, effect);
    }
    ParleyException problem;
    Throwable nativeFailure = attempt.nativeFailure();
    try {
      problem = channel.translate(nativeFailure);
    } catch (RuntimeException e) {
      problem =
          new ParleyException(
              Failure.of(Kind.LOCAL, effect, "a failure that the driver could not name: " + e)
                  .withCause(nativeFailure));
    }
    if (caller != null && Thread.currentThread().isInterrupted()) {
      return stoppedException(AttemptImpl.Stop.INTERRUPTED, effect);
    }
    boolean proved = attempt.wasRefusedUnprocessed() || problem.effect() == Effect.NOT_PROCESSED;
    return problem.withEffect(proved ? Effect.NOT_PROCESSED : effect);
  }

  /** States the facts of what a stage threw: nothing was sent because of this program. */
  static ParleyException named(RuntimeException e) {
    return e instanceof ParleyException known
        ? known
        : new ParleyException(
            Failure.of(Kind.LOCAL, Effect.NOT_SENT, "a stage of the pipeline failed: " + e)
                .withCause(e));
  }

  final ParleyException stoppedException(AttemptImpl.Stop stopped, Effect effect) {
    return switch (stopped) {
      case TIMEOUT ->
          remaining() <= 0
              ? deadlineExceeded(effect)
              : new TransportException(
                  Failure.of(
                      Kind.TRANSIENT,
                      effect,
                      "no answer within the attempt timeout of "
                          + options.attemptTimeout().toMillis()
                          + " ms"));
      case CANCELLED, SUPERSEDED ->
          new CallCancelledException(Failure.of(Kind.CANCELLED, effect, "the call was cancelled"));
      case INTERRUPTED ->
          new CommunicationInterruptedException(
              Failure.of(Kind.CANCELLED, effect, "the calling thread was interrupted"));
      case ABORTED ->
          new ChannelClosedException(
              Failure.of(Kind.LOCAL, effect, "the channel was closed before the answer came"));
    };
  }

  private DeadlineExceededException deadlineExceeded(Effect effect) {
    Duration limit = Duration.ofNanos(end - started);
    Trouble known = troubleOrNull();
    return new DeadlineExceededException(
        Failure.of(Kind.TRANSIENT, effect, "the deadline of " + limit.toMillis() + " ms has passed")
            .withCause(known == null ? null : known.last()));
  }

  private void recordInBreaker(AttemptImpl<T> attempt, @Nullable ParleyException problem) {
    Breaker breaker = channel.breaker;
    if (breaker == null) {
      return;
    }
    long elapsed = attempt.elapsedNanos();
    if (problem == null) {
      breaker.record(elapsed, null);
      return;
    }
    boolean targetsFault =
        problem.kind() == Kind.PROTOCOL
            || (problem.kind() == Kind.TRANSIENT && problem.effect() != Effect.NOT_PROCESSED);
    // A caller with a deadline of 1 ms must not open the breaker for all.
    boolean cutShort =
        problem instanceof DeadlineExceededException && elapsed < options.attemptTimeoutNanos() / 2;
    if (targetsFault && !cutShort) {
      breaker.record(elapsed, problem);
    } else if (problem.kind() == Kind.PERMANENT) {
      breaker.record(elapsed, null); // it answered
    } else {
      breaker.ignore();
    }
  }

  /** Returns the wait before the next attempt, or a negative number if there is none. */
  final long decide(ParleyException problem) {
    Trouble known = trouble();
    NotRetried obstacle = known.obstacle(problem);
    if (obstacle != null) {
      known.reason = obstacle;
      return -1;
    }
    if (problem.kind() == Kind.AUTHENTICATION) {
      return 0;
    }
    long delay = known.delay(problem);
    long now = engine().time.nanoTime();
    if (delay >= end - now) {
      known.reason = NotRetried.DEADLINE;
      return -1;
    }
    if (isDrainedBy(now + delay)) {
      known.reason = NotRetried.DRAINING;
      return -1;
    }
    if (!known.takeFromBudget(problem)) {
      known.reason = NotRetried.BUDGET;
      return -1;
    }
    if (isObserved()) {
      engine()
          .signal(
              new Signal.RetryPlanned(
                  id(),
                  name(),
                  endpoint(),
                  attempts() + 1,
                  Duration.ofNanos(delay),
                  problem.kind()));
    }
    return delay;
  }

  /** The same for a call that was hedged: what ended it is the last attempt that was left. */
  final ParleyException concludeHedged(ParleyException problem) {
    Trouble known = trouble();
    NotRetried obstacle = known.obstacle(problem);
    known.reason = obstacle == null ? NotRetried.ATTEMPTS : obstacle;
    return known.conclude(problem);
  }

  /** Makes the last failure the final one, with all that is known. */
  final ParleyException conclude(ParleyException problem) {
    return trouble().conclude(problem);
  }

  final void finish(@Nullable ParleyException failed) {
    channel.running.leave(this);
    boolean wasAdmitted;
    synchronized (this) {
      done = true;
      wasAdmitted = admitted;
      admitted = false;
    }
    Admission admission = channel.admission;
    if (wasAdmitted && admission != null) {
      admission.leave();
    }
    if (isObserved()) {
      engine()
          .signal(
              new Signal.CallEnded(
                  id(), shape(), name(), endpoint(), attempts(), elapsed(), failed));
    }
  }

  final void sleep(long nanos) {
    Waiter waiter = new Waiter(engine().time);
    synchronized (this) {
      extras().sleeper = waiter;
    }
    try {
      waiter.awaitInterruptibly(nanos, this::isStopped);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw stoppedException(AttemptImpl.Stop.INTERRUPTED, Effect.NOT_SENT);
    }
    synchronized (this) {
      extras().sleeper = null;
    }
  }
}
