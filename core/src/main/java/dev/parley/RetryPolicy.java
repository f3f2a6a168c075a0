package dev.parley;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * When and how often a failed attempt is repeated.
 *
 * <p>Whether it may be repeated at all is not an option: that follows from the operation's {@link
 * Idempotency} and the failure's {@link Effect} and {@link Kind}. The wait before the n-th retry is
 * a random part of {@code min(cap, base * 2^(n-1))}. A peer's hint (Retry-After) is waited out in
 * full, plus a little jitter; one longer than {@link #maxHonouredHint()} ends the call at once.
 *
 * <p>Defaults: 3 attempts in all; base 50 ms, after throttling and failed name resolution 1 s; cap
 * 20 s; hints up to 60 s. These are the numbers of the AWS SDKs' retry mode 2.1.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class RetryPolicy {
  /** The defaults. */
  public static final RetryPolicy DEFAULT = new RetryPolicy(new Values());

  /** The policy that never repeats. */
  public static final RetryPolicy NEVER = DEFAULT.maxAttempts(1);

  private final Values values;

  private RetryPolicy(Values values) {
    this.values = values;
  }

  /** Sets the number of attempts, the first included. Defaults to 3; 1 to 10. */
  public RetryPolicy maxAttempts(int maxAttempts) {
    int checked = attemptCount(maxAttempts);
    return with(values -> values.maxAttempts = checked);
  }

  /** Returns the number of attempts, the first included. */
  public int maxAttempts() {
    return values.maxAttempts;
  }

  /** Sets the base of the wait. Defaults to 50 ms. */
  public RetryPolicy base(Duration base) {
    Duration checked = Durations.positive(base, "base");
    return with(values -> values.base = checked);
  }

  /** Returns the base of the wait. */
  public Duration base() {
    return values.base;
  }

  /** Sets the base of the wait after throttling or failed name resolution. Defaults to 1 s. */
  public RetryPolicy throttledBase(Duration throttledBase) {
    Duration checked = Durations.positive(throttledBase, "throttledBase");
    return with(values -> values.throttledBase = checked);
  }

  /** Returns the base of the wait after throttling or failed name resolution. */
  public Duration throttledBase() {
    return values.throttledBase;
  }

  /** Sets the longest wait. Defaults to 20 s. */
  public RetryPolicy cap(Duration cap) {
    Duration checked = Durations.positive(cap, "cap");
    return with(values -> values.cap = checked);
  }

  /** Returns the longest wait. */
  public Duration cap() {
    return values.cap;
  }

  /** Sets the longest hint of a peer that is waited out. Defaults to 60 s. */
  public RetryPolicy maxHonouredHint(Duration maxHonouredHint) {
    Duration checked = Durations.positive(maxHonouredHint, "maxHonouredHint");
    return with(values -> values.maxHonouredHint = checked);
  }

  /** Returns the longest hint of a peer that is waited out. */
  public Duration maxHonouredHint() {
    return values.maxHonouredHint;
  }

  private static int attemptCount(int maxAttempts) {
    if (maxAttempts < 1 || maxAttempts > 10) {
      throw new IllegalArgumentException("maxAttempts must be 1 to 10, but is " + maxAttempts);
    }
    return maxAttempts;
  }

  private RetryPolicy with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new RetryPolicy(copy);
  }

  @Override
  public String toString() {
    return "RetryPolicy["
        + "maxAttempts="
        + values.maxAttempts
        + ", base="
        + values.base
        + ", throttledBase="
        + values.throttledBase
        + ", cap="
        + values.cap
        + ", maxHonouredHint="
        + values.maxHonouredHint
        + "]";
  }

  private static final class Values {
    int maxAttempts = 3;
    Duration base = Duration.ofMillis(50);
    Duration throttledBase = Duration.ofSeconds(1);
    Duration cap = Duration.ofSeconds(20);
    Duration maxHonouredHint = Duration.ofSeconds(60);

    Values copy() {
      Values copy = new Values();
      copy.maxAttempts = maxAttempts;
      copy.base = base;
      copy.throttledBase = throttledBase;
      copy.cap = cap;
      copy.maxHonouredHint = maxHonouredHint;
      return copy;
    }
  }
}
