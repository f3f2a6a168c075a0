package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.testkit.fault.FaultProxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NaiveClientTest {
  private static final NewOrder TEA = new NewOrder("order-1", "tea", 2);

  /** Long enough for a busy machine, where a test is not about the timeout. */
  private static final Duration PATIENT = Duration.ofSeconds(20);

  private static final Duration HASTY = Duration.ofSeconds(1);

  @TempDir Path folder;

  private final ConcurrentLinkedQueue<Mishap> mishaps = new ConcurrentLinkedQueue<>();
  private final List<Trouble> retries = new ArrayList<>();
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

    assertThat(answer.told()).isEqualTo(Answer.Told.PLACED);
    assertThat(answer.attempts()).isEqualTo(1);
    assertThat(shop.book().all()).containsExactly(answer.order());
  }

  @Test
  void triesAgain_whenNothingWasDone() throws Exception {
    Answer answer = place(Mishap.BUSY, Mishap.THROTTLED);

    assertThat(answer.told()).isEqualTo(Answer.Told.PLACED);
    assertThat(answer.attempts()).isEqualTo(3);
    assertThat(retries).containsExactly(Trouble.HTTP_503, Trouble.HTTP_429);
    assertThat(shop.book().all()).hasSize(1);
  }

  @Test
  void placesAnOrderTwice_whenTheFirstAnswerWasNoButTheDeedWasDone() throws Exception {
    Answer answer = place(Mishap.BUSY_AFTER_PLACING);

    assertThat(answer.told()).isEqualTo(Answer.Told.PLACED);
    assertThat(shop.book().all()).hasSize(2);
  }

  @Test
  void placesAnOrderTwice_whenTheFirstAnswerWasLate() throws Exception {
    mishaps.add(Mishap.SLOW);
    Answer answer = place(shop.uri(), HASTY);
    dawdle.letGo();
    shop.drain();

    // On a busy machine the second answer may be late, too.
    assertThat(answer.attempts()).isGreaterThan(1);
    assertThat(retries).containsOnly(Trouble.TIMEOUT);
    assertThat(shop.book().all()).hasSize(answer.attempts());
  }

  @Test
  void givesUpAfterFiveAttempts() throws Exception {
    Answer answer = place(Collections.nCopies(5, Mishap.BUSY).toArray(Mishap[]::new));

    assertThat(answer).isEqualTo(Answer.without(Answer.Told.FAILED, 5));
    assertThat(retries).isEqualTo(Collections.nCopies(4, Trouble.HTTP_503));
    assertThat(shop.requests()).isEqualTo(5);
    assertThat(shop.book().all()).isEmpty();
  }

  @Test
  void givesUp_whenTheShopIsClosed() throws Exception {
    Answer answer;
    try (FaultProxy proxy = FaultProxy.to(shop.address(), 1)) {
      proxy.refuse();
      answer = place(proxy.uri("http"));
    }

    assertThat(answer.told()).isEqualTo(Answer.Told.FAILED);
    assertThat(retries).isEqualTo(Collections.nCopies(4, Trouble.REFUSED));
  }

  private Answer place(Mishap... scripted) throws InterruptedException {
    mishaps.addAll(Arrays.asList(scripted));
    return place(shop.uri());
  }

  private Answer place(URI uri) throws InterruptedException {
    return place(uri, PATIENT);
  }

  private Answer place(URI uri, Duration timeout) throws InterruptedException {
    try (NaiveClient client = new NaiveClient(uri, timeout, retries::add)) {
      return client.place(TEA);
    }
  }

  private Mishap nextMishap() {
    Mishap next = mishaps.poll();
    return next == null ? Mishap.NONE : next;
  }
}
