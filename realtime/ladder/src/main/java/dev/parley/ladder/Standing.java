package dev.parley.ladder;

import dev.parley.ParleyException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the rungs for one operation: which could not be had lately, and when to try them
 * again.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class Standing {
  private static final double JITTER = 0.1;

  private final Climbing climbing;
  private final DoubleSupplier random;
  private final Known[] rungs;
  private int current = -1;

  Standing(int size, Climbing climbing, DoubleSupplier random) {
    this.climbing = climbing;
    this.random = random;
    this.rungs = new Known[size];
    for (int i = 0; i < size; i++) {
      rungs[i] = new Known();
    }
  }

  private static final class Known {
    int failures; // since it was steady
    int shortLives; // in a row
    boolean isBlocked;
    long retryAt;
    @Nullable ParleyException cause;
  }

  /** Returns the order in which to try them: those that are not blocked first. */
  synchronized List<Integer> order(long now) {
    List<Integer> free = new ArrayList<>();
    List<Integer> blocked = new ArrayList<>();
    for (int i = 0; i < rungs.length; i++) {
      (isBlocked(i, now) ? blocked : free).add(i);
    }
    free.addAll(blocked);
    return free;
  }

  /** Returns the rung above this one that has waited longest for another try, or -1. */
  synchronized int above(int rung, long now) {
    int longest = -1;
    for (int i = 0; i < rung; i++) {
      // The highest is not preferred: while it fails, it would keep those between from their turn.
      if (!isBlocked(i, now) && (longest < 0 || rungs[i].retryAt - rungs[longest].retryAt < 0)) {
        longest = i;
      }
    }
    return longest;
  }

  /** A rung could not be had: it is tried again later. */
  synchronized void block(int rung, ParleyException cause, long now) {
    Known known = rungs[rung];
    int doublings = Math.min(30, known.failures++);
    long longest = climbing.longest().toNanos();
    long wait = Math.min(longest, climbing.first().toNanos() << Math.min(20, doublings));
    known.retryAt = now + (long) ((double) wait * (1 + JITTER * random.getAsDouble()));
    known.isBlocked = true;
    known.shortLives = 0;
    known.cause = cause;
  }

  /** A rung can be had again. */
  synchronized void free(int rung) {
    rungs[rung].isBlocked = false;
  }

  /** A connection on a rung is lost after so long. */
  synchronized void lost(int rung, long up, ParleyException cause, long now) {
    Known known = rungs[rung];
    known.shortLives = up < Climbing.SHORT_LIFE.toNanos() ? known.shortLives + 1 : 0;
    if (known.shortLives >= Climbing.SHORT_LIVES) {
      block(rung, cause, now);
    }
  }

  /** A connection on a rung has been up for long enough. */
  synchronized void steady(int rung) {
    rungs[rung].failures = 0;
  }

  /** Stands on a rung; returns the one before, which may be the same, or -1. */
  synchronized int stand(int rung) {
    int before = current;
    current = rung;
    rungs[rung].isBlocked = false;
    return before;
  }

  /** Returns why the rung above this one cannot be had, or null. */
  synchronized @Nullable ParleyException causeAbove(int rung) {
    return rung == 0 ? null : rungs[rung - 1].cause;
  }

  private boolean isBlocked(int rung, long now) {
    return rungs[rung].isBlocked && rungs[rung].retryAt - now > 0;
  }
}
