package dev.parley.samples.shop;

import dev.parley.Gap;
import dev.parley.Resumed;
import dev.parley.StateChange;
import dev.parley.StateListener;

/**
 * Counts what is missing from numbers that come in, and whether somebody was told.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class Holes implements StateListener {
  private long next;
  private long seen;
  private long missing;
  private long holes;
  private long repeated;
  private long told;
  private long connects;

  /** Begins with the first number that must come. */
  Holes(long first) {
    this.next = first;
  }

  @Override
  public void changed(StateChange change) {}

  @Override
  public synchronized void resumed(Resumed resumed) {
    connects++;
    if (resumed.connection() > 1 && resumed.gap() != Gap.NONE) {
      told++;
    }
  }

  synchronized void saw(long number) {
    if (number < next) {
      repeated++;
      return;
    }
    if (number > next) {
      holes++;
      missing += number - next;
    }
    seen++;
    next = number + 1;
  }

  /** So many were there in all: those that never came are missing, too. */
  synchronized void end(long count) {
    if (next < count) {
      holes++;
      missing += count - next;
    }
  }

  /** Returns how many numbers came. */
  synchronized long seen() {
    return seen;
  }

  /** Returns how many did not come. */
  synchronized long missing() {
    return missing;
  }

  /** Returns how often one came again. */
  synchronized long repeated() {
    return repeated;
  }

  /** Returns the number of runs of missing ones. */
  synchronized long holes() {
    return holes;
  }

  /** Returns how often a gap was told of: each connect can have made one hole. */
  synchronized long told() {
    return told;
  }

  synchronized long connects() {
    return connects;
  }

  /** Returns the number that comes next. */
  synchronized long next() {
    return next;
  }
}
