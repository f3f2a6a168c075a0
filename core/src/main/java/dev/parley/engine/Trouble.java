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

  private final Invocation<?, ?> invocation;
  private final List<ParleyException> failures = new ArrayList<>(2); // guarded by this
  private int backoffStep;
  private boolean renewed; // credentials, once for each call
  private boolean repeatedForFree; // after a proof that nothing was done, once for each call

  Trouble(Invocation<?, ?> invocation) {
    this.invocation = invocation;
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
    RetryPolicy policy = invocation.options.retry();
    NotRetried own = reasonOf(problem);
    if (own != null) {
      return own;
    }
    boolean attemptsLeft = invocation.attempts() < policy.maxAttempts();
    if (problem.kind() == Kind.AUTHENTICATION) {
      boolean again =
          !renewed
              && invocation.exchange.isReplayable()
              && invocation.engine().retries()
              && renewCredentials(problem);
      renewed = true;
      return again ? null : NotRetried.PERMANENT;
    }
    if (problem.kind() != Kind.TRANSIENT && problem.kind() != Kind.THROTTLED) {
      return NotRetried.PERMANENT;
    }
    if (problem.effect() == Effect.POSSIBLE && !invocation.idempotency().isRepeatable()) {
      return NotRetried.UNSAFE;
    }
    if (invocation.hasKeyExpired()) {
      return NotRetried.KEY_EXPIRED;
    }
    if (problem.isRetryForbidden()) {
      return NotRetried.PUSHBACK;
    }
    if (!attemptsLeft) {
      return NotRetried.ATTEMPTS;
    }
    if (!invocation.engine().retries()) {
      return NotRetried.SWITCHED_OFF;
    }
    if (!invocation.exchange.isReplayable()) {
      return NotRetried.BODY_NOT_REPLAYABLE;
    }
    Duration hint = problem.retryAfter().orElse(Duration.ZERO);
    return hint.compareTo(policy.maxHonouredHint()) > 0 ? NotRetried.PUSHBACK : null;
  }

  private boolean renewCredentials(ParleyException refused) {
    try {
      return invocation.exchange.renewCredentials(refused);
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
    RetryPolicy policy = invocation.options.retry();
    Duration hint = problem.retryAfter().orElse(Duration.ZERO);
    if (!hint.isZero()) {
      backoffStep = 0;
      return Backoff.hinted(hint, policy, invocation.engine().random);
    }
    boolean slow =
        problem.kind() == Kind.THROTTLED || problem.unwrap(UnknownHostException.class).isPresent();
    return Backoff.computed(
        slow ? policy.throttledBase() : policy.base(),
        policy.cap(),
        ++backoffStep,
        invocation.engine().random);
  }

  /** Pays for the next attempt; false if the budget is empty. */
  boolean takeFromBudget(ParleyException problem) {
    if (isFree(problem)) {
      repeatedForFree = true;
      return true;
    }
    TokenBucket budget = invocation.channel.target.budget;
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
                && invocation.idempotency() == Idempotency.NONE);
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
                invocation.name(),
                invocation.endpoint(),
                invocation.attempts(),
                known,
                why,
                invocation.elapsed(),
                invocation.key()));
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
