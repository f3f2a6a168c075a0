package dev.parley.testkit;

import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test moves it, so that an hour of back-off passes in
 * milliseconds.
 *
 * {@snippet class="dev.parley.testkit.VirtualTimeTest" region="hour"}
 *
 * <p>{@link #advance} runs what becomes due, in order, on the caller's thread; each sees the clock
 * at exactly its own moment. Two that are due at the same moment run in the order they were
 * scheduled. What they schedule runs too if it is due within the same step. The other threads see
 * the clock at the end of the step as soon as it begins, and what they schedule counts from there:
 * it does not depend on how fast they are. The wall clock moves along; {@link #jumpWallClock} moves
 * it alone, as a correction of the system's clock does.
 *
 * <p>When other threads are at work, {@link #advanceUntil} moves the clock step by step, each time
 * they have come to rest.
 *
 * <p><b>Threads:</b> safe for use by many threads; one at a time moves the clock, the others wait
 * for it. It starts no thread but those of {@link #workers()}.
 */
public final class VirtualTime implements Time {
  private static final Instant DEFAULT_START = Instant.parse("2030-01-01T00:00:00Z");
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(3);
  private static final long REAL_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Held while the clock is moved, so that steps do not overlap. */
  private final ReentrantLock moving = new ReentrantLock(true);

  private final WatchedWorkers workers = new WatchedWorkers();
  private final Object lock = new Object();
  private final TreeSet<Entry> queue = new TreeSet<>();
  private final Map<Timeout, Entry> entries = new HashMap<>();
  private long nanos;
  private @Nullable Thread mover; // while the clock is moved
  private long target; // of that move
  private long wallOffset;
  private long scheduledSoFar;
  private long uses; // how often anybody looked at the clock or touched the timer
  private boolean closed;
  private final Instant start;

  private VirtualTime(Instant start) {
    this.start = start;
  }

  /** Returns a clock that stands at 2030-01-01T00:00:00Z. */
  public static VirtualTime create() {
    return startingAt(DEFAULT_START);
  }

  /** Returns a clock that stands at the given moment. */
  public static VirtualTime startingAt(Instant start) {
    return new VirtualTime(Objects.requireNonNull(start, "start"));
  }

  @Override
  public long nanoTime() {
    synchronized (lock) {
      uses++;
      return seen();
    }
  }

  @Override
  public Instant now() {
    synchronized (lock) {
      uses++;
      return start.plusNanos(seen()).plusNanos(wallOffset);
    }
  }

  // With the lock held.
  @SuppressWarnings("ReferenceEquality") // the thread itself
  private long seen() {
    return mover == null || mover == Thread.currentThread() ? nanos : target;
  }

  @Override
  public void schedule(Timeout timeout, long delayNanos) {
    synchronized (lock) {
      uses++;
      if (closed) {
        return;
      }
      if (entries.containsKey(timeout)) {
        throw new IllegalStateException("a timeout that is already scheduled was scheduled again");
      }
      long delay = Math.max(0, Math.min(delayNanos, Long.MAX_VALUE / 4));
      Entry entry = new Entry(seen() + delay, scheduledSoFar++, timeout);
      entries.put(timeout, entry);
      queue.add(entry);
    }
  }

  @Override
  public boolean cancel(Timeout timeout) {
    synchronized (lock) {
      uses++;
      Entry entry = entries.remove(timeout);
      return entry != null && queue.remove(entry);
    }
  }

  @Override
  public int scheduled() {
    synchronized (lock) {
      return queue.size();
    }
  }

  /** Returns how long until the next timeout is due; null if none is scheduled. */
  public @Nullable Duration untilNext() {
    synchronized (lock) {
      return queue.isEmpty() ? null : Duration.ofNanos(Math.max(0, queue.first().due - seen()));
    }
  }

  /**
   * Moves the clock on, and runs what becomes due, in order, on this thread.
   *
   * <p>What a timeout starts on other threads goes on after this has returned: wait for its outcome
   * before you move on, or use {@link #advanceUntil}.
   *
   * @throws IllegalArgumentException if the step is negative: time does not run backwards
   */
  public void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("step must not be negative, but is " + step);
    }
    moving.lock();
    try {
      long target;
      synchronized (lock) {
        target = nanos + step.toNanos();
      }
      runUntil(target);
    } finally {
      moving.unlock();
    }
  }

  /**
   * Moves the clock on until a condition holds, from one due timeout to the next, each time the
   * other threads have come to rest: when none of {@link #workers()} is at work, and nobody has
   * looked at the clock or touched the timer for 3 ms of real time.
   *
   * <p>A thread of another kind that computes for longer than that without a look at the clock may
   * be overtaken. Where a test must not depend on it, use {@link #advance}.
   *
   * @param limit how far the clock may move
   * @return whether the condition holds; false if the limit has been reached
   * @throws IllegalStateException if nothing is scheduled and the condition still does not hold
   *     after 30 s of real time
   */
  public boolean advanceUntil(BooleanSupplier condition, Duration limit) {
    Objects.requireNonNull(condition, "condition");
    long target;
    synchronized (lock) {
      target = nanos + limit.toNanos();
    }
    long realEnd = System.nanoTime() + REAL_PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (!awaitQuiet(condition)) {
        continue;
      }
      moving.lock();
      try {
        long next;
        synchronized (lock) {
          next = queue.isEmpty() ? Long.MAX_VALUE : queue.first().due;
        }
        if (next == Long.MAX_VALUE) {
          if (System.nanoTime() - realEnd > 0) {
            throw new IllegalStateException(
                "waited 30 s for a condition, but nothing is scheduled that could bring it about");
          }
          continue;
        }
        runUntil(Math.min(next, target));
        if (next > target) {
          return condition.getAsBoolean();
        }
      } finally {
        moving.unlock();
      }
      realEnd = System.nanoTime() + REAL_PATIENCE_NANOS;
    }
    return true;
  }

  /**
   * Returns daemon threads that {@link #advanceUntil} can see at work; for {@link
   * dev.parley.Parley.Builder#workers}. As many as there are tasks; they end when they are idle for
   * 1 s.
   */
  public Executor workers() {
    return workers;
  }

  /** Moves the wall clock alone, forward or back, as a correction of the system's clock does. */
  public void jumpWallClock(Duration jump) {
    synchronized (lock) {
      wallOffset += jump.toNanos();
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      queue.clear();
      entries.clear();
    }
    workers.close();
  }

  @Override
  public String toString() {
    synchronized (lock) {
      return "VirtualTime["
          + Duration.ofNanos(nanos)
          + " after "
          + start
          + ", "
          + queue.size()
          + " scheduled]";
    }
  }

  private void runUntil(long end) {
    synchronized (lock) {
      mover = Thread.currentThread();
      target = end;
    }
    try {
      for (Entry due = next(end); due != null; due = next(end)) {
        due.timeout.expired();
      }
    } finally {
      synchronized (lock) {
        mover = null;
        nanos = Math.max(nanos, end);
      }
    }
  }

  private @Nullable Entry next(long end) {
    synchronized (lock) {
      if (queue.isEmpty() || queue.first().due > end) {
        return null;
      }
      Entry due = queue.first();
      queue.remove(due);
      entries.remove(due.timeout);
      nanos = Math.max(nanos, due.due);
      return due;
    }
  }

  /** Waits until the others rest; false if the condition came to hold before that. */
  private boolean awaitQuiet(BooleanSupplier condition) {
    long seen = uses();
    long quietSince = System.nanoTime();
    while (System.nanoTime() - quietSince < QUIET_NANOS) {
      LockSupport.parkNanos(QUIET_NANOS / 10);
      if (condition.getAsBoolean()) {
        return false;
      }
      long now = uses();
      if (now != seen || workers.isBusy()) {
        seen = now;
        quietSince = System.nanoTime();
      }
    }
    return true;
  }

  private long uses() {
    synchronized (lock) {
      return uses;
    }
  }

  private record Entry(long due, long order, Timeout timeout) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byDue = Long.compare(due, other.due);
      return byDue != 0 ? byDue : Long.compare(order, other.order);
    }
  }
}
