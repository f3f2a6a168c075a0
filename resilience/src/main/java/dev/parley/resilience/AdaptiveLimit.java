package dev.parley.resilience;

import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.spi.Admission;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many calls run at once, and finds the limit by itself (LIM-1): by the gradient of the
 * latency, as Netflix's Gradient2 does with its defaults, and down by a tenth at each throttled
 * attempt.
 *
 * <p>While the latency stays within one and a half of its long-term average the limit grows, by a
 * little at each attempt; when the latency rises above that, calls queue at the target, and the
 * limit falls in proportion, at most by half of what is smoothed in. It does not move while less
 * than half of it is in use.
 */
final class AdaptiveLimit implements Admission {
  private static final double TOLERANCE = 1.5;
  private static final double SMOOTHING = 0.2;
  private static final double SHRINK = 0.9;
  private static final int QUEUE = 4;
  private static final int WARM_UP = 10;
  private static final double WINDOW = 600;

  private final int least;
  private final int most;

  // Guarded by this.
  private int running;
  private double limit;
  private double average; // of the latency, in nanoseconds
  private int samples;

  AdaptiveLimit(int least, int most) {
    this.least = least;
    this.most = most;
    this.limit = least;
  }

  @Override
  public synchronized long tryEnter(long patienceNanos) {
    if (running >= (int) limit) {
      return -1;
    }
    running++;
    return 0;
  }

  @Override
  public synchronized void leave() {
    running--;
  }

  @Override
  public synchronized void observe(long elapsedNanos, @Nullable ParleyException failure) {
    if (failure == null) {
      succeeded((double) Math.max(1, elapsedNanos));
    } else if (failure.kind() == Kind.THROTTLED) {
      limit = Math.max(least, limit * SHRINK);
    }
  }

  private void succeeded(double latency) {
    double weight = samples < WARM_UP ? 1.0 / ++samples : 2 / (WINDOW + 1);
    average += weight * (latency - average);
    if (average > 2 * latency) {
      average *= 0.95; // the target has recovered: forget the slow times sooner
    }
    if (running < limit / 2) {
      return;
    }
    double gradient = Math.max(0.5, Math.min(1, TOLERANCE * average / latency));
    double next = (1 - SMOOTHING) * limit + SMOOTHING * (limit * gradient + QUEUE);
    limit = Math.max(least, Math.min(most, next));
  }

  /** Returns how many calls may run at once now. */
  synchronized int limit() {
    return (int) limit;
  }

  @Override
  public String describe() {
    return "adaptive limit: " + limit() + " calls at once now, of " + least + " to " + most;
  }
}
