package dev.parley;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a lost connection is made anew: full jitter, capped before the jitter, and counted from zero
 * only after the connection was stable.
 *
 * <p>The first re-dial waits a random part of {@code base}, the k-th after it a random part of
 * {@code min(cap, base * 2^k)} but at least {@code floor}. The count starts anew once a connection
 * was up for {@code stableAfter}. By default it never gives up; failures that no reconnect can mend
 * end the subscription at once.
 *
 * <p>Defaults: base 1 s, cap 30 s, floor 100 ms, stable after 60 s, suspended after 2 min, no limit
 * of attempts.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class ReconnectPolicy {
  /** The defaults. */
  public static final ReconnectPolicy DEFAULT = new ReconnectPolicy(new Values());

  private final Values values;

  private ReconnectPolicy(Values values) {
    this.values = values;
  }

  /** Sets the base of the wait. Defaults to 1 s. */
  public ReconnectPolicy base(Duration base) {
    Duration checked = Durations.positive(base, "base");
    return with(values -> values.base = checked);
  }

  /** Returns the base of the wait. */
  public Duration base() {
    return values.base;
  }

  /** Sets the longest wait. Defaults to 30 s. */
  public ReconnectPolicy cap(Duration cap) {
    Duration checked = Durations.positive(cap, "cap");
    return with(values -> values.cap = checked);
  }

  /** Returns the longest wait. */
  public Duration cap() {
    return values.cap;
  }

  /** Sets the shortest wait after the first re-dial. Defaults to 100 ms. */
  public ReconnectPolicy floor(Duration floor) {
    Duration checked = Durations.positive(floor, "floor");
    return with(values -> values.floor = checked);
  }

  /** Returns the shortest wait after the first re-dial. */
  public Duration floor() {
    return values.floor;
  }

  /** Sets how long a connection must be up to count as stable. Defaults to 60 s. */
  public ReconnectPolicy stableAfter(Duration stableAfter) {
    Duration checked = Durations.positive(stableAfter, "stableAfter");
    return with(values -> values.stableAfter = checked);
  }

  /** Returns how long a connection must be up to count as stable. */
  public Duration stableAfter() {
    return values.stableAfter;
  }

  /**
   * Sets after how long without a connection it counts as {@link State#SUSPENDED}; it goes on
   * dialling. Defaults to 2 min.
   */
  public ReconnectPolicy suspendedAfter(Duration suspendedAfter) {
    Duration checked = Durations.positive(suspendedAfter, "suspendedAfter");
    return with(values -> values.suspendedAfter = checked);
  }

  /** Returns after how long without a connection it counts as suspended. */
  public Duration suspendedAfter() {
    return values.suspendedAfter;
  }

  /**
   * Sets how many connects in a row may fail before the subscription does; with 0 the first loss
   * ends it, too. Defaults to no limit.
   */
  public ReconnectPolicy maxAttempts(int maxAttempts) {
    int checked = Durations.atLeast(0, maxAttempts, "maxAttempts");
    return with(values -> values.maxAttempts = checked);
  }

  /** Returns how many connects in a row may fail before the subscription does. */
  public int maxAttempts() {
    return values.maxAttempts;
  }

  private ReconnectPolicy with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new ReconnectPolicy(copy);
  }

  @Override
  public String toString() {
    return "ReconnectPolicy["
        + "base="
        + values.base
        + ", cap="
        + values.cap
        + ", floor="
        + values.floor
        + ", stableAfter="
        + values.stableAfter
        + ", suspendedAfter="
        + values.suspendedAfter
        + ", maxAttempts="
        + values.maxAttempts
        + "]";
  }

  private static final class Values {
    Duration base = Duration.ofSeconds(1);
    Duration cap = Duration.ofSeconds(30);
    Duration floor = Duration.ofMillis(100);
    Duration stableAfter = Duration.ofSeconds(60);
    Duration suspendedAfter = Duration.ofMinutes(2);
    int maxAttempts = Integer.MAX_VALUE;

    Values copy() {
      Values copy = new Values();
      copy.base = base;
      copy.cap = cap;
      copy.floor = floor;
      copy.stableAfter = stableAfter;
      copy.suspendedAfter = suspendedAfter;
      copy.maxAttempts = maxAttempts;
      return copy;
    }
  }
}
