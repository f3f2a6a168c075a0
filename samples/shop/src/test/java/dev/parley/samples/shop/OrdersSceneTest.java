package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class OrdersSceneTest {
  /** Ten seconds of them: should the weather come late, there is still enough of it. */
  private static final int ORDERS = 1_500;

  private final Progress silent =
      new Progress(new PrintStream(OutputStream.nullOutputStream()), false);

  /** What the comparison stands on: the shop can be used right, and the weather is bad enough. */
  @Test
  void aKeyOutlivesTheWeather_andANaiveLoopDoesNot() throws Exception {
    OrdersScene scene = new OrdersScene(List.of(KeyedClient::new, NaiveClient::new));
    scene.play(1, ORDERS, silent, new CountDownLatch(1));

    assertThat(scene.columns().get(0).audit())
        .as(scene.report())
        .isEqualTo(new Ledger.Audit(ORDERS, ORDERS, 0, 0, 0, 0, 0));
    assertThat(scene.isPassed()).isTrue();
    assertThat(scene.columns().get(1).audit().duplicated()).isPositive();
    for (Trouble trouble :
        List.of(Trouble.REFUSED, Trouble.RESET, Trouble.CUT, Trouble.HTTP_503, Trouble.HTTP_429)) {
      assertThat(scene.columns().get(0).tally().retries(trouble)).as(trouble.label()).isPositive();
    }
  }

  @Test
  void endsInGoodOrder_whenClosedEarly() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    AtomicInteger started = new AtomicInteger();
    OrdersScene scene =
        new OrdersScene(
            List.of((shop, timeout, onRetry) ->
                new KeyedClient(shop, timeout, onRetry) {
                  @Override
                  public Answer place(NewOrder order) throws InterruptedException {
                    started.incrementAndGet();
                    return super.place(order);
                  }
                }));
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<?> play =
          pool.submit(() -> {
            scene.play(1, 100_000, silent, closing);
            return null;
          });
      await().atMost(Duration.ofSeconds(30)).until(() -> started.get() > 20);
      closing.countDown();
      play.get(40, TimeUnit.SECONDS);
    } finally {
      pool.shutdownNow();
    }

    Ledger.Audit audit = scene.columns().get(0).audit();
    assertThat(audit.asked()).isBetween(20L, 10_000L).isEqualTo(audit.placed());
    assertThat(audit.isExact()).isTrue();
  }
}
