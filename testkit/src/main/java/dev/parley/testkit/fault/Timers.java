package dev.parley.testkit.fault;

import java.util.Comparator;
import java.util.TreeSet;

/** What the proxy's thread has to do later. Used by that thread only. */
final class Timers {
  private final TreeSet<Timer> queue =
      new TreeSet<>(Comparator.comparingLong(Timer::time).thenComparingLong(Timer::number));
  private long count;

  Timer at(long time, Runnable action) {
    Timer timer = new Timer(time, count++, action);
    queue.add(timer);
    return timer;
  }

  void cancel(Timer timer) {
    queue.remove(timer);
  }

  /** The time of the next one, or {@link Loop#NEVER}. */
  long next() {
    return queue.isEmpty() ? Loop.NEVER : queue.first().time;
  }

  void runDue(long now) {
    while (next() <= now) {
      queue.pollFirst().action.run();
    }
  }

  record Timer(long time, long number, Runnable action) {}
}
