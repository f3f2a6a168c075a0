package dev.parley.engine;

import dev.parley.Call;
import dev.parley.CallOptions;
import dev.parley.Effect;
import dev.parley.HedgePolicy;
import dev.parley.Idempotency;
import dev.parley.ParleyException;
import dev.parley.Reply;
import dev.parley.spi.Admission;
import dev.parley.spi.BlockingExchange;
import dev.parley.spi.Exchange;
import dev.parley.spi.Timeout;
import dev.parley.spi.Waiter;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
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
abstract class Invocation<T, R> extends CallSteps<T> implements Call<R> {
  private @Nullable CallFuture<?> future; // what it completes in the background, or null

  Invocation(
      AbstractChannel channel, CallOptions options, Exchange<T> exchange, @Nullable String key) {
    super(channel, options, exchange, key);
  }

  /** Returns the key that goes out: the caller's, or a new one if the operation is keyed. */
  static @Nullable String keyFor(CallOptions options, Idempotency idempotency) {
    String given = options.idempotencyKeyOrNull();
    if (given != null || idempotency != Idempotency.KEYED) {
      return given;
    }
    return UUID.randomUUID().toString();
  }

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
    claim();
    future = started;
    try {
      begin(null);
    } catch (ParleyException e) {
      started.finish(null, e);
      return started;
    }
    admit();
    return started;
  }

  private T runOnCaller(BlockingExchange<T> blocking) {
    claim();
    begin(Thread.currentThread());
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

  @Override
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

  // ---------------------------------------------------------------- being stopped

  @Override
  public final void cancel() {
    stop(AttemptImpl.Stop.CANCELLED);
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
