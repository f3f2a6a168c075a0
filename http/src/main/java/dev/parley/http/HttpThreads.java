package dev.parley.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where attempts in the background block: a virtual thread for each on Java 24 and newer, else at
 * most 512 daemon threads.
 */
final class HttpThreads {
  private static final String PREFIX = "parley-http-";
  private static final int MAX_THREADS = 512;

  private HttpThreads() {}

  static ExecutorService executor() {
    ExecutorService virtual = virtual();
    return virtual == null ? daemons() : virtual;
  }

  private static ExecutorService daemons() {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            0,
            MAX_THREADS,
            10,
            TimeUnit.SECONDS,
            new IdleFirst(),
            task -> {
              Thread thread = new Thread(task, PREFIX + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            },
            (task, full) -> {
              if (full.isShutdown()) {
                throw new RejectedExecutionException("this Parley is closed");
              }
              ((IdleFirst) full.getQueue()).put(task);
            });
    return pool;
  }

  // By reflection, since this is compiled for Java 17. OkHttp holds monitors while it waits, which
  // pins a virtual thread to its carrier on 21 to 23.
  private static @Nullable ExecutorService virtual() {
    if (Runtime.version().feature() < 24) {
      return null;
    }
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object made =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual)).invoke();
      Object named =
          lookup
              .findVirtual(
                  builder, "name", MethodType.methodType(builder, String.class, long.class))
              .invoke(made, PREFIX, 1L);
      Object factory =
          lookup
              .findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
              .invoke(named);
      return (ExecutorService)
          lookup
              .findStatic(
                  Executors.class,
                  "newThreadPerTaskExecutor",
                  MethodType.methodType(ExecutorService.class, ThreadFactory.class))
              .invoke((ThreadFactory) factory);
    } catch (Throwable e) {
      throw new LinkageError("Java 24 or newer without virtual threads", e);
    }
  }

  /** Takes a task only if a thread is idle, so that the pool grows first and queues when full. */
  private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }
  }
}
