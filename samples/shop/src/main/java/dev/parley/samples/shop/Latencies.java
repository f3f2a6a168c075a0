package dev.parley.samples.shop;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations in buckets that are 2 % wide, from 1 µs to some hours, so that any number of
 * them takes the same memory.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class Latencies {
  private static final double WIDTH = Math.log(1.02);
  private static final int BUCKETS = 1200;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  void add(Duration latency) {
    counts.incrementAndGet(bucket(latency.toNanos() / 1e3));
  }

  void addAll(Latencies others) {
    for (int i = 0; i < BUCKETS; i++) {
      counts.addAndGet(i, others.counts.get(i));
    }
  }

  /** Returns the duration that this share of all stayed below; zero if there are none. */
  Duration percentile(double percent) {
    long total = 0;
    for (int i = 0; i < BUCKETS; i++) {
      total += counts.get(i);
    }
    long rank = (long) Math.ceil(total * percent / 100);
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += counts.get(i);
      if (seen >= rank && seen > 0) {
        return Duration.ofNanos((long) (Math.exp((i + 0.5) * WIDTH) * 1e3));
      }
    }
    return Duration.ZERO;
  }

  private static int bucket(double micros) {
    return micros < 1 ? 0 : (int) Math.min(BUCKETS - 1, Math.log(micros) / WIDTH);
  }
}
