package dev.parley.engine;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.BreakerOpenException;
import dev.parley.CallCancelledException;
import dev.parley.CommunicationInterruptedException;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.Outcome;
import dev.parley.ParleyException;
import dev.parley.RetryPolicy;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The failures of one call so far, and the one table that decides about another attempt. */
final class Trouble {
  int lastCost; // what the last retry took from the budget
  @Nullable NotRetried reason;

  private final CallState<?> call;
  private final List<ParleyException> failures = new ArrayList<>(2); // guarded by this
  private int backoffStep;
  private boolean renewed; // credentials, once for each call
  private boolean repeatedForFree; // after a proof that nothing was done, once for each call

  Trouble(CallState<?> call) {
    this.call = call;
  }

  // Attempts of a hedged call end on several threads, and the losers after the call did.
  synchronized void add(ParleyException problem) {
    failures.add(problem);
  }

  synchronized @Nullable ParleyException last() {
    return failures.isEmpty() ? null : failures.get(failures.size() - 1);
  }

  /** Returns why there can be no further attempt, or null if nothing is in the way so far. */
  @Nullable NotRetried obstacle(ParleyException problem) {
    RetryPolicy policy = call.options.retry();
    NotRetried own = reasonOf(problem);
    if (own != null) {
      return own;
    }
    boolean attemptsLeft = call.attempts() < policy.maxAttempts();
    if (problem.kind() == Kind.AUTHENTICATION) {
      boolean again =
          !renewed
              && call.exchange.isReplayable()
              && call.engine().retries()
              && renewCredentials(problem);
      renewed = true;
      return again ? null : NotRetried.PERMANENT;
    }
    if (problem.kind() != Kind.TRANSIENT && problem.kind() != Kind.THROTTLED) {
      return NotRetried.PERMANENT;
    }
    if (problem.effect() == Effect.POSSIBLE && !call.idempotency().isRepeatable()) {
      return NotRetried.UNSAFE;
    }
    if (call.hasKeyExpired()) {
      return NotRetried.KEY_EXPIRED;
    }
    if (problem.isRetryForbidden()) {
      return NotRetried.PUSHBACK;
    }
    if (!attemptsLeft) {
      return NotRetried.ATTEMPTS;
    }
    if (!call.engine().retries()) {
      return NotRetried.SWITCHED_OFF;
    }
    if (!call.exchange.isReplayable()) {
      return NotRetried.BODY_NOT_REPLAYABLE;
    }
    Duration hint = problem.retryAfter().orElse(Duration.ZERO);
    return hint.compareTo(policy.maxHonouredHint()) > 0 ? NotRetried.PUSHBACK : null;
  }

  private boolean renewCredentials(ParleyException refused) {
    try {
      return call.exchange.renewCredentials(refused);
    } catch (RuntimeException e) {
      refused.addSuppressed(e); // the caller learns of both
      return false;
    }
  }

  /** Returns how long to wait before the next attempt, in nanoseconds. */
  long delay(ParleyException problem) {
    if (isFree(problem)) {
      return 0;
    }
    RetryPolicy policy = call.options.retry();
    Duration hint = problem.retryAfter().orElse(Duration.ZERO);
    if (!hint.isZero()) {
      backoffStep = 0;
      return Backoff.hinted(hint, policy, call.engine().random);
    }
    boolean slow =
        problem.kind() == Kind.THROTTLED || problem.unwrap(UnknownHostException.class).isPresent();
    return Backoff.computed(
        slow ? policy.throttledBase() : policy.base(),
        policy.cap(),
        ++backoffStep,
        call.engine().random);
  }

  /** Pays for the next attempt; false if the budget is empty. */
  boolean takeFromBudget(ParleyException problem) {
    if (isFree(problem)) {
      repeatedForFree = true;
      return true;
    }
    TokenBucket budget = call.channel.target.budget;
    int cost = budget.costAfter(problem.kind());
    if (!budget.take(cost)) {
      return false;
    }
    lastCost = cost;
    return true;
  }

  // The peer proved that it never looked at the request: the first repetition costs nothing.
  private boolean isFree(ParleyException problem) {
    return problem.kind() == Kind.TRANSIENT
        && problem.effect() == Effect.NOT_PROCESSED
        && problem.retryAfter().isEmpty()
        && !repeatedForFree;
  }

  private synchronized List<ParleyException> failures() {
    return List.copyOf(failures);
  }

  /** Returns the final failure. */
  ParleyException conclude(ParleyException problem) {
    NotRetried why = reason;
    if (why == null) {
      why = reasonOf(problem);
    }
    if (why == null) {
      why = NotRetried.PERMANENT;
    }
    List<ParleyException> known = failures();
    Effect worst = problem.effect();
    for (ParleyException earlier : known) {
      worst = earlier.effect().compareTo(worst) > 0 ? earlier.effect() : worst;
    }
    boolean open =
        why == NotRetried.UNSAFE
            || (problem instanceof DeadlineExceededException
                && worst == Effect.POSSIBLE
                && call.idempotency() == Idempotency.NONE);
    ParleyException last = problem;
    if (open) {
      last =
          new AmbiguousOutcomeException(
              new Failure(
                  problem.kind(),
                  Effect.POSSIBLE,
                  "the peer may or may not have acted on it: " + problem.getMessage(),
                  problem,
                  problem.retryAfter().orElse(null)));
    }
    return last.withEffect(worst)
        .withOutcome(
            new Outcome(
                call.name(),
                call.endpoint(),
                call.attempts(),
                known,
                why,
                call.elapsed(),
                call.key()));
  }

  private static @Nullable NotRetried reasonOf(ParleyException problem) {
    if (problem instanceof DeadlineExceededException) {
      return NotRetried.DEADLINE;
    }
    if (problem instanceof CallCancelledException) {
      return NotRetried.CANCELLED;
    }
    if (problem instanceof CommunicationInterruptedException) {
      return NotRetried.INTERRUPTED;
    }
    if (problem instanceof BreakerOpenException) {
      return NotRetried.BREAKER_OPEN;
    }
    return problem instanceof dev.parley.ChannelClosedException ? NotRetried.DRAINING : null;
  }
}
