package dev.parley.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.history.History;
import dev.parley.testkit.history.HistoryChecker;
import dev.parley.testkit.history.Rule;
import dev.parley.testkit.history.Witness;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred random schedules of cut, stall and restart, half of them where the server forgets. */
@Tag("slow")
class ChaosTest {
  private static final int SEEDS = 100;
  private static final int AT_ONCE = 4;
  private static final int EVENTS = 30;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final StreamOptions OPTIONS =
      StreamOptions.DEFAULT
          .silence(Duration.ofMillis(400))
          .reconnect(
              ReconnectPolicy.DEFAULT
                  .base(Duration.ofMillis(10))
                  .cap(Duration.ofMillis(50))
                  .floor(Duration.ofMillis(1)));

  @Test
  @Timeout(300)
  void REC_losesNothingWhereTheServerReplays() throws Exception {
    run(true);
  }

  @Test
  @Timeout(300)
  void CON_1_reportsEachGapWhereItDoesNot() throws Exception {
    run(false);
  }

  private static void run(boolean replays) throws Exception {
    long base = Long.getLong("parley.sse.seed", System.nanoTime());
    ExecutorService several = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < SEEDS; i++) {
        long seed = base + i;
        runs.add(
            several.submit(() -> {
              new Run(replays, seed).go();
              return null;
            }));
      }
      for (Future<?> each : runs) {
        each.get();
      }
    } finally {
      several.shutdownNow();
    }
  }

  private static final class Run implements StateListener {
    private final boolean replays;
    private final Random random;
    private final History history;
    private final Witness witness;
    private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
    private final Set<Long> seen = ConcurrentHashMap.newKeySet();
    private final List<String> troubles = new ArrayList<>();

    Run(boolean replays, long seed) {
      this.replays = replays;
      this.random = new Random(seed);
      this.history = History.of("seed " + seed + " (-Dparley.sse.seed)");
      this.witness = history.witness("subscriber");
    }

    @Override
    public void changed(StateChange change) {}

    @Override
    public void resumed(Resumed resumed) {
      witness.resumed(resumed);
      resumes.add(resumed);
    }

    void go() throws Exception {
      try (JvmServer server = new JvmServer(replays, 50);
          FaultProxy proxy = FaultProxy.to(server.port());
          Parley parley = Parley.create()) {
        StreamChannel channel =
            parley.open(
                "sse+http://127.0.0.1:" + proxy.port() + "?replays=" + replays,
                StreamChannel.class);
        Subscription<Message<String>> events =
            channel.stream(StreamTest.EVENTS, null, OPTIONS.listener(this));
        var handling =
            events.start(event -> {
              witness.saw(Long.parseLong(event.body()));
              seen.add(Long.parseLong(event.body()));
            });
        await().atMost(PATIENCE).until(() -> events.state() == State.OPEN && server.connects() > 0);
        for (int i = 0; i < EVENTS; i++) {
          publish(server);
          trouble(server, proxy);
        }
        proxy.thaw();
        finish(server, events);
        events.close();
        witness.closed();
        assertThat(handling).succeedsWithin(PATIENCE);
      }
      check();
    }

    private long publish(JvmServer server) {
      long id = history.invoke();
      server.publish(Long.toString(id), null, Long.toString(id));
      history.ok(id);
      return id;
    }

    private void trouble(JvmServer server, FaultProxy proxy) {
      switch (random.nextInt(10)) {
        case 0 -> {
          troubles.add("cut");
          proxy.cutAll();
        }
        case 1 -> {
          troubles.add("stall");
          proxy.freeze();
        }
        case 2 -> {
          troubles.add("restart");
          int port = server.restart();
          proxy.upstream(new InetSocketAddress("127.0.0.1", port));
          proxy.cutAll();
        }
        case 3, 4 -> proxy.thaw();
        case 5 -> LockSupport.parkNanos(1_000_000);
        default -> {}
      }
    }

    // Where the server forgets, only what is published from now on can be waited for.
    private void finish(JvmServer server, Subscription<?> events) {
      long last = publish(server);
      if (replays) {
        await(troubles.toString()).atMost(PATIENCE).until(() -> seen.contains(last));
        return;
      }
      await(troubles.toString())
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> seen.contains(publish(server)) || seen.stream().anyMatch(id -> id > last));
    }

    private void check() {
      List<Rule> rules = new ArrayList<>(List.of(Rule.PER_KEY_ORDER, Rule.NOTHING_AFTER_CLOSE));
      if (replays) {
        rules.add(Rule.AT_LEAST_ONCE);
        assertThat(resumes).allMatch(each -> each.gap() == Gap.NONE || each.position().isEmpty());
      } else {
        rules.add(Rule.AT_MOST_ONCE);
        rules.add(Rule.GAPS_REPORTED);
        assertThat(resumes.stream().skip(1)).allMatch(each -> each.gap() == Gap.POSSIBLE);
      }
      HistoryChecker.check(history, rules.toArray(new Rule[0])).assertClean();
    }
  }
}
