package dev.parley.engine;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** What a test waits for comes at once, except on a machine that stands still for seconds. */
public final class Patience {
  private static final Duration LIMIT = Duration.ofSeconds(50); // a test has 60

  private Patience() {}

  public static ConditionFactory await() {
    return Awaitility.await().atMost(LIMIT);
  }

  public static ConditionFactory await(String alias) {
    return Awaitility.await(alias).atMost(LIMIT);
  }

  /** Waits until no timer is left: a thread that an abort has woken cancels its own. */
  static void awaitNoTimer(ManualTime time) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> time.scheduled() == 0);
  }
}
