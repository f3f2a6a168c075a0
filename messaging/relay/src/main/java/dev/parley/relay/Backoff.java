package dev.parley.relay;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The wait after so many failures: doubled from the base up to the cap, and at least half of it.
 */
record Backoff(Duration base, Duration cap) {
  private static final int MOST_DOUBLINGS = 30;

  Duration after(int failures) {
    int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
    long ceiling = Math.min(cap.toNanos(), base.toNanos() << doublings);
    if (ceiling <= 0 || base.toNanos() > Long.MAX_VALUE >> doublings) {
      ceiling = cap.toNanos();
    }
    return Duration.ofNanos(
        ceiling / 2 + ThreadLocalRandom.current().nextLong(Math.max(1, ceiling / 2 + 1)));
  }
}
