package dev.parley.samples.shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.webhook.Providers;
import dev.parley.webhook.Verification;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookVerifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Whom the shop sends its own webhooks to: believes only what is signed, and is often busy. */
final class Partner implements AutoCloseable {
  private static final int BUSY_PERCENT = 30;

  private final long seed;
  private final WebhookVerifier verifier;
  private final Map<String, Integer> arrivals = new ConcurrentHashMap<>();
  private final Set<String> heard = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newFixedThreadPool(8);
  private final HttpServer server;

  Partner(long seed, String secret) throws IOException {
    this.seed = seed;
    this.verifier = WebhookVerifier.create(Providers.STANDARD_WEBHOOKS, secret);
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext("/hooks", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Verification verification =
          verifier.verify(
              WebhookRequest.builder()
                  .headers(exchange.getRequestHeaders())
                  .body(exchange.getRequestBody(), 10_000)
                  .build());
      int status = verification.reply().status();
      if (verification.isVerified()) {
        String id = verification.deliveryId().orElseThrow();
        int arrival = arrivals.merge(id, 1, Integer::sum);
        SplittableRandom random = new SplittableRandom(seed ^ (31L * id.hashCode() + arrival));
        if (random.nextInt(100) < BUSY_PERCENT) {
          status = 503;
        } else {
          heard.add(id);
        }
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hooks");
  }

  /** Returns how many different webhooks it has taken. */
  int heard() {
    return heard.size();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
