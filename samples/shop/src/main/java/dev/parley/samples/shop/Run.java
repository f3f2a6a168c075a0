package dev.parley.samples.shop;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/**
 * One client on its street, from the first order to the count in the end.
 *
 * <p><b>Threads:</b> one thread calls and closes it; {@link #spell} and {@link #progress} are for
 * any thread.
 */
final class Run implements Callable<Report.Column>, AutoCloseable {
  private final Street street;
  private final OrderClient client;
  private final Ledger ledger = new Ledger();
  private final Tally tally = new Tally();
  private final int orders;
  private final Duration time;
  private final CountDownLatch closing;

  /**
   * Opens a street.
   *
   * @param client makes the client
   * @param orders how many orders to ask for
   * @param time over which they are spread, and as long as the weather lasts
   * @param closing opens when the run is to end early
   */
  Run(long seed, OrderClient.Maker client, int orders, Duration time, CountDownLatch closing) {
    this.street = new Street(seed, closing);
    this.client = client.make(street.uri(), Street.TIMEOUT, tally::addRetry);
    this.orders = orders;
    this.time = time;
    this.closing = closing;
  }

  @Override
  public Report.Column call() throws Exception {
    FutureTask<Void> sky =
        new FutureTask<>(() -> {
          street.endureWeather(time);
          return null;
        });
    new Thread(sky, "weather of " + client.name()).start();
    try {
      new Customers(client, ledger, tally, closing).ask(orders, time);
    } finally {
      sky.get();
    }
    Ledger.Audit audit = ledger.audit(street.settle());
    return new Report.Column(client.name(), tally, audit, street.requests());
  }

  /** Returns what the weather is like. */
  String spell() {
    return street.spell().name();
  }

  /** Returns how it stands, in a few words. */
  String progress() {
    return String.format(
        Locale.ROOT,
        "%s %d, %d twice",
        client.name(),
        tally.told(Answer.Told.PLACED),
        street.census().duplicates());
  }

  @Override
  public void close() {
    client.close();
    street.close();
  }
}
