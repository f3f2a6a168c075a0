package dev.parley.relay;

import java.time.Duration;

/** Waits that end early once the relay closes. */
final class Halt {
  private boolean isOver; // guarded by this

  /** Waits; returns whether the relay still goes on. */
  synchronized boolean await(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    while (!isOver) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return true;
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
    return false;
  }

  synchronized void end() {
    isOver = true;
    notifyAll();
  }

  synchronized boolean isOver() {
    return isOver;
  }
}
