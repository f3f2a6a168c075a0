package dev.parley.engine;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The latencies of a target and how many hedges they allow: one for each 20 calls, at most 5 saved.
 */
final class HedgeBudget {
  private static final int CALLS_PER_HEDGE = 20;
  private static final int MAX_SAVED = 5 * CALLS_PER_HEDGE;
  private static final int WINDOW = 128;
  private static final int ENOUGH = 20;
  private static final long UNKNOWN = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long FLOOR = TimeUnit.MILLISECONDS.toNanos(1);

  private final long[] latencies = new long[WINDOW];
  private int recorded;
  private int saved = MAX_SAVED;

  synchronized void called() {
    saved = Math.min(MAX_SAVED, saved + 1);
  }

  synchronized boolean take() {
    if (saved < CALLS_PER_HEDGE) {
      return false;
    }
    saved -= CALLS_PER_HEDGE;
    return true;
  }

  synchronized void record(long elapsedNanos) {
    latencies[recorded++ & (WINDOW - 1)] = elapsedNanos;
    if (recorded < 0) {
      recorded = WINDOW;
    }
  }

  /** Returns the 95th percentile of the last 128 latencies, in nanoseconds. */
  synchronized long delayNanos() {
    if (recorded < ENOUGH) {
      return UNKNOWN;
    }
    long[] sorted = Arrays.copyOf(latencies, Math.min(recorded, WINDOW));
    Arrays.sort(sorted);
    return Math.max(FLOOR, sorted[(int) Math.ceil(sorted.length * 0.95) - 1]);
  }
}
