package dev.parley.samples.shop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The orders of a day in the order in which they came, as JSON; what is not shown yet is waited
 * for.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class LiveOrders {
  private final List<String> orders = new ArrayList<>();

  /** Adds the next one; its number is its place. */
  synchronized void add() {
    orders.add("{\"number\":" + orders.size() + "}");
    notifyAll();
  }

  synchronized long count() {
    return orders.size();
  }

  /** Returns those from a number on; waits for a while if there are none. */
  synchronized List<String> await(long from, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (from >= orders.size()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return List.of();
      }
      wait(left);
    }
    return List.copyOf(orders.subList((int) from, orders.size()));
  }
}
