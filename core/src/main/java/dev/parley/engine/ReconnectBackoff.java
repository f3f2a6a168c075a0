package dev.parley.engine;

import dev.parley.ReconnectPolicy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When to dial again (REC-1 to REC-3): full jitter, capped before the jitter, and counted from zero
 * only after a connection was stable. Used by one thread at a time.
 */
final class ReconnectBackoff {
  private static final long WORTH_KEEPING = TimeUnit.SECONDS.toNanos(5);
  private static final long MIN_HINT = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long MAX_HINT = TimeUnit.MINUTES.toNanos(5);

  private final ReconnectPolicy policy;
  private final DoubleSupplier random;
  private long base;
  private int failures; // in a row, without a stable connection between them
  private long openedAt;
  private boolean open;

  ReconnectBackoff(ReconnectPolicy policy, DoubleSupplier random) {
    this.policy = policy;
    this.random = random;
    this.base = policy.base().toNanos();
  }

  /** The peer wishes another base, or none any more. */
  void hint(@Nullable Duration newBase) {
    base = newBase == null ? policy.base().toNanos() : clamp(newBase.toNanos());
  }

  void opened(long now) {
    openedAt = now;
    open = true;
  }

  /**
   * The connection is lost, or could not be made.
   *
   * @param clean whether the peer ended it in order, after at least one message
   */
  void lost(long now, boolean clean) {
    long up = open ? now - openedAt : 0;
    boolean wasOpen = open;
    open = false;
    if (wasOpen && up >= policy.stableAfter().toNanos()) {
      failures = 0;
    } else if (wasOpen && clean && up >= WORTH_KEEPING && failures > 0) {
      failures--; // an ordinary end: it neither raises nor forgets
    }
  }

  /** Returns the wait before the next dial in nanoseconds, and counts it. */
  long next(@Nullable Duration retryAfter) {
    int k = failures++;
    long ceiling = k == 0 ? base : Backoff.ceiling(base, policy.cap().toNanos(), k);
    long wait = (long) (random.getAsDouble() * (double) Math.max(base, ceiling));
    if (k > 0) {
      wait = Math.max(policy.floor().toNanos(), wait);
    }
    if (retryAfter != null && !retryAfter.isNegative()) {
      // Behind the hint, or those who were all told the same would come together.
      wait += Math.min(retryAfter.toNanos(), MAX_HINT);
    }
    return wait;
  }

  int failures() {
    return failures;
  }

  boolean isExhausted() {
    return failures >= policy.maxAttempts();
  }

  private static long clamp(long nanos) {
    return Math.max(MIN_HINT, Math.min(MAX_HINT, nanos));
  }
}
