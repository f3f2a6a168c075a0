package dev.parley.samples.shop;

import static dev.parley.testkit.fault.Direction.TO_CLIENT;
import static dev.parley.testkit.fault.Direction.TO_SERVER;

import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.history.Nemesis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Orders reserve what they need, and a till tells of what it sells, at a stock that speaks gRPC,
 * while connections are reset and refused. Each client has a stock and a network of its own, under
 * the same seed.
 */
final class StockScene implements Scene {
  private static final int ORDERS_PER_RESERVATION = 5;
  private static final int BUYERS = 4;
  private static final long BEAT_MILLIS = 10;

  private final List<StockClient.Maker> clients;
  private List<StockReport.Column> columns = List.of();

  /**
   * Creates the scene.
   *
   * @param clients make the clients; the first one is the one that has to be right
   */
  StockScene(List<StockClient.Maker> clients) {
    this.clients = List.copyOf(clients);
  }

  @Override
  public void play(long seed, int orders, Progress progress, CountDownLatch closing)
      throws Exception {
    List<StockReport.Column> sums = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      StockReport.Column result =
          play(seed, orders / ORDERS_PER_RESERVATION, clients.get(i), progress, closing);
      sums.add(i < columns.size() ? columns.get(i).plus(result) : result);
    }
    columns = List.copyOf(sums);
  }

  private static StockReport.Column play(
      long seed, int orders, StockClient.Maker maker, Progress progress, CountDownLatch closing)
      throws Exception {
    ExecutorService buyers = Executors.newFixedThreadPool(BUYERS);
    try (Warehouse stock = new Warehouse(seed);
        FaultProxy network = FaultProxy.to(stock.port());
        StockClient client = maker.open(network.port())) {
      AtomicLong begun = new AtomicLong();
      List<Future<?>> buying = new ArrayList<>();
      long sales = 0;
      try (Nemesis nemesis = nemesis(seed, network)) {
        nemesis.start(Duration.ofMillis(150));
        for (int i = 0; i < BUYERS; i++) {
          buying.add(
              buyers.submit(() -> {
                buy(client, orders, begun, closing);
                return null;
              }));
        }
        while (!buying.stream().allMatch(Future::isDone)) {
          client.sell(sales++);
          progress.update(
              "reserved by "
                  + client.name()
                  + ": "
                  + Math.min(begun.get(), orders)
                  + " of "
                  + orders);
          TimeUnit.MILLISECONDS.sleep(BEAT_MILLIS);
        }
      }
      for (Future<?> each : buying) {
        each.get();
      }
      client.settle();
      return StockReport.Column.of(client.name(), stock, Math.min(begun.get(), orders), sales);
    } finally {
      buyers.shutdownNow();
    }
  }

  private static void buy(StockClient client, int orders, AtomicLong begun, CountDownLatch closing)
      throws InterruptedException {
    while (closing.getCount() > 0) {
      long order = begun.getAndIncrement();
      if (order >= orders) {
        return;
      }
      client.reserve(order);
      TimeUnit.MILLISECONDS.sleep(BEAT_MILLIS);
    }
  }

  private static Nemesis nemesis(long seed, FaultProxy network) {
    return Nemesis.seeded(seed)
        .faults(
            Fault.resetAfter(TO_CLIENT, 0),
            Fault.resetAfter(TO_SERVER, 0),
            Fault.refuse(Duration.ofMillis(200)))
        .over(network);
  }

  @Override
  public boolean isPassed() {
    return new StockReport(columns).isPassed();
  }

  @Override
  public String report() {
    return new StockReport(columns).render();
  }

  @Override
  public String verdict() {
    return new StockReport(columns).verdict();
  }

  /** Returns what is known of each client, in the order in which they were given. */
  List<StockReport.Column> columns() {
    return columns;
  }
}
