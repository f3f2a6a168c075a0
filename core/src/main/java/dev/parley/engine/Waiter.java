package dev.parley.engine;

import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Parks one thread until it is woken or a time has passed on the engine's clock. */
final class Waiter extends Timeout {
  private final Time time;
  private final Thread thread = Thread.currentThread();
  private volatile boolean woken;

  Waiter(Time time) {
    this.time = time;
  }

  @Override
  public void expired() {
    wake();
  }

  /** Wakes the thread; it looks at its condition again. */
  void wake() {
    woken = true;
    LockSupport.unpark(thread);
  }

  /**
   * Waits until the condition holds, at most this long; returns whether it does. An interrupt does
   * not end the wait.
   */
  boolean await(long limitNanos, BooleanSupplier condition) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return awaitInterruptibly(limitNanos, condition);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        thread.interrupt();
      }
    }
  }

  /** The same, but an interrupt ends the wait. */
  boolean awaitInterruptibly(long limitNanos, BooleanSupplier condition)
      throws InterruptedException {
    if (condition.getAsBoolean()) {
      return true;
    }
    if (limitNanos <= 0) {
      return false;
    }
    long end = time.nanoTime() + limitNanos;
    time.schedule(this, limitNanos);
    try {
      while (!condition.getAsBoolean()) {
        if (end - time.nanoTime() <= 0) {
          return false;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (!woken) {
          LockSupport.park(this);
        }
        woken = false;
      }
      return true;
    } finally {
      time.cancel(this);
    }
  }
}
