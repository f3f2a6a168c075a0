package dev.parley.samples.shop;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import tools.jackson.databind.json.JsonMapper;

/**
 * The client that many programs have: OkHttp as it comes, in a loop that tries again on any {@link
 * IOException}, on 429 and on 5xx, five times in all, 200 ms apart. It sends no idempotency key, so
 * an order whose answer got lost is placed again.
 */
final class NaiveClient implements OrderClient {
  private static final int ATTEMPTS = 5;
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final MediaType JSON = MediaType.get("application/json");

  private final JsonMapper json = new JsonMapper();
  private final URI orders;
  private final OkHttpClient http;
  private final Consumer<Trouble> onRetry;

  /**
   * Creates a client.
   *
   * @param shop the root of the shop's interface
   * @param timeout of connecting, and of each read and write
   * @param onRetry is told what made it try again
   */
  NaiveClient(URI shop, Duration timeout, Consumer<Trouble> onRetry) {
    this.onRetry = onRetry;
    this.orders = shop.resolve("/orders");
    this.http =
        new OkHttpClient.Builder()
            .connectTimeout(timeout)
            .readTimeout(timeout)
            .writeTimeout(timeout)
            .build();
  }

  @Override
  public String name() {
    return "naive OkHttp";
  }

  @Override
  public Answer place(NewOrder order) throws InterruptedException {
    Request request =
        new Request.Builder()
            .url(orders.toString())
            .post(RequestBody.create(json.writeValueAsBytes(order), JSON))
            .build();
    for (int attempt = 1; ; attempt++) {
      Trouble trouble;
      try (Response response = http.newCall(request).execute()) {
        int status = response.code();
        byte[] body = response.body().bytes();
        if (response.isSuccessful()) {
          return Answer.placed(json.readValue(body, Order.class), attempt);
        }
        trouble = Trouble.of(status);
        if (status != 429 && status < 500) {
          return Answer.without(Answer.Told.FAILED, attempt);
        }
      } catch (IOException e) {
        trouble = Trouble.of(e);
      }
      if (attempt == ATTEMPTS) {
        return Answer.without(Answer.Told.FAILED, attempt);
      }
      onRetry.accept(trouble);
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    }
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
