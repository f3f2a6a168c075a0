package dev.parley.samples.shop;

import static dev.parley.testkit.fault.Direction.TO_CLIENT;
import static dev.parley.testkit.fault.Direction.TO_SERVER;

import dev.parley.Parley;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.history.Nemesis;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Shows products over GraphQL whose prices change, while connections are reset, refused and cut:
 * what is shown in the end is what the shop asks for.
 */
final class StorefrontScene implements Scene {
  private static final Duration SHORTEST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofSeconds(6);
  private static final Duration BEAT = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Seen seen = Seen.NOTHING;

  /** What was seen in all plays. */
  record Seen(
      long plays,
      long queries,
      long changes,
      long shown,
      long missed,
      long untold,
      long repeated,
      long connects,
      long stale) {
    static final Seen NOTHING = new Seen(0, 0, 0, 0, 0, 0, 0, 0, 0);

    Seen plus(Seen other) {
      return new Seen(
          plays + other.plays,
          queries + other.queries,
          changes + other.changes,
          shown + other.shown,
          missed + other.missed,
          untold + other.untold,
          repeated + other.repeated,
          connects + other.connects,
          stale + other.stale);
    }

    static Seen of(PriceBoard board, Storefront storefront) {
      Holes holes = storefront.holes();
      holes.end(board.changes());
      Map<String, PriceBoard.Change> shown = storefront.prices();
      long stale =
          board.prices().entrySet().stream()
              .filter(each -> !each.getValue().equals(shown.get(each.getKey())))
              .count();
      return new Seen(
          1,
          storefront.queries(),
          board.changes(),
          holes.seen(),
          holes.missing(),
          Math.max(0, holes.holes() - holes.told()),
          holes.repeated(),
          holes.connects(),
          stale);
    }
  }

  @Override
  public void play(long seed, int orders, Progress progress, CountDownLatch closing)
      throws Exception {
    Duration even = Duration.ofMillis(2).multipliedBy(orders);
    Duration time =
        even.compareTo(SHORTEST) < 0 ? SHORTEST : even.compareTo(LONGEST) > 0 ? LONGEST : even;
    PriceBoard board = new PriceBoard();
    try (StorefrontServer server = new StorefrontServer(board);
        FaultProxy network = FaultProxy.to(server.address(), seed);
        Parley parley = Parley.create();
        Storefront storefront = new Storefront(parley, network.uri("http"))) {
      storefront.look();
      await(() -> storefront.holes().connects() > 0, closing);
      try (Nemesis nemesis = nemesis(seed, network)) {
        nemesis.start(Duration.ofMillis(150));
        long start = System.nanoTime();
        while (closing.getCount() > 0
            && (System.nanoTime() - start < time.toNanos()
                // A network in which nothing goes wrong would show nothing.
                || (isCalm(storefront) && System.nanoTime() - start < PATIENCE.toNanos()))) {
          board.change();
          progress.update(line(start, storefront));
          closing.await(BEAT.toNanos(), TimeUnit.NANOSECONDS);
        }
      }
      // What comes under a clear sky ends every hole.
      long before = board.changes();
      CountDownLatch never = new CountDownLatch(1);
      await(
          () -> {
            board.change();
            return storefront.holes().next() > before;
          },
          never);
      await(() -> storefront.holes().next() == board.changes(), never);
      seen = seen.plus(Seen.of(board, storefront));
    }
  }

  private static boolean isCalm(Storefront storefront) {
    return storefront.holes().connects() < 2 || storefront.holes().missing() == 0;
  }

  private static Nemesis nemesis(long seed, FaultProxy network) {
    return Nemesis.seeded(seed)
        .faults(
            Fault.resetAfter(TO_CLIENT, 0),
            Fault.resetAfter(TO_SERVER, 0),
            Fault.truncateAfter(100),
            Fault.refuse(Duration.ofMillis(200)))
        .over(network);
  }

  private static String line(long start, Storefront storefront) {
    return String.format(
        Locale.ROOT,
        "%5.1f s storefront: %d prices changed, asked %d times for all",
        (System.nanoTime() - start) / 1e9,
        storefront.holes().seen(),
        storefront.queries());
  }

  /** Returns what was seen in all plays. */
  Seen seen() {
    return seen;
  }

  @Override
  public boolean isPassed() {
    return seen.plays > 0 && seen.stale == 0 && seen.untold == 0 && seen.repeated == 0;
  }

  @Override
  public String report() {
    return String.format(
        Locale.ROOT,
        "%-20s%10s%10s%10s%10s%10s%n%s%n%-20s%,10d%,10d%,10d%,10d%,10d%n%n%s",
        "storefront",
        "changes",
        "shown",
        "missed",
        "queries",
        "connects",
        "-".repeat(70),
        "GraphQL over SSE",
        seen.changes,
        seen.shown,
        seen.missed,
        seen.queries,
        seen.connects,
        verdict());
  }

  @Override
  public String verdict() {
    return isPassed()
        ? "storefront: every price is the shop's, although changes were missed and asked for again."
        : String.format(
            Locale.ROOT,
            "storefront: %d prices are stale, %d gaps were not told of, %d changes came twice.",
            seen.stale,
            seen.untold,
            seen.repeated);
  }

  private static void await(Condition condition, CountDownLatch closing)
      throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.holds() && System.nanoTime() - start < PATIENCE.toNanos()) {
      if (closing.await(20, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  /** Something that will hold. */
  private interface Condition {
    boolean holds();
  }
}
