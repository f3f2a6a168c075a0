package dev.parley.ladder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Http;
import dev.parley.ladder.OrderServer.Way;
import dev.parley.ladder.RealLadderTest.Order;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.history.History;
import dev.parley.testkit.history.HistoryChecker;
import dev.parley.testkit.history.Rule;
import dev.parley.testkit.history.Witness;
import dev.parley.websocket.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Real transports, each through a fault proxy of its own, that are cut, frozen, blocked and not
 * offered at random. {@code -Dparley.ladder.seed=N} begins with the seed N.
 */
@Tag("slow")
@Timeout(300)
class ChaosTest {
  private static final int SEEDS = 20;
  private static final int AT_ONCE = 4; // most of it is waiting
  private static final int ORDERS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Operation<Void, Order> LIVE =
      Operation.of("orders.live", Void.class, Order.class)
          .bind(Http.get("/orders"))
          .bind(WebSocket.at("/orders"));

  /** How often a ladder came to stand on a rung, over all seeds. */
  private final ConcurrentMap<String, Integer> stands = new ConcurrentHashMap<>();

  @Test
  void losesNothing_whereTheServerReplays_andComesUpAgain() throws Exception {
    runAll(true);

    assertThat(stands)
        .as("the rungs that were stood on")
        .containsOnlyKeys("ws", "sse+http", "longpoll+http", "poll+http");
  }

  @Test
  void CON_1_tellsOfEachGap_whereTheServerForgets() throws Exception {
    runAll(false);

    assertThat(stands).as("the rungs that were stood on").containsOnlyKeys("ws", "sse+http");
  }

  private void runAll(boolean replays) throws Exception {
    long first = Long.getLong("parley.ladder.seed", System.nanoTime());
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Callable<Void>> runs = new ArrayList<>();
      for (long seed = first; seed < first + SEEDS; seed++) {
        long one = seed;
        runs.add(() -> {
          try (Run run = new Run(replays, one)) {
            run.go();
          }
          return null;
        });
      }
      for (Future<Void> each : threads.invokeAll(runs)) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private final class Run implements StateListener, AutoCloseable {
    private final boolean replays;
    private final Random random;
    private final History history;
    private final Witness witness;
    private final OrderServer server;
    private final List<FaultProxy> proxies = new ArrayList<>();
    private final Parley parley = Parley.create();
    private final Set<Long> seen = ConcurrentHashMap.newKeySet();
    private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
    private final AtomicReference<ParleyException> failure = new AtomicReference<>();
    private final int first; // the rung that is stood on first, so that each has its turn

    Run(boolean replays, long seed) {
      this.replays = replays;
      this.random = new Random(seed);
      this.history = History.of("-Dparley.ladder.seed=" + seed);
      this.witness = history.witness("subscriber");
      this.server = new OrderServer(!replays);
      this.first = (int) Math.floorMod(seed, replays ? 4L : 2L);
      server.offer(Way.values()[first]);
    }

    void go() {
      Subscription<Message<Order>> orders = subscribe();
      var handling =
          orders.start(order -> {
            witness.saw(order.body().id());
            seen.add((long) order.body().id());
          });
      awaitStanding(orders, first);
      await().atMost(PATIENCE).until(() -> first > 0 || server.sockets() > 0);
      server.offer(Way.values());
      for (int i = 0; i < ORDERS; i++) {
        publish();
        strike(proxies.get(random.nextInt(proxies.size())));
        LockSupport.parkNanos(random.nextInt(30_000_000)); // for it to move
      }
      server.offer(Way.values());
      proxies.forEach(Run::heal);
      long last = publish();
      await(history.toString())
          .atMost(PATIENCE)
          .until(() -> {
            assertThat(failure.get()).as(history.toString()).isNull();
            return seen.stream().anyMatch(id -> id >= last) || (!replays && publish() < 0);
          });
      awaitStanding(orders, 0); // it is up again
      orders.close();
      witness.closed();
      assertThat(handling).succeedsWithin(PATIENCE);
      assertThat(orders.state()).isEqualTo(State.CLOSED);
      check();
    }

    private void awaitStanding(Subscription<?> orders, int rung) {
      await(history + " stands on rung " + rung)
          .atMost(PATIENCE)
          .until(() ->
              orders
                  .unwrap(StreamChannel.class)
                  .filter(on -> on.uri().getPort() == proxies.get(rung).port())
                  .isPresent());
    }

    private Subscription<Message<Order>> subscribe() {
      String declared = replays ? "?replays=true" : "";
      LadderChannel.Builder builder =
          LadderChannel.builder()
              .rung("ws://" + proxy() + declared)
              .rung("sse+http://" + proxy() + declared)
              .patience(Duration.ofMillis(500))
              .retry(Duration.ofMillis(50), Duration.ofMillis(100))
              .listener(move -> stands.merge(move.to().getScheme(), 1, Integer::sum));
      if (replays) {
        builder
            .rung("longpoll+http://" + proxy())
            .rung("poll+http://" + proxy() + "?interval=10ms&maxInterval=20ms");
      }
      return builder.open(parley).stream(
          replays ? RealLadderTest.ORDERS : LIVE,
          null,
          StreamOptions.DEFAULT
              .silence(Duration.ofMillis(400))
              .reconnect(
                  ReconnectPolicy.DEFAULT
                      .base(Duration.ofMillis(10))
                      .cap(Duration.ofMillis(50))
                      .floor(Duration.ofMillis(1)))
              .listener(this));
    }

    private String proxy() {
      FaultProxy proxy = FaultProxy.to(server.port());
      proxies.add(proxy);
      return "127.0.0.1:" + proxy.port();
    }

    private long publish() {
      long id = history.invoke();
      server.publish();
      history.ok(id);
      return id;
    }

    private void strike(FaultProxy rung) {
      switch (random.nextInt(12)) {
        case 0 -> rung.cutAll();
        case 1 -> rung.freeze();
        case 2, 3 -> {
          rung.refuse();
          rung.cutAll();
        }
        case 4, 5, 6 -> heal(rung);
        case 7 -> { // the lowest rung stays: a ladder that is refused everywhere fails
          Way[] ways = Way.values();
          server.offer(ways[random.nextInt(proxies.size())], ways[proxies.size() - 1]);
        }
        case 8 -> server.offer(Way.values());
        default -> {}
      }
    }

    private static void heal(FaultProxy rung) {
      rung.reopen();
      rung.thaw();
    }

    private void check() {
      if (replays) {
        HistoryChecker.check(
                history, Rule.AT_LEAST_ONCE, Rule.PER_KEY_ORDER, Rule.NOTHING_AFTER_CLOSE)
            .assertClean();
      } else {
        HistoryChecker.check(
                history,
                Rule.AT_MOST_ONCE,
                Rule.GAPS_REPORTED,
                Rule.PER_KEY_ORDER,
                Rule.NOTHING_AFTER_CLOSE)
            .assertClean();
        assertThat(resumes.stream().skip(1))
            .as(history.toString())
            .noneMatch(each -> each.gap() == Gap.NONE);
      }
    }

    @Override
    public void changed(StateChange change) {
      if (change.to() == State.FAILED) {
        failure.set(change.failure());
      }
    }

    @Override
    public void resumed(Resumed resumed) {
      witness.resumed(resumed);
      resumes.add(resumed);
    }

    @Override
    public void close() {
      parley.close(Duration.ofSeconds(2));
      proxies.forEach(FaultProxy::close);
      server.close();
    }
  }
}
