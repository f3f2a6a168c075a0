package dev.parley.samples.shop;

import com.sun.net.httpserver.HttpServer;
import dev.parley.testkit.fault.Direction;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.fault.Script;
import dev.parley.webhook.WebhookSigner;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A payment provider tells the shop of payments by signed webhooks, some of them twice, and
 * somebody else replays and forges; the shop tells a partner by webhooks of its own. Each desk has
 * a provider and a partner of its own, under the same seed.
 */
final class PaymentsScene implements Scene {
  private static final String SECRET = "whsec_the_providers_own_secret_0123456789";
  private static final int ORDERS_PER_PAYMENT = 10;
  private static final Duration LONGEST_REST = Duration.ofSeconds(30);

  private final List<PaymentDesk.Maker> desks;
  private List<PaymentsReport.Column> columns = List.of();

  /**
   * Creates the scene.
   *
   * @param desks make the desks; the first one is the one that has to be right
   */
  PaymentsScene(List<PaymentDesk.Maker> desks) {
    this.desks = List.copyOf(desks);
  }

  @Override
  public void play(long seed, int orders, Progress progress, CountDownLatch closing)
      throws Exception {
    List<PaymentsReport.Column> sums = new ArrayList<>();
    for (int i = 0; i < desks.size(); i++) {
      PaymentsReport.Column result =
          play(seed, orders / ORDERS_PER_PAYMENT, desks.get(i), progress, closing);
      sums.add(i < columns.size() ? columns.get(i).plus(result) : result);
    }
    columns = List.copyOf(sums);
  }

  private PaymentsReport.Column play(
      long seed, int payments, PaymentDesk.Maker maker, Progress progress, CountDownLatch closing)
      throws Exception {
    String partnerSecret = WebhookSigner.newSecret();
    PaymentBooks books = new PaymentBooks();
    ExecutorService threads = Executors.newFixedThreadPool(16);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.start();
    try (Partner partner = new Partner(seed, partnerSecret);
        PaymentDesk desk = maker.open(books, SECRET, partner.uri(), partnerSecret);
        FaultProxy proxy = FaultProxy.to(server.getAddress(), seed)) {
      server.createContext("/payments", desk.handler());
      // A tenth of the answers does not arrive.
      proxy.script(
          Script.randomly(
              seed, Map.of(Fault.none(), 9, Fault.resetAfter(Direction.TO_CLIENT, 0), 1)));
      URI shop = URI.create("http://127.0.0.1:" + proxy.port() + "/payments");
      PaymentProvider provider = new PaymentProvider(seed, shop, SECRET);
      int told = tell(provider, payments, desk, progress, closing);
      long end = System.nanoTime() + LONGEST_REST.toNanos();
      while (!desk.isIdle() && System.nanoTime() - end < 0) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      provider.close();
      return PaymentsReport.Column.of(desk.name(), told, books, provider, partner);
    } finally {
      server.stop(0);
      threads.shutdownNow();
    }
  }

  /** Lets the provider tell of payments, four at a time; returns how many there were. */
  private static int tell(
      PaymentProvider provider,
      int payments,
      PaymentDesk desk,
      Progress progress,
      CountDownLatch closing)
      throws Exception {
    ExecutorService senders = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < payments; i++) {
        int number = i;
        sent.add(
            senders.submit(() -> {
              provider.tell(number);
              return null;
            }));
      }
      int told = 0;
      for (Future<?> each : sent) {
        if (closing.getCount() == 0 && each.cancel(false)) {
          continue; // not begun
        }
        each.get();
        told++;
        progress.update("payments told to " + desk.name() + ": " + told + " of " + payments);
      }
      return told;
    } finally {
      senders.shutdownNow();
    }
  }

  @Override
  public boolean isPassed() {
    return new PaymentsReport(columns).isPassed();
  }

  @Override
  public String report() {
    return new PaymentsReport(columns).render();
  }

  @Override
  public String verdict() {
    return new PaymentsReport(columns).verdict();
  }

  /** Returns what is known of each desk, in the order in which they were given. */
  List<PaymentsReport.Column> columns() {
    return columns;
  }
}
