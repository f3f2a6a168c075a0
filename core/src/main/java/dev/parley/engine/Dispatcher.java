package dev.parley.engine;

import dev.parley.Handler;
import dev.parley.Message;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.Signal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs a handler on workers: as many at once as allowed, and never two of one key. An item whose
 * key is busy is parked under it, so that the ones behind it do not wait. Guarded by its
 * subscription.
 */
final class Dispatcher<E extends Message<?>> {
  private static final Object EVERYTHING = new Object();

  private final EngineSubscription<?, E> subscription;
  private final Handler<? super E> handler;
  private final Ordering ordering;
  private final int concurrency;
  private final Handled future = new Handled();

  private final Set<Object> busy = new HashSet<>();
  private final Map<Object, Deque<Item>> parked = new HashMap<>();
  private final Deque<Item> ready = new ArrayDeque<>(); // these hold their key already
  private final Set<Thread> threads = new HashSet<>();
  private int parkedCount;
  private int workers;

  Dispatcher(
      EngineSubscription<?, E> subscription,
      Handler<? super E> handler,
      Ordering ordering,
      int concurrency) {
    this.subscription = subscription;
    this.handler = handler;
    this.ordering = ordering;
    this.concurrency = concurrency;
  }

  CompletableFuture<Void> future() {
    return future;
  }

  /** There may be more to do: starts a worker if there is work and one may run. */
  void more() {
    synchronized (subscription) {
      if (workers >= concurrency) {
        return;
      }
      workers++;
    }
    try {
      subscription.engine.threads.workers().execute(this::work);
    } catch (RejectedExecutionException e) {
      synchronized (subscription) {
        workers--;
      }
      subscription.abort(); // the Parley is closed
    }
  }

  private void work() {
    Thread thread = Thread.currentThread();
    Item before = null;
    boolean isFree = false;
    while (true) {
      Item item;
      boolean another;
      synchronized (subscription) {
        Object key = before != null && isFree ? keyOf(before) : null;
        if (key != null) {
          pass(key);
        }
        item = next();
        if (item == null) {
          workers--;
          threads.remove(thread);
          break;
        }
        if (before == null) {
          threads.add(thread);
        }
        another = workers < concurrency && (!ready.isEmpty() || subscription.hasBuffered());
      }
      if (another) {
        more();
      }
      before = item;
      isFree = process(item);
    }
    subscription.terminateIfIdle();
  }

  /** Returns whether the key of the item is free now. */
  private boolean process(Item item) {
    E element = subscription.element(item);
    Throwable failure = null;
    if (element != null) {
      long started = subscription.engine.time.nanoTime();
      try {
        element
            .context()
            .call(() -> {
              handler.handle(element);
              return true;
            });
      } catch (Throwable e) {
        failure = e;
      }
      // An interrupt was meant for this handler, not for what the thread does next.
      boolean interrupted = Thread.interrupted();
      if (subscription.engine.observers.length > 0) {
        subscription.engine.signal(
            new Signal.Handled(
                subscription.name,
                subscription.channel.endpoint,
                item.attempt,
                Duration.ofNanos(subscription.engine.time.nanoTime() - started),
                interrupted && failure == null ? new InterruptedException() : failure));
      }
    }
    boolean isFree = subscription.handled(item, element, failure);
    if (failure instanceof VirtualMachineError fatal && !(fatal instanceof StackOverflowError)) {
      if (isFree) {
        release(item);
      }
      synchronized (subscription) {
        workers--;
        threads.remove(Thread.currentThread());
      }
      throw fatal;
    }
    return isFree;
  }

  // With the lock held.
  private @Nullable Item next() {
    if (subscription.isPausedOrClosing()) {
      return null;
    }
    Item item = ready.poll();
    while (item != null && subscription.isStale(item)) {
      Item again = subscription.replaceStale(item);
      if (again == null) {
        releaseForgotten(item);
        again = ready.poll();
      }
      item = again;
    }
    while (item == null) {
      Item taken = subscription.take();
      if (taken == null) {
        return null;
      }
      Object key = keyOf(taken);
      if (key == null || busy.add(key)) {
        item = taken;
      } else {
        park(key, taken, false);
      }
    }
    return item;
  }

  private void park(Object key, Item item, boolean inFront) {
    Deque<Item> behind = parked.computeIfAbsent(key, each -> new ArrayDeque<>(2));
    if (inFront) {
      behind.addFirst(item);
    } else {
      behind.addLast(item);
    }
    parkedCount++;
  }

  private @Nullable Object keyOf(Item item) {
    return switch (ordering) {
      case TOTAL -> EVERYTHING;
      case BY_PARTITION -> item.inbound.lane();
      case BY_KEY -> item.inbound.key();
      case NONE -> null;
    };
  }

  /** An item is done with its key: the next one of that key may run. */
  void release(Item item) {
    Object key = keyOf(item);
    if (key == null) {
      return;
    }
    boolean more;
    synchronized (subscription) {
      more = pass(key);
    }
    if (more) {
      more();
    }
  }

  // With the lock held: hands the key to the first item that is parked under it.
  private boolean pass(Object key) {
    Deque<Item> behind = parked.get(key);
    if (behind == null) {
      busy.remove(key);
      return false;
    }
    ready.add(behind.remove());
    parkedCount--;
    if (behind.isEmpty()) {
      parked.remove(key);
    }
    return true;
  }

  /** An item comes back after its wait; with the lock held. */
  void handBack(Item item, boolean holdsKey) {
    Object key = keyOf(item);
    if (key == null || holdsKey || busy.add(key)) {
      ready.addFirst(item);
    } else {
      park(key, item, true);
    }
  }

  /** Forgets what is lost and nobody has begun with; returns how many. */
  int forget(Predicate<Item> lost) {
    int before = parkedCount + ready.size();
    List<Object> freed = new ArrayList<>();
    for (Iterator<Item> items = ready.iterator(); items.hasNext(); ) {
      Item item = items.next();
      if (subscription.isForgotten(item, lost)) {
        items.remove();
        Object key = keyOf(item);
        if (key != null) {
          freed.add(key);
        }
      }
    }
    for (Iterator<Deque<Item>> all = parked.values().iterator(); all.hasNext(); ) {
      Deque<Item> behind = all.next();
      int size = behind.size();
      behind.removeIf(item -> subscription.isForgotten(item, lost));
      parkedCount -= size - behind.size();
      if (behind.isEmpty()) {
        all.remove();
      }
    }
    int after = parkedCount + ready.size();
    freed.forEach(this::pass);
    return before - after;
  }

  /**
   * A retry was given up on because its connection is lost: its key is free; with the lock held.
   */
  void releaseForgotten(Item item) {
    Object key = keyOf(item);
    if (key != null) {
      pass(key);
    }
  }

  /** Takes out what nobody has begun with; with the lock held. */
  List<Item> takeParked() {
    List<Item> taken = new ArrayList<>(ready);
    parked.values().forEach(taken::addAll);
    ready.clear();
    parked.clear();
    parkedCount = 0;
    return taken;
  }

  int parkedCount() {
    return parkedCount + ready.size();
  }

  boolean isIdle() {
    return workers == 0 && parkedCount() == 0;
  }

  boolean isRunBy(Thread thread) {
    synchronized (subscription) {
      return threads.contains(thread);
    }
  }

  void interrupt() {
    synchronized (subscription) {
      threads.forEach(Thread::interrupt);
    }
  }

  void finish(@Nullable ParleyException failure) {
    if (failure == null) {
      future.complete(null);
    } else {
      future.completeExceptionally(failure);
    }
  }

  /** Cancelling it closes the subscription. */
  private final class Handled extends CompletableFuture<Void> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      subscription.abort();
      return cancelled;
    }
  }
}
