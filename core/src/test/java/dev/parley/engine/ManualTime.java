package dev.parley.engine;

import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Time that passes only when a test says so; what falls due runs on the test's thread, in order.
 */
public final class ManualTime implements Time {
  private final TreeMap<Long, Timeout> queue = new TreeMap<>(); // by due << 20 | sequence
  private final Map<Timeout, Long> keys = new HashMap<>();
  private long nanos;
  private long sequence;
  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Instant now() {
    return wall;
  }

  @Override
  public synchronized void schedule(Timeout timeout, long delayNanos) {
    long dueMicros = (nanos + Math.max(0, delayNanos) + 999) / 1000;
    long key = (Math.min(dueMicros, Long.MAX_VALUE >> 21) << 20) | (sequence++ & 0xfffff);
    if (keys.putIfAbsent(timeout, key) != null) {
      throw new IllegalStateException("scheduled twice");
    }
    queue.put(key, timeout);
    notifyAll();
  }

  @Override
  public synchronized boolean cancel(Timeout timeout) {
    Long key = keys.remove(timeout);
    return key != null && queue.remove(key) != null;
  }

  @Override
  public synchronized int scheduled() {
    return queue.size();
  }

  /** Lets time pass. */
  public void advance(Duration duration) {
    long end;
    synchronized (this) {
      end = nanos + duration.toNanos();
    }
    while (runNext(end)) {
      // until nothing is due before the end
    }
    synchronized (this) {
      wall = wall.plusNanos(end - nanos);
      nanos = end;
    }
  }

  /** Lets time pass to what is due next; false if nothing is. */
  public boolean advanceToNext() {
    return runNext(Long.MAX_VALUE);
  }

  /** Waits, in real time, until something is scheduled. */
  public synchronized void awaitScheduled() throws InterruptedException {
    while (queue.isEmpty()) {
      wait(10_000);
    }
  }

  private boolean runNext(long end) {
    Timeout due;
    synchronized (this) {
      if (queue.isEmpty()) {
        return false;
      }
      long at = (queue.firstKey() >> 20) * 1000;
      if (at > end) {
        return false;
      }
      due = queue.pollFirstEntry().getValue();
      keys.remove(due);
      wall = wall.plusNanos(Math.max(0, at - nanos));
      nanos = Math.max(nanos, at);
    }
    due.expired();
    return true;
  }

  @Override
  public void close() {}
}
