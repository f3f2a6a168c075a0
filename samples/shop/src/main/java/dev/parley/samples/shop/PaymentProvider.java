package dev.parley.samples.shop;

import dev.parley.webhook.Providers;
import dev.parley.webhook.WebhookRequest;
import dev.parley.webhook.WebhookSigner;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends signed events, again until they are taken, some of them twice; and, under the provider's
 * name, somebody who has listened sends some again, and others of his own making.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class PaymentProvider {
  private static final int MOST_TRIES = 200;

  private final long seed;
  private final URI shop;
  private final WebhookSigner signer;
  private final WebhookSigner forger =
      WebhookSigner.create(Providers.STRIPE, "whsec_that_somebody_made_up");
  private final JsonMapper json = new JsonMapper();
  private final LongAdder requests = new LongAdder();
  private final LongAdder replays = new LongAdder();
  private final LongAdder forgeries = new LongAdder();
  private final OkHttpClient client =
      new OkHttpClient.Builder()
          .retryOnConnectionFailure(false)
          .callTimeout(Duration.ofSeconds(2))
          .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
          .build();

  PaymentProvider(long seed, URI shop, String secret) {
    this.seed = seed;
    this.shop = shop;
    this.signer = WebhookSigner.create(Providers.STRIPE, secret);
  }

  /** Returns the amount of a payment. */
  static long cents(int number) {
    return 100L + number;
  }

  /** Tells the shop of a payment, with all that happens around it. */
  void tell(int number) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(seed * 31 + number);
    byte[] body = body("pay_" + number, cents(number));
    deliver(body);
    int chance = random.nextInt(100);
    if (chance < 20) {
      deliver(body); // the provider did not hear the answer, or thinks so
    } else if (chance < 30) {
      replays.increment(); // what was heard a moment ago
      send(body, signer, Instant.now());
    } else if (chance < 40) {
      replays.increment(); // what was heard an hour ago
      send(body, signer, Instant.now().minus(Duration.ofHours(1)));
    } else if (chance < 50) {
      forgeries.increment();
      send(body("pay_forged_" + number, 1_000_000), forger, Instant.now());
    } else if (chance < 60) {
      forgeries.increment(); // another amount under a signature that is right
      Map<String, String> right = signature(body, signer, Instant.now());
      post(body("pay_" + number, 1), right);
    }
  }

  long requests() {
    return requests.sum();
  }

  long replays() {
    return replays.sum();
  }

  long forgeries() {
    return forgeries.sum();
  }

  void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  private byte[] body(String payment, long cents) {
    return json.writeValueAsBytes(PaymentEvent.succeeded(payment, cents));
  }

  private void deliver(byte[] body) throws InterruptedException {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      if (send(body, signer, Instant.now())) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private boolean send(byte[] body, WebhookSigner by, Instant at) {
    return post(body, signature(body, by, at));
  }

  private static Map<String, String> signature(byte[] body, WebhookSigner by, Instant at) {
    return by.sign(WebhookRequest.builder().body(body).build(), at);
  }

  private boolean post(byte[] body, Map<String, String> headers) {
    requests.increment();
    Request.Builder request =
        new Request.Builder().url(shop.toString()).post(RequestBody.create(body));
    headers.forEach(request::header);
    try (Response response = client.newCall(request.build()).execute()) {
      return response.isSuccessful();
    } catch (IOException e) {
      return false;
    }
  }
}
