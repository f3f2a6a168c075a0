package dev.parley.mqtt;

import dev.parley.ReconnectPolicy;
import java.util.concurrent.ThreadLocalRandom;

/** When an outbox dials again, by the rules of {@link ReconnectPolicy}. Guarded by its user. */
final class Redial {
  private final ReconnectPolicy policy;
  private int failures; // since the last stable connection
  private long openedAt;
  private boolean open;

  Redial(ReconnectPolicy policy) {
    this.policy = policy;
  }

  void opened(long now) {
    openedAt = now;
    open = true;
  }

  /** Returns the wait before the next dial in nanoseconds, and counts it. */
  long afterLoss(long now) {
    if (open && now - openedAt >= policy.stableAfter().toNanos()) {
      failures = 0;
    }
    open = false;
    int k = Math.min(failures++, 30);
    double ceiling =
        Math.min(
            (double) policy.cap().toNanos(), (double) policy.base().toNanos() * Math.pow(2, k));
    long wait = (long) (ThreadLocalRandom.current().nextDouble() * ceiling);
    return k == 0 ? wait : Math.max(policy.floor().toNanos(), wait);
  }

  boolean isExhausted() {
    return failures >= policy.maxAttempts();
  }
}
