package dev.parley.store.jdbc;

import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookSigner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * A provider: sends deliveries from several threads, each again until it is answered 2xx, and one
 * in five once more after that.
 */
final class Sender implements AutoCloseable {
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebhookSigner signer = WebhookSigner.create(Providers.STRIPE, InboxNode.SECRET);
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final Set<String> sent = ConcurrentHashMap.newKeySet();
  private final Set<Integer> statuses = ConcurrentHashMap.newKeySet();
  private final AtomicInteger next = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private final IntSupplier port;
  private volatile boolean ending;

  Sender(int concurrency, IntSupplier port) {
    this.port = port;
    for (int i = 0; i < concurrency; i++) {
      Thread thread = new Thread(this::work, "sender-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  /** Returns the bodies that were answered 2xx. */
  Set<String> accepted() {
    return accepted;
  }

  /** Returns the bodies that were sent. */
  Set<String> sent() {
    return sent;
  }

  /** Returns the statuses that were answered. */
  Set<Integer> statuses() {
    return statuses;
  }

  private void work() {
    while (!ending) {
      int number = next.getAndIncrement();
      String body = "{\"id\":\"evt_" + number + "\"}";
      sent.add(body);
      while (!ending && !isAccepted(body, port.getAsInt())) {
        LockSupport.parkNanos(5_000_000);
      }
      if (number % 5 == 0) {
        isAccepted(body, port.getAsInt());
      }
    }
  }

  /** Sends once. */
  boolean isAccepted(String body, int to) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + "/"))
            .timeout(Duration.ofSeconds(30))
            .POST(BodyPublishers.ofByteArray(bytes));
    signer
        .sign(WebhookRequest.builder().body(bytes).build(), Instant.now())
        .forEach(request::header);
    try {
      int status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
      statuses.add(status);
      if (status / 100 == 2) {
        accepted.add(body);
        return true;
      }
      return false;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  /** Starts no more, and waits for those that are out. */
  @Override
  public void close() {
    ending = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
