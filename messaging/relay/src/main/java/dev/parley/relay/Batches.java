package dev.parley.relay;

import dev.parley.Message;
import dev.parley.ParleyException;
import dev.parley.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Forwards batch by batch, on a thread of its own. */
final class Batches<E extends Message<?>> {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final Route<E, ?> route;
  private final Shipping<E, ?> shipping;
  private final Subscription<E> subscription;
  private final Halt halt;
  private final Consumer<ParleyException> failed;
  private final Thread thread;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private boolean isPulling; // guarded by this

  Batches(
      Route<E, ?> route,
      Shipping<E, ?> shipping,
      Subscription<E> subscription,
      Halt halt,
      Consumer<ParleyException> failed) {
    this.route = route;
    this.shipping = shipping;
    this.subscription = subscription;
    this.halt = halt;
    this.failed = failed;
    this.thread = new Thread(this::run, "parley-relay-" + route.source.name());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Completes when the last batch is decided. */
  CompletableFuture<Void> end() {
    return end;
  }

  /** Wakes it where it waits for messages; a batch that is being sent goes on. */
  synchronized void wake() {
    if (isPulling) {
      thread.interrupt();
    }
  }

  void interrupt() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (!halt.isOver() && !subscription.state().isTerminal()) {
        forward(collect());
      }
    } catch (InterruptedException e) {
      // It is aborted; what is not settled goes back.
    } catch (ParleyException e) {
      failed.accept(e);
    } finally {
      end.complete(null);
    }
  }

  private List<E> collect() {
    List<E> batch = new ArrayList<>();
    long end = 0;
    while (batch.size() < route.batch) {
      Duration limit = batch.isEmpty() ? LONG : Duration.ofNanos(end - System.nanoTime());
      List<E> more = limit.isNegative() ? List.of() : pull(route.batch - batch.size(), limit);
      if (more == null || more.isEmpty()) {
        break;
      }
      if (batch.isEmpty()) {
        end = System.nanoTime() + route.linger.toNanos();
      }
      for (E element : more) {
        Shipping.Next next = shipping.sift(element);
        if (next == null) {
          batch.add(element);
        } else if (next.rest() != null && !route.source.comesAgain(element, next.rest())) {
          shipping.lost.increment();
        }
      }
    }
    return batch;
  }

  private @Nullable List<E> pull(int most, Duration limit) {
    synchronized (this) {
      if (halt.isOver()) {
        return null;
      }
      isPulling = true;
    }
    try {
      return subscription.poll(most, limit);
    } catch (InterruptedException e) {
      return null;
    } finally {
      synchronized (this) {
        isPulling = false;
        boolean unusedSinceItWasForThePull = Thread.interrupted();
      }
    }
  }

  private void forward(List<E> batch) throws InterruptedException {
    while (!batch.isEmpty()) {
      Shipping.Next next = shipping.ship(batch);
      if (next.isHalves()) {
        forward(batch.subList(0, batch.size() / 2));
        forward(batch.subList(batch.size() / 2, batch.size()));
        return;
      }
      Duration wait = next.rest();
      if (wait == null) {
        return;
      }
      batch.forEach(element -> route.source.keep(element, LEASE.plus(wait)));
      if (!halt.await(wait)) {
        shipping.leave(batch);
        return;
      }
    }
  }
}
