package dev.parley.engine;

import dev.parley.Effect;
import dev.parley.HedgePolicy;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.spi.Timeout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Several attempts of one call at once: the first success wins and the others are cancelled. */
final class Hedging<T> extends Timeout {
  private final Invocation<T, ?> invocation;
  private final HedgePolicy policy;

  // Guarded by this.
  private final List<AttemptImpl<T>> live = new ArrayList<>(2);
  private int started;
  private boolean over;

  Hedging(Invocation<T, ?> invocation, HedgePolicy policy) {
    this.invocation = invocation;
    this.policy = policy;
    budget().called();
  }

  /** An attempt goes out: plan the next. */
  void started(AttemptImpl<T> attempt) {
    boolean tooLate;
    synchronized (this) {
      tooLate = over;
      if (!tooLate) {
        live.add(attempt);
        started++;
        if (started < policy.maxAttempts()) {
          invocation.engine().time.cancel(this);
          invocation.engine().time.schedule(this, delayNanos());
        }
      }
    }
    if (tooLate) {
      attempt.stop(AttemptImpl.Stop.SUPERSEDED);
    }
  }

  /** The last attempt takes long: send another beside it, if the budget allows. */
  @Override
  public void expired() {
    try {
      invocation.engine().threads.workers().execute(this::another);
    } catch (RejectedExecutionException e) {
      invocation.abort(); // the workers are closed
    }
  }

  private void another() {
    synchronized (this) {
      if (over || started >= policy.maxAttempts() || !invocation.exchange.isReplayable()) {
        return;
      }
    }
    if (invocation.engine().retries() && budget().take()) {
      invocation.nextAttempt();
    }
  }

  /** An attempt has ended. */
  void ended(AttemptImpl<T> attempt, @Nullable ParleyException problem) {
    List<AttemptImpl<T>> losers = List.of();
    boolean decided;
    boolean more;
    synchronized (this) {
      live.remove(attempt);
      if (over) {
        return;
      }
      boolean fatal = problem != null && isFatal(problem);
      more = problem != null && !fatal && started < policy.maxAttempts();
      decided = problem == null || fatal || (live.isEmpty() && !more);
      if (decided) {
        over = true;
        losers = List.copyOf(live);
        live.clear();
      }
    }
    if (decided) {
      invocation.engine().time.cancel(this);
      losers.forEach(loser -> loser.stop(AttemptImpl.Stop.SUPERSEDED));
      if (problem == null) {
        budget().record(attempt.elapsedNanos());
        invocation.complete(attempt.result(), null);
      } else {
        invocation.complete(null, invocation.concludeHedged(problem));
      }
    } else if (more) {
      if (budget().take()) {
        invocation.nextAttempt();
      } else {
        endIfAlone(problem);
      }
    }
  }

  private void endIfAlone(@Nullable ParleyException problem) {
    synchronized (this) {
      if (over || !live.isEmpty()) {
        return;
      }
      over = true;
    }
    if (problem != null) {
      invocation.complete(null, invocation.concludeHedged(problem));
    }
  }

  void stopAll(AttemptImpl.Stop reason) {
    List<AttemptImpl<T>> stopped;
    synchronized (this) {
      stopped = List.copyOf(live);
      started = policy.maxAttempts();
    }
    invocation.engine().time.cancel(this);
    stopped.forEach(attempt -> attempt.stop(reason));
  }

  private boolean isFatal(ParleyException problem) {
    return problem.isRetryForbidden()
        || (problem.kind() != Kind.TRANSIENT && problem.kind() != Kind.THROTTLED)
        || invocation.remaining() <= 0
        || (problem.effect() == Effect.POSSIBLE && !invocation.idempotency().isRepeatable());
  }

  private long delayNanos() {
    return policy.delay().isPresent() ? policy.delay().get().toNanos() : budget().delayNanos();
  }

  private HedgeBudget budget() {
    return invocation.channel.target.hedges;
  }
}
