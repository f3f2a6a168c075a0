package dev.parley.spi;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Parks the thread that created it until it is woken or a time has passed on the engine's clock.
 *
 * <p><b>Threads:</b> one thread waits; any may wake it.
 */
public final class Waiter extends Timeout {
  private final Time time;
  private final Thread thread = Thread.currentThread();
  private volatile boolean woken;

  /** Creates it for the current thread. */
  public Waiter(Time time) {
    this.time = time;
  }

  @Override
  public void expired() {
    wake();
  }

  /** Wakes the thread; it looks at its condition again. */
  public void wake() {
    woken = true;
    LockSupport.unpark(thread);
  }

  /**
   * Waits until the condition holds, at most this long; returns whether it does. An interrupt does
   * not end the wait.
   */
  public boolean await(long limitNanos, BooleanSupplier condition) {
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
  public boolean awaitInterruptibly(long limitNanos, BooleanSupplier condition)
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
