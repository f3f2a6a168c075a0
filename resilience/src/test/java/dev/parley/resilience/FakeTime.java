package dev.parley.resilience;

import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Time that passes when a test says so, on the test's thread. */
final class FakeTime implements Time {
  private final Map<Timeout, Long> scheduled = new LinkedHashMap<>();
  private long nanos;

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Instant now() {
    return Instant.EPOCH.plusNanos(nanos);
  }

  @Override
  public synchronized void schedule(Timeout timeout, long delayNanos) {
    scheduled.put(timeout, nanos + Math.max(0, delayNanos));
  }

  @Override
  public synchronized boolean cancel(Timeout timeout) {
    return scheduled.remove(timeout) != null;
  }

  @Override
  public synchronized int scheduled() {
    return scheduled.size();
  }

  void advance(Duration duration) {
    long end = nanoTime() + duration.toNanos();
    Timeout due = next(end);
    while (due != null) {
      due.expired();
      due = next(end);
    }
    synchronized (this) {
      nanos = end;
    }
  }

  private synchronized Timeout next(long end) {
    Map.Entry<Timeout, Long> first =
        scheduled.entrySet().stream().min(Map.Entry.comparingByValue()).orElse(null);
    if (first == null || first.getValue() > end) {
      return null;
    }
    Timeout due = first.getKey();
    nanos = Math.max(nanos, first.getValue());
    scheduled.remove(due);
    return due;
  }

  @Override
  public void close() {}
}
