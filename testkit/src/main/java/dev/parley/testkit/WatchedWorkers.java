package dev.parley.testkit;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that can tell whether they are at work, or idle, or wait for something. */
final class WatchedWorkers implements Executor, AutoCloseable {
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger handedOver = new AtomicInteger(); // and not yet begun
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor pool =
      new ThreadPoolExecutor(
          0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), this::newThread);

  @Override
  public void execute(Runnable task) {
    handedOver.incrementAndGet();
    try {
      pool.execute(() -> run(task));
    } catch (RuntimeException e) {
      handedOver.decrementAndGet();
      throw e;
    }
  }

  private void run(Runnable task) {
    running.add(Thread.currentThread());
    handedOver.decrementAndGet();
    try {
      task.run();
    } finally {
      running.remove(Thread.currentThread());
    }
  }

  /** Returns whether something is about to run, or runs and does not wait. */
  boolean isBusy() {
    return handedOver.get() > 0 || running.stream().anyMatch(WatchedWorkers::isAtWork);
  }

  private static boolean isAtWork(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING, TERMINATED -> false;
      case NEW, RUNNABLE, BLOCKED -> true;
    };
  }

  private Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "parley-virtual-worker-" + numbers.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    pool.shutdown();
  }
}
