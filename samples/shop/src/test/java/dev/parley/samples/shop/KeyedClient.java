package dev.parley.samples.shop;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import tools.jackson.databind.json.JsonMapper;

/** Never gives up, and sends the same key each time: what shows that the shop keeps its word. */
class KeyedClient implements OrderClient {
  private final JsonMapper json = new JsonMapper();
  private final URI orders;
  private final OkHttpClient http;
  private final Consumer<Trouble> onRetry;

  KeyedClient(URI shop, Duration timeout, Consumer<Trouble> onRetry) {
    this.onRetry = onRetry;
    this.orders = shop.resolve("/orders");
    this.http = new OkHttpClient.Builder().callTimeout(timeout).build();
  }

  @Override
  public String name() {
    return "keyed";
  }

  @Override
  public Answer place(NewOrder order) throws InterruptedException {
    Request request =
        new Request.Builder()
            .url(orders.toString())
            .header("Idempotency-Key", UUID.randomUUID().toString())
            .post(
                RequestBody.create(
                    json.writeValueAsBytes(order), MediaType.get("application/json")))
            .build();
    for (int attempt = 1; ; attempt++) {
      try (Response response = http.newCall(request).execute()) {
        int status = response.code();
        byte[] body = response.body().bytes();
        if (response.isSuccessful()) {
          return Answer.placed(json.readValue(body, Order.class), attempt);
        }
        onRetry.accept(Trouble.of(status));
      } catch (IOException e) {
        onRetry.accept(Trouble.of(e));
      }
      TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(200));
    }
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
