package dev.parley.samples.shop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Places orders over REST, with several clients at the same time: each has a street of its own,
 * with the same weather, the same orders and the same timeouts.
 */
final class OrdersScene implements Scene {
  private static final int ORDERS_PER_SECOND = 150;
  private static final Duration SHORTEST = Duration.ofSeconds(5);
  private static final Duration TICK = Duration.ofMillis(100);

  private final List<OrderClient.Maker> clients;
  private List<Report.Column> columns = List.of();

  /**
   * Creates the scene.
   *
   * @param clients make the clients; the first one is the one that has to be right
   */
  OrdersScene(List<OrderClient.Maker> clients) {
    this.clients = List.copyOf(clients);
  }

  @Override
  public void play(long seed, int orders, Progress progress, CountDownLatch closing)
      throws Exception {
    Duration even = Duration.ofSeconds(1).multipliedBy(orders).dividedBy(ORDERS_PER_SECOND);
    Duration time = even.compareTo(SHORTEST) < 0 ? SHORTEST : even;
    List<Run> runs = new ArrayList<>();
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      clients.forEach(client -> runs.add(new Run(seed, client, orders, time, closing)));
      long start = System.nanoTime();
      List<Future<Report.Column>> results = new ArrayList<>();
      runs.forEach(run -> results.add(pool.submit(run)));
      for (int i = 0; i < runs.size(); i++) {
        Report.Column result = await(results.get(i), () -> progress.update(line(start, runs)));
        add(i, result);
      }
    } finally {
      pool.shutdownNow();
      runs.forEach(Run::close);
    }
  }

  @Override
  public boolean isPassed() {
    return new Report(columns).isPassed();
  }

  @Override
  public String report() {
    return new Report(columns).render();
  }

  @Override
  public String verdict() {
    return new Report(columns).verdict();
  }

  /** Returns what is known of each client, in the order in which they were given. */
  List<Report.Column> columns() {
    return columns;
  }

  private void add(int client, Report.Column result) {
    List<Report.Column> sums = new ArrayList<>(columns);
    if (client < sums.size()) {
      sums.set(client, sums.get(client).plus(result));
    } else {
      sums.add(result);
    }
    columns = List.copyOf(sums);
  }

  private static <T> T await(Future<T> result, Runnable eachTick) throws Exception {
    while (true) {
      try {
        return result.get(TICK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        eachTick.run();
      }
    }
  }

  private static String line(long start, List<Run> runs) {
    StringBuilder line = new StringBuilder();
    double seconds = (System.nanoTime() - start) / 1e9;
    line.append(String.format(Locale.ROOT, "%5.1f s %-17s", seconds, runs.get(0).spell()));
    runs.forEach(run -> line.append("  ").append(run.progress()));
    return line.toString();
  }
}
