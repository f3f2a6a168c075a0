package dev.parley.testkit.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a proxy: it owns all sockets and all state, so that nothing else needs a lock.
 * Other threads hand it commands and wait until they are in force.
 */
final class Loop {
  static final long NEVER = Long.MAX_VALUE;

  private final Selector selector;
  private final Thread thread;
  private final long start = System.nanoTime();
  private final Timers timers = new Timers();

  private final Object lock = new Object();
  private final Queue<Command> commands = new ArrayDeque<>(); // guarded by lock
  private boolean isOver; // guarded by lock
  private @Nullable Throwable failure; // guarded by lock

  // The loop's thread only.
  private final List<Command> running = new ArrayList<>();
  private boolean isStopping;

  Loop() throws IOException {
    selector = Selector.open();
    thread = new Thread(this::run);
    thread.setDaemon(true);
  }

  void start(String name) {
    thread.setName(name);
    thread.start();
  }

  /** For a loop that was never started. */
  void abandon() throws IOException {
    selector.close();
  }

  /** Nanoseconds since this loop was made: never negative, never wraps. */
  long now() {
    return System.nanoTime() - start;
  }

  Timers timers() {
    return timers;
  }

  /** Runs a command on the loop's thread and returns when it has taken effect. */
  void call(Runnable action) {
    Command command = new Command(action, new CompletableFuture<>());
    synchronized (lock) {
      if (isOver) {
        throw over();
      }
      commands.add(command);
    }
    selector.wakeup();
    try {
      command.done.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /**
   * As {@link #call}, but does nothing when the loop has ended. Then waits for the thread's end.
   */
  void stop(Runnable lastAction) {
    try {
      call(() -> {
        lastAction.run();
        isStopping = true;
      });
    } catch (IllegalStateException alreadyOver) {
      // Closing twice is allowed.
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      // Nothing blocks the loop any more: it ends by itself.
      Thread.currentThread().interrupt();
    }
  }

  /** Calls back on the loop's thread whenever the channel is ready for the key's operations. */
  SelectionKey register(SelectableChannel channel, int operations, Runnable whenReady)
      throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, operations, whenReady);
  }

  /** Lets go of channels that were closed: until then a selector keeps their sockets alive. */
  void releaseClosed() throws IOException {
    selector.selectNow();
  }

  private void run() {
    try {
      while (!isStopping) {
        runCommands();
        timers.runDue(now());
        select();
        acknowledgeCommands();
        handleReady();
      }
      end(null);
    } catch (Throwable e) {
      end(e);
    }
  }

  private void runCommands() {
    synchronized (lock) {
      running.addAll(commands);
      commands.clear();
    }
    for (Command command : running) {
      try {
        command.action.run();
      } catch (RuntimeException e) {
        command.done.completeExceptionally(e);
      }
    }
  }

  private void select() throws IOException {
    long wait = timers.next() == NEVER ? NEVER : timers.next() - now();
    if (wait <= 0 || !running.isEmpty() || !selector.selectedKeys().isEmpty()) {
      selector.selectNow();
    } else {
      selector.select(wait == NEVER ? 0 : wait / 1_000_000 + 1);
    }
  }

  /** Comes after select: only then have sockets that a command closed sent their FIN or RST. */
  private void acknowledgeCommands() {
    running.forEach(command -> command.done.complete(null));
    running.clear();
  }

  private void handleReady() {
    List<SelectionKey> ready = List.copyOf(selector.selectedKeys());
    selector.selectedKeys().clear();
    for (SelectionKey key : ready) {
      if (key.isValid()) {
        ((Runnable) key.attachment()).run();
      }
    }
  }

  private void end(@Nullable Throwable cause) {
    synchronized (lock) {
      isOver = true;
      failure = cause;
      running.addAll(commands);
      commands.clear();
    }
    try {
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      running.forEach(command -> command.done.completeExceptionally(over()));
    }
  }

  private IllegalStateException over() {
    synchronized (lock) {
      String state = failure == null ? " is closed" : " has failed";
      return new IllegalStateException(thread.getName() + state, failure);
    }
  }

  private record Command(Runnable action, CompletableFuture<@Nullable Void> done) {}
}
