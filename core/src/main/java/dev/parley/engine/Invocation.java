package dev.parley.engine;

import dev.parley.BreakerOpenException;
import dev.parley.Call;
import dev.parley.CallCancelledException;
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
import dev.parley.Interceptor;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.OverloadedException;
import dev.parley.ParleyException;
import dev.parley.Reply;
import dev.parley.Shape;
import dev.parley.Signal;
import dev.parley.TransportException;
import dev.parley.spi.Admission;
import dev.parley.spi.BlockingExchange;
import dev.parley.spi.Breaker;
import dev.parley.spi.Exchange;
import dev.parley.spi.Timeout;
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One logical call or send on its way through the pipeline: deadline, admission, retry with budget
 * or hedging, circuit breaker, attempt timeout, interceptors, driver.
 *
 * <p>It runs in one of two ways over the same steps. On the caller's thread, if the driver can
 * block: {@link #runOnCaller}. Else in the background, driven by the ends of attempts and by
 * timers: {@link #nextAttempt} and {@link #attemptEnded}; a blocking caller just waits for that.
 *
 * @param <T> what the driver returns
 * @param <R> the body of the reply
 */
abstract class Invocation<T, R> extends Running.Entry implements Call<R> {
  private static final long LEAST_WORTH_AN_ATTEMPT = TimeUnit.MILLISECONDS.toNanos(5);

  final AbstractChannel channel;
  final CallOptions options;
  final Exchange<T> exchange;

  // One object of 80 bytes for each call, and one of 64 for its attempt: benchmarks/ counts them.
  private final Context context;
  private final @Nullable String key;

  // Written by begin(), before anything else runs. One of the two is null.
  private @Nullable Thread caller; // whose thread runs it
  private @Nullable CallFuture<?> future; // what it completes in the background
  private long started;
  private long end;

  private volatile @Nullable Extras<T> extras;

  // Guarded by this.
  private boolean begun;
  private boolean done;
  private boolean admitted;
  private @Nullable AttemptImpl<T> latest;

  Invocation(
      AbstractChannel channel, CallOptions options, Exchange<T> exchange, @Nullable String key) {
    this.channel = channel;
    this.options = options;
    this.exchange = exchange;
    this.context = Context.current();
    this.key = key;
  }

  /** Returns the key that goes out: the caller's, or a new one if the operation is keyed. */
  static @Nullable String keyFor(CallOptions options, Idempotency idempotency) {
    String given = options.idempotencyKeyOrNull();
    if (given != null || idempotency != Idempotency.KEYED) {
      return given;
    }
    return UUID.randomUUID().toString();
  }

  abstract Shape shape();

  abstract String name();

  abstract Idempotency idempotency();

  abstract boolean completesOnIoThread();

  abstract Reply<R> reply(T driverResult);

  abstract R body(T driverResult);

  // ---------------------------------------------------------------- the two ways to run

  @Override
  public final Reply<R> execute() {
    BlockingExchange<T> blocking = blocking();
    return blocking == null
        ? startInBackground(CallFuture.ofReply(this, true)).await()
        : reply(runOnCaller(blocking));
  }

  /** The same as {@link #execute()} for callers that want the body alone. */
  final R executeBody() {
    BlockingExchange<T> blocking = blocking();
    return blocking == null
        ? startInBackground(CallFuture.ofBody(this, true)).await()
        : body(runOnCaller(blocking));
  }

  @Override
  public final CompletableFuture<Reply<R>> submit() {
    return startInBackground(CallFuture.ofReply(this, false));
  }

  /** The same as {@link #submit()} for callers that want the body alone. */
  final CompletableFuture<R> submitBody() {
    return startInBackground(CallFuture.ofBody(this, false));
  }

  /** Returns the exchange if its attempts can be made on the caller's thread, else null. */
  private @Nullable BlockingExchange<T> blocking() {
    return exchange instanceof BlockingExchange<T> blocking && options.hedgeOrNull() == null
        ? blocking
        : null;
  }

  private <V> CallFuture<V> startInBackground(CallFuture<V> started) {
    try {
      begin(null, started);
    } catch (ParleyException e) {
      started.finish(null, e);
      return started;
    }
    admit();
    return started;
  }

  private T runOnCaller(BlockingExchange<T> blocking) {
    begin(Thread.currentThread(), null);
    ParleyException failed;
    try {
      Admission admission = channel.admission;
      if (admission != null) {
        long wait = enter(admission);
        if (wait > 0) {
          sleep(wait);
        }
      }
      while (true) {
        AttemptImpl<T> attempt = beginAttempt();
        if (attempt.phase() == AttemptImpl.Phase.RUNNING) {
          attempt.startTimer();
          try {
            attempt.succeed(blocking.execute(attempt));
          } catch (Throwable e) {
            attempt.fail(e);
          }
        }
        ParleyException problem = endAttempt(attempt);
        if (problem == null) {
          finish(null);
          return attempt.result();
        }
        long delay = decide(problem);
        if (delay < 0) {
          failed = conclude(problem);
          break;
        }
        if (delay > 0) {
          sleep(delay);
        }
      }
    } catch (RuntimeException e) {
      failed = conclude(named(e));
    }
    finish(failed);
    throw failed;
  }

  /** Lets it in and makes the first attempt, at once or when admission says so. */
  private void admit() {
    HedgePolicy hedge = options.hedgeOrNull();
    if (hedge != null && idempotency().isRepeatable() && engine().retries()) {
      extras().hedging = new Hedging<>(this, hedge);
    }
    Admission admission = channel.admission;
    if (admission != null) {
      long wait;
      try {
        wait = enter(admission);
      } catch (RuntimeException e) {
        complete(null, conclude(named(e)));
        return;
      }
      if (wait > 0) {
        later(wait);
        return;
      }
    }
    nextAttempt();
  }

  /** Makes one attempt in the background. */
  final void nextAttempt() {
    AttemptImpl<T> attempt;
    try {
      attempt = beginAttempt();
    } catch (RuntimeException e) {
      complete(null, conclude(named(e)));
      return;
    }
    if (attempt.phase() != AttemptImpl.Phase.RUNNING) {
      return; // it has ended in beginAttempt, and said so
    }
    attempt.startTimer();
    Hedging<T> hedged = hedging();
    if (hedged != null) {
      hedged.started(attempt);
    }
    try {
      exchange.start(attempt);
    } catch (Throwable e) {
      attempt.fail(e);
    }
  }

  /** An attempt has ended, on whatever thread that happened. */
  final void attemptEnded(AttemptImpl<T> attempt) {
    CallFuture<?> completed = future;
    if (completed == null) {
      return; // the caller's thread is in its loop
    }
    // A failure may renew credentials, which blocks; a success only matters to a future's stages.
    if (completesOnIoThread() && !(completed.isAwaited() && attempt.hasSucceeded())) {
      try {
        engine().threads.workers().execute(() -> settle(attempt));
        return;
      } catch (RejectedExecutionException e) {
        // The workers are closed: the end must be heard all the same, so on this thread.
      }
    }
    settle(attempt);
  }

  private void settle(AttemptImpl<T> attempt) {
    try {
      settleOrThrow(attempt);
    } catch (RuntimeException e) {
      complete(null, conclude(named(e))); // a stage or a driver threw where it must not
    }
  }

  private void settleOrThrow(AttemptImpl<T> attempt) {
    ParleyException problem = endAttempt(attempt);
    Hedging<T> hedged = hedging();
    if (hedged != null) {
      hedged.ended(attempt, problem);
      return;
    }
    if (problem == null) {
      complete(attempt.result(), null);
      return;
    }
    long delay = decide(problem);
    if (delay < 0) {
      complete(null, conclude(problem));
    } else {
      later(delay);
    }
  }

  /** Makes the next attempt on a worker after a while. */
  private void later(long delay) {
    Delay next = new Delay();
    synchronized (this) {
      if (stopReason() == null && delay > 0) {
        extras().pending = next;
        engine().time.schedule(next, delay);
        return;
      }
    }
    next.expired();
  }

  /** Ends it in the background. */
  final void complete(@Nullable T value, @Nullable ParleyException failed) {
    synchronized (this) {
      if (done) {
        return;
      }
      done = true;
    }
    finish(failed);
    CallFuture<?> completed = future;
    if (completed != null) {
      completed.finish(value, failed);
    }
  }

  // ---------------------------------------------------------------- the steps

  private void begin(@Nullable Thread onThread, @Nullable CallFuture<?> inBackground) {
    synchronized (this) {
      if (begun) {
        throw new IllegalStateException("a call of " + name() + " was run twice: make a new one");
      }
      begun = true;
    }
    caller = onThread;
    future = inBackground;
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

  private long enter(Admission admission) {
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
  private AttemptImpl<T> beginAttempt() {
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
  private @Nullable ParleyException endAttempt(AttemptImpl<T> attempt) {
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
  private static ParleyException named(RuntimeException e) {
    return e instanceof ParleyException known
        ? known
        : new ParleyException(
            Failure.of(Kind.LOCAL, Effect.NOT_SENT, "a stage of the pipeline failed: " + e)
                .withCause(e));
  }

  private ParleyException stoppedException(AttemptImpl.Stop stopped, Effect effect) {
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

  private void finish(@Nullable ParleyException failed) {
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

  private void sleep(long nanos) {
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

  private boolean isStopped() {
    return stopReason() != null;
  }

  // ---------------------------------------------------------------- being stopped

  @Override
  public final void cancel() {
    stop(AttemptImpl.Stop.CANCELLED);
  }

  @Override
  final synchronized void drain(long limitNanos) {
    extras().drainEnd = engine().time.nanoTime() + limitNanos;
    extras().draining = true;
  }

  private synchronized boolean isDrainedBy(long nanoTime) {
    Extras<T> known = extras;
    return known != null && known.draining && nanoTime - known.drainEnd >= 0;
  }

  @Override
  final void abort() {
    stop(AttemptImpl.Stop.ABORTED);
  }

  final void stop(AttemptImpl.Stop reason) {
    AttemptImpl<T> running;
    Timeout waiting;
    Waiter sleeping;
    Hedging<T> hedged;
    synchronized (this) {
      if (done || isStopped()) {
        return;
      }
      Extras<T> known = extras();
      known.stop = reason;
      running = latest; // does nothing if it has ended
      waiting = known.pending;
      sleeping = known.sleeper;
      hedged = known.hedging;
    }
    if (hedged != null) {
      hedged.stopAll(reason);
    } else if (running != null) {
      running.stop(reason);
    }
    if (sleeping != null) {
      sleeping.wake();
    }
    if (waiting != null && engine().time.cancel(waiting)) {
      complete(null, conclude(stoppedException(reason, Effect.NOT_SENT)));
    }
  }

  // ---------------------------------------------------------------- what the parts ask for

  final Engine engine() {
    return channel.engine;
  }

  final String endpoint() {
    return channel.endpoint;
  }

  final @Nullable String key() {
    return key;
  }

  /** Returns whether the peer may have forgotten the key that the first attempt went out with. */
  final boolean hasKeyExpired() {
    return key != null
        && idempotency() == Idempotency.KEYED
        && elapsedNanos() >= exchange.keyLifetime().toNanos();
  }

  final @Nullable Thread caller() {
    return caller;
  }

  /** Returns the moment at which its deadline passes. */
  final long end() {
    return end;
  }

  final synchronized int attempts() {
    return latest == null ? 0 : latest.number();
  }

  final Duration elapsed() {
    return Duration.ofNanos(elapsedNanos());
  }

  final long elapsedNanos() {
    return engine().time.nanoTime() - started;
  }

  final long remaining() {
    return end - engine().time.nanoTime();
  }

  final Context contextWithDeadline() {
    return context.withDeadline(Deadline.after(Duration.ofNanos(remaining()), engine().time));
  }

  final void discard(T late) {
    exchange.discard(late);
  }

  final void callbackFailed(RuntimeException e) {
    engine().signal(new Signal.CallbackFailed(name(), endpoint(), e));
  }

  private boolean isObserved() {
    return engine().observers.length > 0;
  }

  // ---------------------------------------------------------------- what most calls never need

  private synchronized Extras<T> extras() {
    Extras<T> known = extras;
    if (known == null) {
      known = new Extras<>();
      extras = known;
    }
    return known;
  }

  private synchronized Trouble trouble() {
    Extras<T> known = extras();
    if (known.trouble == null) {
      known.trouble = new Trouble(this);
    }
    return known.trouble;
  }

  private @Nullable Trouble troubleOrNull() {
    Extras<T> known = extras;
    return known == null ? null : known.trouble;
  }

  private @Nullable Hedging<T> hedging() {
    Extras<T> known = extras;
    return known == null ? null : known.hedging;
  }

  private AttemptImpl.@Nullable Stop stopReason() {
    Extras<T> known = extras;
    return known == null ? null : known.stop;
  }

  private Headers headers() {
    Extras<T> known = extras;
    return known == null || known.headers == null ? options.headers() : known.headers;
  }

  private long id() {
    return extras().id;
  }

  private static final class Extras<T> {
    volatile @Nullable Trouble trouble; // of calls with a failure
    volatile @Nullable Hedging<T> hedging;
    volatile AttemptImpl.@Nullable Stop stop;
    volatile @Nullable Headers headers; // with those of the outermost interceptors
    volatile long id; // of its signals

    // Guarded by the invocation.
    @Nullable Timeout pending; // the wait before the next attempt, in the background
    @Nullable Waiter sleeper; // the same, on the caller's thread
    boolean draining; // the channel closes
    long drainEnd;
  }

  private final class Delay extends Timeout {
    @Override
    public void expired() {
      synchronized (Invocation.this) {
        extras().pending = null;
      }
      try {
        engine().threads.workers().execute(Invocation.this::nextAttempt);
      } catch (RejectedExecutionException e) {
        complete(null, conclude(channel.closedException()));
      }
    }
  }
}
