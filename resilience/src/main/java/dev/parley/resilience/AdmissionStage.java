package dev.parley.resilience;

import dev.parley.ParleyException;
import dev.parley.spi.Admission;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An adaptive limit, inside it a bulkhead, and inside that a rate limiter; or some of them. */
final class AdmissionStage implements Admission {
  private static final long REFUSED = -1;

  private final @Nullable AdaptiveLimit adaptive;
  private final @Nullable RateLimiter limiter;
  private final @Nullable Bulkhead bulkhead;

  AdmissionStage(
      @Nullable AdaptiveLimit adaptive,
      @Nullable RateLimiter limiter,
      @Nullable Bulkhead bulkhead) {
    this.adaptive = adaptive;
    this.limiter = limiter;
    this.bulkhead = bulkhead;
  }

  // The rate limiter last: its permission cannot be given back.
  @Override
  public long tryEnter(long patienceNanos) {
    if (adaptive != null && adaptive.tryEnter(patienceNanos) < 0) {
      return REFUSED;
    }
    long wait = enterBulkhead(patienceNanos);
    if (wait < 0 && adaptive != null) {
      adaptive.leave();
    }
    return wait;
  }

  private long enterBulkhead(long patienceNanos) {
    if (bulkhead != null && !bulkhead.tryAcquirePermission()) {
      return REFUSED;
    }
    long wait = limiter == null ? 0 : reserve(limiter, patienceNanos);
    if (wait < 0 && bulkhead != null) {
      bulkhead.releasePermission();
    }
    return wait;
  }

  private static long reserve(RateLimiter limiter, long patienceNanos) {
    // It would reserve a permission for a call that cannot wait for it, so ask before.
    if (patienceNanos < limiter.getRateLimiterConfig().getTimeoutDuration().toNanos()
        && limiter instanceof AtomicRateLimiter known
        && known.getDetailedMetrics().getNanosToWait() > patienceNanos) {
      return REFUSED;
    }
    long wait = limiter.reservePermission();
    return wait > patienceNanos ? REFUSED : wait;
  }

  @Override
  public void leave() {
    if (bulkhead != null) {
      bulkhead.onComplete();
    }
    if (adaptive != null) {
      adaptive.leave();
    }
  }

  @Override
  public void observe(long elapsedNanos, @Nullable ParleyException failure) {
    if (adaptive != null) {
      adaptive.observe(elapsedNanos, failure);
    }
  }

  @Override
  public String describe() {
    List<String> parts = new ArrayList<>();
    if (adaptive != null) {
      parts.add(adaptive.describe());
    }
    if (limiter != null) {
      RateLimiterConfig config = limiter.getRateLimiterConfig();
      parts.add(
          "Resilience4j rate limiter "
              + limiter.getName()
              + ": "
              + config.getLimitForPeriod()
              + " calls per "
              + config.getLimitRefreshPeriod().toMillis()
              + " ms");
    }
    if (bulkhead != null) {
      parts.add(
          "Resilience4j bulkhead "
              + bulkhead.getName()
              + ": "
              + bulkhead.getBulkheadConfig().getMaxConcurrentCalls()
              + " calls at once");
    }
    return String.join(", ", parts);
  }
}
