package dev.parley.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One thread that waits for many sockets. Nothing that runs on it may block. */
final class IoLoop implements Runnable {
  private static final int INPUT_BYTES = 64 << 10;
  private static final long GOODBYE = TimeUnit.SECONDS.toNanos(1);

  private final Selector selector;
  private final Thread thread;
  private final Object lock = new Object();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Queue<ByteBuffer> spare = new ConcurrentLinkedQueue<>();
  private List<Runnable> tasks = new ArrayList<>(); // guarded by lock
  private List<Runnable> running = new ArrayList<>();
  private volatile boolean stopping;

  /** What was just read; only for code on this thread, and only until it returns. */
  final ByteBuffer input = ByteBuffer.allocateDirect(INPUT_BYTES);

  IoLoop(String name) throws IOException {
    selector = Selector.open();
    thread = new Thread(this, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Who waits for a socket. */
  interface Waiting {
    /** The socket is ready for what was asked. */
    void ready(int operations);

    /** The loop ends. */
    void stopped();
  }

  /** Runs a task on this thread, soon. */
  @SuppressWarnings("ReferenceEquality") // the very thread
  void execute(Runnable task) {
    synchronized (lock) {
      tasks.add(task);
    }
    if (Thread.currentThread() != thread && !woken.getAndSet(true)) {
      selector.wakeup();
    }
  }

  /** Has the loop wait for a socket, for nothing at first. On this thread. */
  SelectionKey register(SocketChannel channel, Waiting waiting) throws IOException {
    return channel.register(selector, 0, waiting);
  }

  /** Lends a buffer for one write, from any thread; there are as many as threads that write. */
  ByteBuffer borrow() {
    ByteBuffer known = spare.poll();
    return known == null ? ByteBuffer.allocateDirect(Wire.BUFFER_BYTES) : known.clear();
  }

  void giveBack(ByteBuffer buffer) {
    spare.add(buffer);
  }

  /** Ends it once all sockets are closed, or a second from now. */
  void stop() {
    stopping = true;
    selector.wakeup();
  }

  void join() {
    boolean interrupted = false;
    try {
      thread.join(TimeUnit.NANOSECONDS.toMillis(2 * GOODBYE));
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    long end = 0;
    try (selector) {
      while (true) {
        if (stopping) {
          end = end == 0 ? System.nanoTime() + GOODBYE : end;
          if (selector.keys().isEmpty() || System.nanoTime() - end > 0) {
            break;
          }
        }
        if (hasTasks()) {
          selector.selectNow();
        } else {
          selector.select(stopping ? 10 : 0);
        }
        woken.set(false);
        runTasks();
        for (SelectionKey key : selector.selectedKeys()) {
          ready(key);
        }
        selector.selectedKeys().clear();
      }
      List<SelectionKey> left = new ArrayList<>(selector.keys());
      left.forEach(key -> ((Waiting) key.attachment()).stopped());
      runTasks();
    } catch (IOException | ClosedSelectorException e) {
      throw new IllegalStateException("the selector failed", e);
    }
  }

  private static void ready(SelectionKey key) {
    Waiting waiting = (Waiting) key.attachment();
    int operations;
    try {
      operations = key.readyOps();
    } catch (CancelledKeyException e) {
      return; // another thread has closed its socket since
    }
    safely(() -> waiting.ready(operations));
  }

  private boolean hasTasks() {
    synchronized (lock) {
      return !tasks.isEmpty();
    }
  }

  /** Runs what waits, but not what that adds: sockets must have their turn. */
  private void runTasks() {
    synchronized (lock) {
      List<Runnable> empty = running;
      running = tasks;
      tasks = empty;
    }
    running.forEach(IoLoop::safely);
    running.clear();
  }

  private static void safely(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      // The loop must outlive what it runs, for the sake of all other sockets.
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, e);
    }
  }
}
