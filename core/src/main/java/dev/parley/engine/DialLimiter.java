package dev.parley.engine;

import dev.parley.spi.Time;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Spreads connects: at most 10 a second to one authority and 50 a second in all, each with a burst
 * of 5. It tells how long to wait and never refuses.
 */
final class DialLimiter {
  private static final long PER_AUTHORITY = TimeUnit.SECONDS.toNanos(1) / 10;
  private static final long PER_PROCESS = TimeUnit.SECONDS.toNanos(1) / 50;
  private static final int BURST = 5;
  private static final int MAX_AUTHORITIES = 10_000;

  private final Time time;
  private final Map<String, Long> authorities = new HashMap<>();
  private long process;

  DialLimiter(Time time) {
    this.time = time;
    this.process = time.nanoTime() - BURST * PER_PROCESS;
  }

  /** Reserves a connect to an authority; returns how many nanoseconds to wait before it. */
  synchronized long reserve(String authority) {
    long now = time.nanoTime();
    if (authorities.size() >= MAX_AUTHORITIES) {
      authorities.values().removeIf(next -> next - now < -BURST * PER_AUTHORITY);
    }
    // The moment of a slot: slots lie one interval apart, and lag at most one burst behind now.
    long own = authorities.getOrDefault(authority, now - BURST * PER_AUTHORITY);
    own = Math.max(own + PER_AUTHORITY, now - (BURST - 1) * PER_AUTHORITY);
    authorities.put(authority, own);
    process = Math.max(process + PER_PROCESS, now - (BURST - 1) * PER_PROCESS);
    return Math.max(0, Math.max(own, process) - now);
  }
}
