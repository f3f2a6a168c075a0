package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testkit.fault.FaultProxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ParleyClientTest {
  private static final NewOrder TEA = new NewOrder("order-1", "tea", 2);

  /** Long enough for a busy machine, where a test is not about the timeout. */
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private static final Duration HASTY = Duration.ofSeconds(1);

  @TempDir Path folder;

  private final ConcurrentLinkedQueue<Mishap> mishaps = new ConcurrentLinkedQueue<>();
  private final List<Trouble> retries = new CopyOnWriteArrayList<>();
  private final Dawdle dawdle = new Dawdle();
  private ShopServer shop;

  @BeforeEach
  void open() {
    shop = new ShopServer(folder, new OrderRoutes(order -> nextMishap(), dawdle));
    shop.start();
  }

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void placesAnOrder() throws Exception {
    Answer answer = place();

    assertThat(answer.attempts()).isEqualTo(1);
    assertThat(shop.book().all()).containsExactly(answer.order());
  }

  @Test
  void placesAnOrderOnce_whenTheFirstAnswerWasNoButTheDeedWasDone() throws Exception {
    Answer answer = place(Mishap.BUSY_AFTER_PLACING);

    assertThat(answer.attempts()).isEqualTo(2);
    assertThat(retries).containsExactly(Trouble.HTTP_503);
    assertThat(shop.book().all()).containsExactly(answer.order());
  }

  @Test
  void placesAnOrderOnce_whenTheFirstAnswerWasLate() throws Exception {
    mishaps.add(Mishap.SLOW);
    Answer answer =
        place(
            shop.uri(),
            HASTY,
            trouble -> {
              retries.add(trouble);
              dawdle.letGo();
            });

    assertThat(retries).startsWith(Trouble.TIMEOUT);
    assertThat(shop.book().all()).containsExactly(answer.order());
  }

  @Test
  void waitsAsLongAsTheShopAsks() throws Exception {
    long start = System.nanoTime();
    Answer answer = place(Mishap.THROTTLED);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
    assertThat(retries).containsExactly(Trouble.HTTP_429);
    assertThat(shop.book().all()).containsExactly(answer.order());
  }

  @Test
  void goesOnWithTheSameKey_whenAllAttemptsOfACallHaveFailed() throws Exception {
    Answer answer =
        place(
            Mishap.BUSY_AFTER_PLACING,
            Mishap.BUSY,
            Mishap.BUSY,
            Mishap.BUSY,
            Mishap.BUSY,
            Mishap.BUSY);

    assertThat(answer.attempts()).isEqualTo(7);
    assertThat(retries).isEqualTo(Collections.nCopies(6, Trouble.HTTP_503));
    assertThat(shop.requests()).isEqualTo(7);
    assertThat(shop.book().all()).containsExactly(answer.order());
  }

  @Test
  void placesAnOrder_whenTheShopOpensLate() throws Exception {
    try (FaultProxy proxy = FaultProxy.to(shop.address(), 1)) {
      proxy.refuse();
      Answer answer =
          place(
              proxy.uri("http"),
              PATIENT,
              trouble -> {
                retries.add(trouble);
                if (retries.size() == 5) { // as often as one call tries
                  proxy.reopen();
                }
              });

      assertThat(answer.attempts()).isGreaterThan(5);
      // On a busy machine the first answer may come too late.
      assertThat(retries).startsWith(Trouble.REFUSED);
      assertThat(shop.book().all()).containsExactly(answer.order());
    }
  }

  @Test
  void believesANo() throws Exception {
    Answer answer = place(shop.uri().resolve("/nowhere"));

    assertThat(answer).isEqualTo(Answer.without(Answer.Told.FAILED, 1));
    assertThat(shop.book().all()).isEmpty();
  }

  private Answer place(Mishap... scripted) throws InterruptedException {
    mishaps.addAll(Arrays.asList(scripted));
    return place(shop.uri());
  }

  private Answer place(URI uri) throws InterruptedException {
    return place(uri, PATIENT, retries::add);
  }

  private Answer place(URI uri, Duration timeout, Consumer<Trouble> onRetry)
      throws InterruptedException {
    try (ParleyClient client = new ParleyClient(uri, timeout, onRetry)) {
      return client.place(TEA);
    }
  }

  private Mishap nextMishap() {
    Mishap next = mishaps.poll();
    return next == null ? Mishap.NONE : next;
  }
}
