package dev.parley.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where work runs: handlers and completions on workers, connects on dialers, so that a handler that
 * waits for a connect never waits for itself. Virtual threads where the JVM has them, else two
 * bounded pools whose threads go away when idle.
 */
final class Threads implements AutoCloseable {
  private static final int MAX_WORKERS = 32;
  private static final int MAX_DIALERS = 16;

  private final @Nullable ExecutorService ownWorkers;
  private final Executor workers;
  private final ExecutorService dialers;

  Threads(@Nullable Executor givenWorkers) {
    if (givenWorkers == null) {
      ownWorkers = executor("parley-worker-", MAX_WORKERS);
      workers = ownWorkers;
    } else {
      ownWorkers = null;
      workers = givenWorkers;
    }
    this.dialers = executor("parley-dialer-", MAX_DIALERS);
  }

  Executor workers() {
    return workers;
  }

  ExecutorService dialers() {
    return dialers;
  }

  /** Returns an unstarted thread for a loop of its own: virtual where the JVM has them. */
  static Thread dedicated(String name, Runnable loop) {
    ThreadFactory virtual = virtualFactory();
    Thread thread = virtual == null ? new Thread(loop) : virtual.newThread(loop);
    thread.setName(name);
    if (virtual == null) {
      thread.setDaemon(true);
    }
    return thread;
  }

  @Override
  public void close() {
    dialers.shutdownNow();
    if (ownWorkers != null) {
      ownWorkers.shutdown();
    }
  }

  private static ExecutorService executor(String prefix, int max) {
    ThreadFactory virtual = virtualFactory();
    if (virtual != null) {
      return perTask(virtual);
    }
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            max,
            max,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, prefix + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  // By reflection, since this is compiled for Java 17.
  private static @Nullable ThreadFactory virtualFactory() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object made =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual)).invoke();
      return (ThreadFactory)
          lookup
              .findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
              .invoke(made);
    } catch (Throwable e) {
      return null; // Java 17 to 20
    }
  }

  private static ExecutorService perTask(ThreadFactory factory) {
    try {
      return (ExecutorService)
          MethodHandles.publicLookup()
              .findStatic(
                  Executors.class,
                  "newThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class, ThreadFactory.class))
              .invoke(factory);
    } catch (Throwable e) {
      throw new LinkageError("virtual threads without newThreadPerTaskExecutor", e);
    }
  }
}
