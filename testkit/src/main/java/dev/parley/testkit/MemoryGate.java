package dev.parley.testkit;

import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.util.function.BooleanSupplier;

/** Where threads wait for news, at most for a time on the Parley's own clock. */
final class MemoryGate {
  private long news;

  /** Makes all who wait look again. */
  synchronized void signal() {
    news++;
    notifyAll();
  }

  /** Waits until the condition holds; returns whether it does. */
  boolean await(Time time, long nanos, BooleanSupplier condition) throws InterruptedException {
    long end = time.nanoTime() + nanos;
    Timeout alarm =
        new Timeout() {
          @Override
          public void expired() {
            signal();
          }
        };
    time.schedule(alarm, nanos);
    try {
      while (true) {
        long seen = news();
        if (condition.getAsBoolean()) {
          return true;
        }
        if (end - time.nanoTime() <= 0) {
          return false;
        }
        awaitNews(seen);
      }
    } finally {
      time.cancel(alarm);
    }
  }

  /** Waits until the condition holds. */
  void await(BooleanSupplier condition) throws InterruptedException {
    while (true) {
      long seen = news();
      if (condition.getAsBoolean()) {
        return;
      }
      awaitNews(seen);
    }
  }

  private synchronized long news() {
    return news;
  }

  private synchronized void awaitNews(long seen) throws InterruptedException {
    while (news == seen) {
      wait();
    }
  }
}
