package dev.parley.spi;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A hashed wheel: 4096 slots of 1 ms. Entries further away than one turn stay in their slot and are
 * passed over until their turn comes. A bitmap of used slots lets the thread sleep until the next
 * one.
 */
final class WheelTime implements Time {
  private static final int SLOTS = 4096;
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

  private final long origin = System.nanoTime();
  private final Object lock = new Object();

  // Guarded by lock.
  private final @Nullable Timeout[] slots = new Timeout[SLOTS];
  private final long[] used = new long[SLOTS / Long.SIZE];
  private int count;
  private long doneTick; // all ticks up to this one have been run
  private long wakeTick = Long.MAX_VALUE; // when the thread means to wake
  private @Nullable Thread thread;
  private boolean closed;

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public void schedule(Timeout timeout, long delayNanos) {
    long due = System.nanoTime() - origin + Math.max(0, Math.min(delayNanos, Long.MAX_VALUE / 4));
    Thread wake = null;
    synchronized (lock) {
      if (closed) {
        return;
      }
      if (timeout.due != 0) {
        throw new IllegalStateException("a timeout that is already scheduled was scheduled again");
      }
      // Rounded up, so that nothing is due before its time.
      long tick = Math.max((due + TICK - 1) / TICK, doneTick + 1);
      timeout.due = tick;
      link(timeout, (int) (tick & (SLOTS - 1)));
      if (thread == null) {
        start();
      } else if (tick < wakeTick) {
        wakeTick = tick;
        wake = thread;
      }
    }
    if (wake != null) {
      LockSupport.unpark(wake);
    }
  }

  @Override
  public boolean cancel(Timeout timeout) {
    synchronized (lock) {
      if (timeout.due == 0) {
        return false;
      }
      unlink(timeout, (int) (timeout.due & (SLOTS - 1)));
      return true;
    }
  }

  @Override
  public int scheduled() {
    synchronized (lock) {
      return count;
    }
  }

  @Override
  public void close() {
    Thread stopped;
    synchronized (lock) {
      closed = true;
      stopped = thread;
    }
    if (stopped != null) {
      LockSupport.unpark(stopped);
    }
  }

  // Called with the lock held.
  private void start() {
    doneTick = (System.nanoTime() - origin) / TICK - 1;
    Thread starting = new Thread(this::run, "parley-timer");
    starting.setDaemon(true);
    thread = starting;
    starting.start();
  }

  private void run() {
    List<Timeout> expired = new ArrayList<>();
    while (true) {
      long sleepUntil;
      synchronized (lock) {
        if (closed) {
          return;
        }
        advance((System.nanoTime() - origin) / TICK, expired);
        sleepUntil = expired.isEmpty() ? nextUsedTick() : 0;
        wakeTick = sleepUntil;
      }
      if (expired.isEmpty()) {
        sleepUntil(sleepUntil);
      }
      expired.forEach(WheelTime::fire);
      expired.clear();
    }
  }

  private static void fire(Timeout expired) {
    try {
      expired.expired();
    } catch (RuntimeException | Error e) {
      // The timer must outlive what it runs; a thread dies of what its handler lets through.
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, e);
    }
  }

  private void sleepUntil(long tick) {
    if (tick == Long.MAX_VALUE) {
      LockSupport.park(this);
      return;
    }
    long nanos = origin + tick * TICK - System.nanoTime();
    if (nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
  }

  /** Takes out all that is due up to the tick. */
  private void advance(long tick, List<Timeout> expired) {
    long first = Math.max(doneTick + 1, tick - SLOTS + 1);
    for (long each = first; each <= tick; each++) {
      int slot = (int) (each & (SLOTS - 1));
      if ((used[slot >> 6] & (1L << slot)) == 0) {
        continue;
      }
      Timeout timeout = slots[slot];
      while (timeout != null) {
        Timeout following = timeout.next;
        if (timeout.due <= tick) {
          unlink(timeout, slot);
          expired.add(timeout);
        }
        timeout = following;
      }
    }
    doneTick = Math.max(doneTick, tick);
  }

  private long nextUsedTick() {
    if (count == 0) {
      return Long.MAX_VALUE;
    }
    for (int ahead = 1; ahead <= SLOTS; ahead++) {
      int slot = (int) ((doneTick + ahead) & (SLOTS - 1));
      long rest = used[slot >> 6] >>> slot;
      if (rest != 0) {
        return doneTick + ahead + Long.numberOfTrailingZeros(rest);
      }
      ahead += Long.SIZE - 1 - (slot & (Long.SIZE - 1)); // the rest of this word is empty
    }
    return doneTick + SLOTS;
  }

  private void link(Timeout timeout, int slot) {
    Timeout head = slots[slot];
    timeout.previous = null;
    timeout.next = head;
    if (head != null) {
      head.previous = timeout;
    }
    slots[slot] = timeout;
    used[slot >> 6] |= 1L << slot;
    count++;
  }

  private void unlink(Timeout timeout, int slot) {
    Timeout before = timeout.previous;
    Timeout after = timeout.next;
    if (before != null) {
      before.next = after;
    } else {
      slots[slot] = after;
    }
    if (after != null) {
      after.previous = before;
    }
    if (slots[slot] == null) {
      used[slot >> 6] &= ~(1L << slot);
    }
    timeout.previous = null;
    timeout.next = null;
    timeout.due = 0;
    count--;
  }
}
