package dev.parley.relay;

import java.time.Duration;

/**
 * Whether the destination is down. While it is, one message at a time tries whether it is back; all
 * others wait.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class Outage {
  private static final Duration BRIEF = Duration.ofMillis(1);

  private final Backoff backoff;

  // Guarded by this.
  private boolean down;
  private boolean probing;
  private int failures;
  private long nextProbe;

  Outage(Backoff backoff) {
    this.backoff = backoff;
  }

  /** Returns whether a message may be sent; whoever is let through tells what came of it. */
  synchronized boolean letsThrough() {
    if (!down) {
      return true;
    }
    if (probing || System.nanoTime() - nextProbe < 0) {
      return false;
    }
    probing = true;
    return true;
  }

  /** Returns how long a message that was not let through waits before it asks again. */
  synchronized Duration rest() {
    if (probing) {
      return backoff.after(1);
    }
    Duration left = Duration.ofNanos(nextProbe - System.nanoTime());
    return left.compareTo(BRIEF) < 0 ? BRIEF : left;
  }

  /** The destination is down; returns whether that is new. */
  synchronized boolean begin(Duration hint) {
    if (down && !probing) {
      return false; // another that was on its way when it went down
    }
    boolean isNew = !down;
    down = true;
    probing = false;
    Duration wait = backoff.after(++failures);
    nextProbe = System.nanoTime() + (hint.compareTo(wait) > 0 ? hint : wait).toNanos();
    return isNew;
  }

  /** The destination has taken a message; returns whether it was down. */
  synchronized boolean end() {
    boolean was = down;
    down = false;
    probing = false;
    failures = 0;
    return was;
  }

  /** A message that was let through says nothing about the destination: the next one may try. */
  synchronized void undecided() {
    probing = false;
  }

  synchronized boolean isDown() {
    return down;
  }
}
