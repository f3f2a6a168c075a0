package dev.parley.samples.shop;

import static dev.parley.testkit.fault.Direction.TO_CLIENT;
import static dev.parley.testkit.fault.Direction.TO_SERVER;

import dev.parley.Parley;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.history.Nemesis;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Shows orders live to two who watch, and lets two customers chat, while connections are reset,
 * refused and cut: what does not arrive is told of.
 */
final class LiveScene implements Scene {
  private static final Duration SHORTEST = Duration.ofSeconds(2);
  private static final Duration LONGEST = Duration.ofSeconds(8);
  private static final Duration BEAT = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private LiveReport report = LiveReport.EMPTY;

  @Override
  public void play(long seed, int orders, Progress progress, CountDownLatch closing)
      throws Exception {
    Duration even = Duration.ofMillis(3).multipliedBy(orders);
    Duration time =
        even.compareTo(SHORTEST) < 0 ? SHORTEST : even.compareTo(LONGEST) > 0 ? LONGEST : even;
    LiveOrders log = new LiveOrders();
    try (LiveServer server = new LiveServer(log);
        FaultProxy network = FaultProxy.to(server.address(), seed);
        Parley parley = Parley.builder().build();
        Watcher keeper = new Watcher(parley, network.uri("http"), true);
        Watcher passerBy = new Watcher(parley, network.uri("http"), false);
        Chatter ann = new Chatter(parley, network.uri("ws"), Watcher.EAGER);
        Chatter bob = new Chatter(parley, network.uri("ws"), Watcher.EAGER)) {
      await(() -> passerBy.holes().connects() > 0 && keeper.holes().connects() > 0, closing);
      try (Nemesis nemesis = nemesis(seed, network)) {
        nemesis.start(Duration.ofMillis(150));
        long start = System.nanoTime();
        while (closing.getCount() > 0
            && (System.nanoTime() - start < time.toNanos()
                // A network in which nothing goes wrong would show nothing.
                || (isCalm(keeper, passerBy) && System.nanoTime() - start < PATIENCE.toNanos()))) {
          log.add();
          ann.talk();
          bob.talk();
          progress.update(line(start, keeper, passerBy, ann, bob));
          closing.await(BEAT.toNanos(), TimeUnit.NANOSECONDS);
        }
      }
      // What comes under a clear sky ends every hole.
      long before = log.count();
      CountDownLatch never = new CountDownLatch(1);
      await(
          () -> {
            log.add();
            ann.talk();
            bob.talk();
            return passerBy.holes().next() > before
                && ann.holes().next() > before
                && bob.holes().next() > before;
          },
          never);
      await(
          () ->
              keeper.holes().next() == log.count()
                  && passerBy.holes().next() == log.count()
                  && ann.holes().next() == bob.said()
                  && bob.holes().next() == ann.said(),
          never);
      report = report.plus(LiveReport.of(log.count(), keeper, passerBy, ann, bob));
    }
  }

  /** Returns what was seen in all plays. */
  LiveReport seen() {
    return report;
  }

  @Override
  public boolean isPassed() {
    return report.isPassed();
  }

  @Override
  public String report() {
    return report.render();
  }

  @Override
  public String verdict() {
    return report.verdict();
  }

  private static boolean isCalm(Watcher keeper, Watcher passerBy) {
    return keeper.holes().connects() < 2 || passerBy.holes().missing() == 0;
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

  private static String line(
      long start, Watcher keeper, Watcher passerBy, Chatter ann, Chatter bob) {
    return String.format(
        Locale.ROOT,
        "%5.1f s live: orders %d of a feed that replays, %d of one that does not; chat %d and %d",
        (System.nanoTime() - start) / 1e9,
        keeper.holes().seen(),
        passerBy.holes().seen(),
        ann.holes().seen(),
        bob.holes().seen());
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
    boolean holds() throws InterruptedException;
  }
}
