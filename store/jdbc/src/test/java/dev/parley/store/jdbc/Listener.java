package dev.parley.store.jdbc;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.webhook.Providers;
import dev.parley.webhook.Verification;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookVerifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Whom an {@link OutboxNode} tells: takes what is signed, and is busy each tenth time. */
final class Listener implements AutoCloseable {
  private final WebhookVerifier verifier =
      WebhookVerifier.create(Providers.STANDARD_WEBHOOKS, OutboxNode.SECRET);
  private final Set<String> heard = ConcurrentHashMap.newKeySet();
  private final AtomicInteger arrivals = new AtomicInteger();
  private final AtomicInteger forged = new AtomicInteger();
  private final ExecutorService threads = Executors.newFixedThreadPool(8);
  private final HttpServer server;

  Listener() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      WebhookRequest request =
          WebhookRequest.builder()
              .headers(exchange.getRequestHeaders())
              .body(exchange.getRequestBody(), 10_000)
              .build();
      Verification verification = verifier.verify(request);
      int status = verification.reply().status();
      if (!verification.isVerified()) {
        forged.incrementAndGet();
      } else if (arrivals.incrementAndGet() % 10 == 0) {
        status = 503;
      } else {
        heard.add(verification.deliveryId().orElseThrow());
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  /** Returns the ids of what it has taken. */
  Set<String> heard() {
    return heard;
  }

  /** Returns how many webhooks had no good signature. */
  int forged() {
    return forged.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
