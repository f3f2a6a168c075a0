package dev.parley.samples.shop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ask for orders at an even pace, up to 100 of them at a time.
 *
 * <p>Each order is due at its own moment. When the client is slow the next ones wait, and their
 * waiting counts: real customers do not come later because the shop is slow.
 */
final class Customers {
  private static final int AT_A_TIME = 100;
  private static final List<String> ARTICLES = List.of("tea", "coffee", "cocoa", "honey", "salt");

  private final OrderClient client;
  private final Ledger ledger;
  private final Tally tally;
  private final CountDownLatch closing;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * Prepares them.
   *
   * @param closing when it is open no further order is asked for
   */
  Customers(OrderClient client, Ledger ledger, Tally tally, CountDownLatch closing) {
    this.client = client;
    this.ledger = ledger;
    this.tally = tally;
    this.closing = closing;
  }

  /**
   * Asks for a number of orders and returns when all have ended for their customers.
   *
   * @param time over which the orders are spread
   */
  void ask(int orders, Duration time) throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    long interval = time.toNanos() / orders;
    ExecutorService pool = Executors.newFixedThreadPool(AT_A_TIME);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < AT_A_TIME; i++) {
        running.add(
            pool.submit(() -> {
              int index = next.getAndIncrement();
              while (index < orders && await(start + index * interval)) {
                ask(index, start + index * interval);
                index = next.getAndIncrement();
              }
              return null;
            }));
      }
      for (Future<?> customer : running) {
        customer.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private void ask(int index, long due) throws InterruptedException {
    NewOrder order =
        new NewOrder("order-" + (index + 1), ARTICLES.get(index % ARTICLES.size()), 1 + index % 9);
    ledger.asked(order);
    Answer answer = client.place(order);
    ledger.told(order, answer);
    tally.add(answer, Duration.ofNanos(System.nanoTime() - due));
  }

  /** Returns whether the moment has come before the closing. */
  private boolean await(long due) throws InterruptedException {
    return !closing.await(due - System.nanoTime(), TimeUnit.NANOSECONDS);
  }
}
