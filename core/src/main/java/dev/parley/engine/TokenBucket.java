package dev.parley.engine;

import dev.parley.Kind;
import dev.parley.RetryBudget;
import dev.parley.spi.Time;

/** The tokens of one target's {@link RetryBudget}. */
final class TokenBucket {
  private final RetryBudget budget;
  private final Time time;
  private final long refillNanos;
  private volatile int tokens;
  private long refilled;

  TokenBucket(RetryBudget budget, Time time) {
    this.budget = budget;
    this.time = time;
    this.refillNanos = budget.refillEvery().toNanos();
    this.tokens = budget.capacity();
    this.refilled = time.nanoTime();
  }

  int costAfter(Kind kind) {
    return kind == Kind.THROTTLED ? budget.throttledCost() : budget.transientCost();
  }

  /** Takes tokens, all or none. */
  synchronized boolean take(int cost) {
    refill();
    if (tokens < cost) {
      return false;
    }
    tokens -= cost;
    return true;
  }

  /** Gives tokens back; a full bucket, the common case, costs one volatile read. */
  void give(int returned) {
    if (tokens < budget.capacity()) {
      synchronized (this) {
        tokens = Math.min(budget.capacity(), tokens + returned);
      }
    }
  }

  synchronized int tokens() {
    refill();
    return tokens;
  }

  private void refill() {
    long periods = (time.nanoTime() - refilled) / refillNanos;
    if (periods > 0) {
      refilled += periods * refillNanos;
      tokens = (int) Math.min(budget.capacity(), tokens + periods * budget.refill());
    }
  }
}
