package dev.parley.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Http;
import dev.parley.testkit.fault.FaultProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred seeds of cuts, stalls and restarts. {@code -Dparley.polling.seed=N} begins with N. */
@Tag("slow")
@Timeout(180)
class SeedsTest {
  record Item(int seq) {}

  private static final int SEEDS = 100;
  private static final int MESSAGES = 40;
  private static final Duration LONG = Duration.ofSeconds(60);

  private static final Operation<Void, Item> ITEMS =
      Operation.of("items.poll", Void.class, Item.class)
          .bind(Http.get("/notes"))
          .bind(
              Poll.items("/notes")
                  .cursor("/next", "after")
                  .more("/more")
                  .hold(Duration.ofMillis(40))
                  .holdParameter("hold", Duration.ofMillis(1)));

  @Test
  void CON_losesNothing_whereTheServerReplays() throws Exception {
    runAll(false);
  }

  @Test
  void CON_reportsEachGap_whereTheServerForgets() throws Exception {
    runAll(true);
  }

  // Most of it is waiting.
  private static void runAll(boolean forgets) throws Exception {
    long first = Long.getLong("parley.polling.seed", ThreadLocalRandom.current().nextInt());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> runs = new ArrayList<>();
      for (long seed = first; seed < first + SEEDS; seed++) {
        long one = seed;
        runs.add(() -> {
          try (Run run = new Run(one, forgets)) {
            run.go();
          }
          return null;
        });
      }
      for (Future<Void> run : threads.invokeAll(runs)) {
        run.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static final class Run implements AutoCloseable, StateListener {
    private final long seed;
    private final boolean forgets;
    private final Random random;
    private final JvmFeed feed = new JvmFeed();
    private final FaultProxy proxy = FaultProxy.to(feed.port());
    private final Parley parley;
    private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
    private final List<Integer> seen = new CopyOnWriteArrayList<>();
    private int losses;

    Run(long seed, boolean forgets) {
      this.seed = seed;
      this.forgets = forgets;
      this.random = new Random(seed);
      this.parley = Parley.builder().seed(seed).build();
    }

    void go() {
      StreamChannel channel =
          parley.open(
              (random.nextBoolean() ? "poll+http://127.0.0.1:" : "longpoll+http://127.0.0.1:")
                  + proxy.port()
                  + "?interval=3ms&maxInterval=6ms",
              StreamChannel.class);
      Subscription<Message<Item>> items =
          channel.stream(
              ITEMS,
              null,
              StreamOptions.DEFAULT
                  .silence(Duration.ofMillis(200))
                  .reconnect(
                      ReconnectPolicy.DEFAULT
                          .base(Duration.ofMillis(5))
                          .cap(Duration.ofMillis(20))
                          .floor(Duration.ofMillis(1)))
                  .listener(this));
      CompletableFuture<Void> unused = items.start(item -> seen.add(item.body().seq()));
      publish(1);
      awaitThat(() -> seen.contains(1));
      for (int id = 2; id <= MESSAGES; id++) {
        publish(id);
        if (random.nextInt(6) == 0) {
          strike();
        }
      }
      int last = MESSAGES + 1;
      publish(last);
      awaitThat(() -> seen.contains(last));

      List<Integer> once = seen.stream().distinct().toList();
      assertThat(once).as("%s: in order", this).isSorted();
      if (forgets) {
        assertThat(resumes.stream().filter(resumed -> resumed.gap() == Gap.LOST))
            .as("%s: each loss is reported", this)
            .hasSizeGreaterThanOrEqualTo(losses);
        if (losses == 0) {
          assertThat(once).as("%s", this).hasSize(last);
        }
      } else {
        assertThat(once)
            .as("%s: nothing is lost", this)
            .isEqualTo(IntStream.rangeClosed(1, last).boxed().toList());
        // Without a position it cannot know; its first connect may have failed.
        assertThat(resumes)
            .as("%s", this)
            .filteredOn(resumed -> resumed.position().isPresent())
            .allMatch(resumed -> resumed.gap() == Gap.NONE);
      }
    }

    private void publish(int id) {
      feed.publish(id, "\"n\":" + id);
    }

    private void strike() {
      int before = resumes.size();
      switch (random.nextInt(3)) {
        case 0 -> proxy.cutAll();
        case 1 -> {
          proxy.freeze();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
          proxy.thaw();
        }
        default -> {
          proxy.refuse();
          proxy.cutAll();
          feed.restart(forgets);
          proxy.upstream(new InetSocketAddress(InetAddress.getLoopbackAddress(), feed.port()));
          proxy.reopen();
          if (forgets) {
            losses++;
            awaitThat(
                () -> resumes.stream().skip(before).anyMatch(resumed -> resumed.gap() == Gap.LOST));
          }
        }
      }
    }

    private void awaitThat(Callable<Boolean> condition) {
      await()
          .alias(toString())
          .pollInterval(Duration.ofMillis(2))
          .pollDelay(Duration.ZERO)
          .atMost(LONG)
          .until(condition);
    }

    @Override
    public void changed(StateChange change) {}

    @Override
    public void resumed(Resumed resumed) {
      resumes.add(resumed);
    }

    @Override
    public String toString() {
      return "seed " + seed + ", seen " + seen + ", " + resumes;
    }

    @Override
    public void close() {
      parley.close(Duration.ZERO);
      proxy.close();
      feed.close();
    }
  }
}
