package dev.parley.engine;

import dev.parley.spi.Time;
import dev.parley.spi.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * What a channel has under way, as a list linked through its entries, so that entering and leaving
 * allocates nothing.
 */
final class Running {
  private @Nullable Entry first;
  private boolean closed;
  private @Nullable Waiter drained;

  /** Lets an entry in; false once it is closed. */
  synchronized boolean enter(Entry entry) {
    if (closed) {
      return false;
    }
    entry.next = first;
    if (first != null) {
      first.previous = entry;
    }
    first = entry;
    entry.entered = true;
    return true;
  }

  /** Takes an entry out; does nothing if it is not in. */
  void leave(Entry entry) {
    Waiter wake = null;
    synchronized (this) {
      if (!entry.entered) {
        return;
      }
      entry.entered = false;
      Entry before = entry.previous;
      Entry after = entry.next;
      if (before == null) {
        first = after;
      } else {
        before.next = after;
      }
      if (after != null) {
        after.previous = before;
      }
      entry.previous = null;
      entry.next = null;
      if (first == null) {
        wake = drained;
      }
    }
    if (wake != null) {
      wake.wake();
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Lets nothing more in. */
  synchronized void close() {
    closed = true;
  }

  /** Lets nothing more in, tells what is in, and waits for it; returns whether all have left. */
  boolean closeAndAwait(Time time, long limitNanos) {
    Waiter waiter = new Waiter(time);
    synchronized (this) {
      closed = true;
      drained = waiter;
    }
    for (Entry entry : snapshot()) {
      entry.drain(limitNanos);
    }
    // A handler that closes its own channel must not wait for itself.
    waiter.await(limitNanos, () -> isEmptyBut(Thread.currentThread()));
    return isEmpty();
  }

  void abortAll() {
    for (Entry entry : snapshot()) {
      entry.abort();
    }
  }

  synchronized boolean isEmpty() {
    return first == null;
  }

  private boolean isEmptyBut(Thread thread) {
    for (Entry entry : snapshot()) {
      if (!entry.isRunBy(thread)) {
        return false;
      }
    }
    return true;
  }

  private synchronized Entry[] snapshot() {
    int size = 0;
    for (Entry entry = first; entry != null; entry = entry.next) {
      size++;
    }
    Entry[] entries = new Entry[size];
    int index = 0;
    for (Entry entry = first; entry != null; entry = entry.next) {
      entries[index++] = entry;
    }
    return entries;
  }

  /** Something under way: a call, a subscription, a session. */
  abstract static class Entry {
    private @Nullable Entry previous;
    private @Nullable Entry next;
    private boolean entered;

    /** The channel closes: finish within the limit. */
    abstract void drain(long limitNanos);

    /** Stop now. */
    abstract void abort();

    /** Returns whether this thread runs code of it, so that it must not wait for its end. */
    boolean isRunBy(Thread thread) {
      return false;
    }
  }
}
