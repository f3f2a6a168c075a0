package dev.parley;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends another attempt while the first is still out, and takes the first success.
 *
 * <p>Only for operations that are repeatable, and in place of retries. A failure sends the next
 * attempt at once. All attempts carry the same idempotency key, and those that lose are cancelled.
 * Hedges draw from their own budget of 5 % of the calls.
 *
 * <p>Defaults: 2 attempts in all, the second after the 95th percentile of recent latencies of the
 * target, or after 100 ms as long as there are fewer than 20.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class HedgePolicy {
  /** The defaults. */
  public static final HedgePolicy DEFAULT = new HedgePolicy(new Values());

  private final Values values;

  private HedgePolicy(Values values) {
    this.values = values;
  }

  /** Sets the number of attempts, the first included. Defaults to 2; 2 to 5. */
  public HedgePolicy maxAttempts(int maxAttempts) {
    int checked = attemptCount(maxAttempts);
    return with(values -> values.maxAttempts = checked);
  }

  /** Returns the number of attempts, the first included. */
  public int maxAttempts() {
    return values.maxAttempts;
  }

  /**
   * Sets a fixed delay before each further attempt, at least 1 ms. Defaults to the 95th percentile.
   */
  public HedgePolicy delay(Duration delay) {
    Duration checked = Durations.positive(delay, "delay");
    return with(values -> values.delay = checked);
  }

  /** Returns the fixed delay; empty for the 95th percentile. */
  public Optional<Duration> delay() {
    return Optional.ofNullable(values.delay);
  }

  private static int attemptCount(int maxAttempts) {
    if (maxAttempts < 2 || maxAttempts > 5) {
      throw new IllegalArgumentException("maxAttempts must be 2 to 5, but is " + maxAttempts);
    }
    return maxAttempts;
  }

  private HedgePolicy with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new HedgePolicy(copy);
  }

  @Override
  public String toString() {
    return "HedgePolicy[" + "maxAttempts=" + values.maxAttempts + ", delay=" + values.delay + "]";
  }

  private static final class Values {
    int maxAttempts = 2;
    @Nullable Duration delay;

    Values copy() {
      Values copy = new Values();
      copy.maxAttempts = maxAttempts;
      copy.delay = delay;
      return copy;
    }
  }
}
