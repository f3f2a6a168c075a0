package dev.parley.store;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Makes dead letters free again, not faster than asked. */
final class Redrive {
  private static final int PAGE = 100;

  private final Queue queue;
  private final String name;
  private final Predicate<? super DeadMessage> filter;
  private final long gapNanos;

  Redrive(Queue queue, String name, Predicate<? super DeadMessage> filter, int perSecond) {
    if (perSecond < 1) {
      throw new IllegalArgumentException("perSecond (" + perSecond + ") must be at least 1");
    }
    this.queue = queue;
    this.name = name;
    this.filter = filter;
    this.gapNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  int run() throws InterruptedException {
    int redriven = 0;
    long after = 0;
    long next = System.nanoTime();
    List<DeadMessage> page = queue.store.dead(name, after, PAGE);
    while (!page.isEmpty()) {
      for (DeadMessage each : page) {
        after = each.number();
        if (filter.test(each)) {
          TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
          next = Math.max(next, System.nanoTime()) + gapNanos;
          redriven += queue.store.redrive(name, List.of(each.number()));
          queue.bell.ring();
        }
      }
      page = queue.store.dead(name, after, PAGE);
    }
    return redriven;
  }
}
