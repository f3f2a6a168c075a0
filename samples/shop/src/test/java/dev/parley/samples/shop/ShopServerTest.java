package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class ShopServerTest {
  private static final NewOrder TEA = new NewOrder("order-1", "tea", 2);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private final JsonMapper json = new JsonMapper();
  private final ConcurrentLinkedQueue<Mishap> mishaps = new ConcurrentLinkedQueue<>();
  private final Dawdle dawdle = new Dawdle();
  private final OkHttpClient http =
      new OkHttpClient.Builder().retryOnConnectionFailure(false).readTimeout(PATIENCE).build();
  private ShopServer shop;

  @BeforeEach
  void open() {
    shop = new ShopServer(folder, new OrderRoutes(order -> nextMishap(), dawdle));
    shop.start();
  }

  @AfterEach
  void close() {
    shop.close();
    http.connectionPool().evictAll();
    http.dispatcher().executorService().shutdown();
  }

  @Test
  void placesAnOrderAndShowsIt() throws Exception {
    Answer placed = post(TEA, null);

    assertThat(placed.status).isEqualTo(201);
    assertThat(placed.contentType).isEqualTo("application/json");
    Order order = placed.as(Order.class);
    assertThat(order.answers(TEA)).isTrue();
    assertThat(get("/orders/" + order.id()).as(Order.class)).isEqualTo(order);
  }

  @Test
  void placesTwoOrders_withoutKey() throws Exception {
    post(TEA, null);
    post(TEA, null);

    assertThat(shop.book().all()).hasSize(2);
  }

  @Test
  void answersTheSame_forTheSameKeyAndBody() throws Exception {
    Answer first = post(TEA, "key-1");
    Answer again = post(TEA, "\"key-1\"");

    assertThat(again.status).isEqualTo(201);
    assertThat(again.body).isEqualTo(first.body);
    assertThat(first.replayed).isNull();
    assertThat(again.replayed).isEqualTo("true");
    assertThat(shop.book().all()).hasSize(1);
  }

  @Test
  void refusesAKeyThatCameWithAnotherOrder() throws Exception {
    post(TEA, "key-1");
    Answer other = post(new NewOrder("order-2", "tea", 2), "key-1");

    assertThat(other.contentType).isEqualTo("application/problem+json");
    assertThat(other.as(Problem.class))
        .isEqualTo(
            new Problem(
                "https://shop.example/problems/key-reused",
                "Key reused",
                422,
                "This key came with another order; use a new key."));
    assertThat(other.status).isEqualTo(422);
    assertThat(shop.book().all()).hasSize(1);
  }

  @Test
  void says409_whileTheSameKeyIsInProgress() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<?> first =
          other.submit(() ->
              shop.book()
                  .place(
                      TEA,
                      "key-1",
                      () -> {
                        writing.countDown();
                        awaitQuietly(letGo);
                      }));
      assertThat(writing.await(30, TimeUnit.SECONDS)).isTrue();

      Answer meanwhile = post(TEA, "key-1");
      letGo.countDown();
      first.get(30, TimeUnit.SECONDS);
      Answer after = post(TEA, "key-1");

      assertThat(meanwhile.status).isEqualTo(409);
      assertThat(meanwhile.as(Problem.class).title()).isEqualTo("In progress");
      assertThat(after.status).isEqualTo(201);
      assertThat(shop.book().all()).hasSize(1);
    } finally {
      letGo.countDown();
      other.shutdownNow();
    }
  }

  @Test
  void placesOneOrder_whenTheSameKeyArrivesManyTimesAtOnce() throws Exception {
    int callers = 16;
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    try {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        answers.add(
            pool.submit(() -> {
              start.await();
              return post(TEA, "key-1");
            }));
      }
      start.countDown();
      for (Future<Answer> answer : answers) {
        assertThat(answer.get(30, TimeUnit.SECONDS).status).isIn(201, 409);
      }
      assertThat(shop.book().all()).hasSize(1);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void forgetsTheKey_whenTheOrderWasNotPlaced() throws Exception {
    assertThatThrownBy(() ->
            shop.book()
                .place(
                    TEA,
                    "key-1",
                    () -> {
                      throw new IllegalStateException("the shop stumbled");
                    }))
        .hasMessage("the shop stumbled");

    assertThat(shop.book().all()).isEmpty();
    assertThat(post(TEA, "key-1").replayed).isNull();
    assertThat(shop.book().all()).hasSize(1);
  }

  @Test
  void remembersOrdersAndKeys_whenKilledAndStartedAgain() throws Exception {
    Answer before = post(TEA, "key-1");

    shop.kill();
    shop.start();

    Answer after = post(TEA, "key-1");
    assertThat(after.body).isEqualTo(before.body);
    assertThat(after.replayed).isEqualTo("true");
    assertThat(shop.book().all()).hasSize(1);
  }

  @Test
  void givesNoAnswer_whenKilledInTheMiddle() throws Exception {
    mishaps.add(Mishap.SLOW);
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try {
      Future<Answer> answer = caller.submit(() -> post(TEA, "key-1"));
      await().atMost(PATIENCE).until(() -> shop.requests() == 1);
      OrderBook book = shop.book();
      CompletableFuture<Void> killed = CompletableFuture.runAsync(shop::kill);
      await().atMost(PATIENCE).until(() -> catchThrowable(book::all) != null);
      dawdle.letGo(); // the book is gone by now
      killed.get(30, TimeUnit.SECONDS);

      assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IOException.class);
    } finally {
      caller.shutdownNow();
    }
  }

  @ParameterizedTest
  @CsvSource({"NONE,201,1", "BUSY,503,0", "THROTTLED,429,0", "BUSY_AFTER_PLACING,503,1"})
  void misbehavesAsScripted(Mishap mishap, int status, int rows) throws Exception {
    mishaps.add(mishap);
    Answer answer = post(TEA, null);

    assertThat(answer.status).isEqualTo(status);
    assertThat(answer.retryAfter).isEqualTo(mishap == Mishap.THROTTLED ? "1" : null);
    assertThat(shop.book().all()).hasSize(rows);
  }

  @Test
  void placesLate_whenSlow() throws Exception {
    mishaps.add(Mishap.SLOW);
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try {
      Future<Answer> answer = caller.submit(() -> post(TEA, null));
      await().atMost(PATIENCE).until(() -> shop.requests() == 1);
      assertThat(shop.book().all()).isEmpty();
      dawdle.letGo();

      assertThat(answer.get(30, TimeUnit.SECONDS).status).isEqualTo(201);
      assertThat(shop.book().all()).hasSize(1);
    } finally {
      caller.shutdownNow();
    }
  }

  @Test
  void listsAllOrdersPageByPage_withLinkAndCursor() throws Exception {
    for (int i = 1; i <= 7; i++) {
      post(new NewOrder("order-" + i, "tea", 1), null);
    }

    List<String> seen = new ArrayList<>();
    String page = "/orders?limit=3";
    while (page != null) {
      Answer answer = get(page);
      OrderPage orders = answer.as(OrderPage.class);
      orders.orders().forEach(order -> seen.add(order.reference()));
      if (orders.next() == null) {
        assertThat(answer.link).isNull();
        page = null;
      } else {
        page = "/orders?cursor=" + orders.next() + "&limit=3";
        assertThat(answer.link).isEqualTo("<" + page + ">; rel=\"next\"");
      }
    }

    assertThat(seen)
        .containsExactly(
            "order-1", "order-2", "order-3", "order-4", "order-5", "order-6", "order-7");
  }

  @ParameterizedTest
  @CsvSource({
    "/orders/999,404,No such order",
    "/orders/x,404,No such order",
    "/nowhere,404,No such page",
    "/orders?limit=0,400,Bad page",
    "/orders?limit=many,400,Bad page",
    "/orders?cursor=%21,400,Bad page"
  })
  void saysWhatIsWrongWithAQuestion(String path, int status, String title) throws Exception {
    Answer answer = get(path);

    assertThat(answer.status).isEqualTo(status);
    assertThat(answer.contentType).isEqualTo("application/problem+json");
    assertThat(answer.as(Problem.class).title()).isEqualTo(title);
  }

  @Test
  void saysWhatIsWrongWithAnOrder() throws Exception {
    assertThat(
            send("{\"reference\":\"order-1\",\"sku\":\"tea\",\"quantity\":0}")
                .as(Problem.class)
                .detail())
        .contains("quantity must be 1 to 1000, it is 0");
    assertThat(send("{\"sku\":\"tea\",\"quantity\":1}").as(Problem.class).detail())
        .contains("reference must have 1 to 64 characters");
    assertThat(send("tea, please").status).isEqualTo(400);
    assertThat(send("\"" + "x".repeat(70_000) + "\"").status).isEqualTo(413);
    assertThat(post(TEA, "k".repeat(256)).as(Problem.class).title())
        .isEqualTo("Bad idempotency key");
    assertThat(shop.book().all()).isEmpty();
  }

  @Test
  void saysThatItIsUp() throws Exception {
    assertThat(get("/health").body).isEqualTo("{\"status\":\"up\"}");
  }

  @Test
  void speaksHttp2WithoutTls() throws Exception {
    OkHttpClient h2 = http.newBuilder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
    try (Response response =
        h2.newCall(new Request.Builder().url(shop.uri() + "/health").build()).execute()) {
      assertThat(response.code()).isEqualTo(200);
      assertThat(response.protocol()).isEqualTo(Protocol.H2_PRIOR_KNOWLEDGE);
    }
    h2.connectionPool().evictAll();
  }

  @Test
  void waitsForWhatIsUnderWay_whenDrained() throws Exception {
    mishaps.add(Mishap.SLOW);
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try {
      Future<Answer> answer = caller.submit(() -> post(TEA, null));
      await().atMost(PATIENCE).until(() -> shop.requests() == 1);
      CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS).execute(dawdle::letGo);
      shop.drain();

      assertThat(shop.book().all()).hasSize(1);
      assertThat(answer.get(30, TimeUnit.SECONDS).status).isEqualTo(201);
      assertThat(get("/health").status).isEqualTo(503);
    } finally {
      caller.shutdownNow();
    }
  }

  private Mishap nextMishap() {
    Mishap next = mishaps.poll();
    return next == null ? Mishap.NONE : next;
  }

  private Answer post(NewOrder order, @Nullable String key) throws IOException {
    Request.Builder request = request("/orders", json.writeValueAsString(order));
    if (key != null) {
      request.header("Idempotency-Key", key);
    }
    return exchange(request);
  }

  private Answer send(String body) throws IOException {
    return exchange(request("/orders", body));
  }

  private Answer get(String path) throws IOException {
    return exchange(new Request.Builder().url(shop.uri() + path));
  }

  private Request.Builder request(String path, String body) {
    return new Request.Builder()
        .url(shop.uri() + path)
        .post(RequestBody.create(body, MediaType.get("application/json")));
  }

  private Answer exchange(Request.Builder request) throws IOException {
    try (Response response = http.newCall(request.build()).execute()) {
      return new Answer(
          response.code(),
          response.header("Content-Type"),
          response.header("Idempotent-Replayed"),
          response.header("Retry-After"),
          response.header("Link"),
          response.body().string());
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Answer(
      int status,
      @Nullable String contentType,
      @Nullable String replayed,
      @Nullable String retryAfter,
      @Nullable String link,
      String body) {
    <T> T as(Class<T> type) {
      return new JsonMapper().readValue(body, type);
    }
  }
}
