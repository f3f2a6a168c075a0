package dev.parley.testkit.conformance;

import dev.parley.spi.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;

/** Counts what a closed Parley must not leave behind: threads, timers, connections. */
final class Census {
  private final Harness harness;
  private final Set<Thread> before;

  Census(Harness harness) {
    this.harness = harness;
    this.before = Thread.getAllStackTraces().keySet();
  }

  /** Fails unless everything that came since is gone, or goes soon. */
  void assertNothingLeft(Time time) {
    long end = System.nanoTime() + Patience.limit().toNanos();
    while (!leftovers(time).isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    Assertions.assertThat(leftovers(time)).as("left behind after closing").isEmpty();
  }

  private List<String> leftovers(Time time) {
    List<String> leftovers = new ArrayList<>();
    newThreads().forEach(thread -> leftovers.add("thread " + thread));
    if (time.scheduled() > 0) {
      leftovers.add(time.scheduled() + " timers");
    }
    if (harness.connections().orElse(0) > 0) {
      leftovers.add(harness.connections().getAsInt() + " connections");
    }
    return leftovers;
  }

  private Set<String> newThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread))
        .filter(Thread::isAlive)
        .filter(thread -> !isOfTheJvm(thread))
        .filter(thread -> !harness.isOwnThread(thread))
        .map(Thread::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean isOfTheJvm(Thread thread) {
    String name = thread.getName();
    ThreadGroup group = thread.getThreadGroup();
    return (group != null && group.getName().equals("system"))
        || name.equals("parley-timer") // that of the suite's own time
        || name.startsWith("ForkJoinPool")
        || name.startsWith("CompletableFutureDelayScheduler")
        || name.startsWith("VirtualThread-unparker")
        || name.startsWith("Attach Listener")
        || name.startsWith("junit-")
        || name.startsWith("surefire-");
  }
}
