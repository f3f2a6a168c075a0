package dev.parley;

import java.time.Duration;

/**
 * How many retries a target may cost, so that an outage is not answered with three times the load.
 *
 * <p>Each target (scheme, authority, credential) has one bucket of tokens, shared by all channels
 * of a {@link Parley}. A retry takes tokens; without them the call fails with {@link
 * NotRetried#BUDGET}. A success at the first attempt returns one, a success after retries what its
 * last retry cost, and time returns some, so that a quiet client recovers too.
 *
 * @param capacity the tokens of a full bucket
 * @param transientCost what a retry after a transient failure takes
 * @param throttledCost what a retry after throttling takes
 * @param refill the tokens that come back in each {@code refillEvery}
 * @param refillEvery how often tokens come back
 */
public record RetryBudget(
    int capacity, int transientCost, int throttledCost, int refill, Duration refillEvery) {
  /** 500 tokens; a retry takes 14, after throttling 5; 14 come back every 10 s. */
  public static final RetryBudget DEFAULT = new RetryBudget(500, 14, 5, 14, Duration.ofSeconds(10));

  /** Checks the numbers. */
  public RetryBudget {
    Durations.atLeast(1, capacity, "capacity");
    Durations.atLeast(0, transientCost, "transientCost");
    Durations.atLeast(0, throttledCost, "throttledCost");
    Durations.atLeast(0, refill, "refill");
    Durations.positive(refillEvery, "refillEvery");
  }
}
