package dev.parley;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How one call or send is made.
 *
 * <p>Defaults: deadline 30 s, attempt timeout 10 s, {@link RetryPolicy#DEFAULT}, no hedging, no
 * headers, an idempotency key only for operations that are {@link Idempotency#KEYED}.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class CallOptions {
  /** The defaults. */
  public static final CallOptions DEFAULT = new CallOptions(new Values());

  private final Values values;

  private CallOptions(Values values) {
    this.values = values;
  }

  /** Sets the limit of each attempt. Defaults to 10 s; the deadline shortens it. */
  public CallOptions attemptTimeout(Duration attemptTimeout) {
    Duration checked = Durations.positive(attemptTimeout, "attemptTimeout");
    return with(values -> values.attemptTimeout = checked);
  }

  /** Returns the limit of each attempt. */
  public Duration attemptTimeout() {
    return values.attemptTimeout;
  }

  /** Sets how failed attempts are repeated. Defaults to {@link RetryPolicy#DEFAULT}. */
  public CallOptions retry(RetryPolicy retry) {
    RetryPolicy checked = Objects.requireNonNull(retry, "retry");
    return with(values -> values.retry = checked);
  }

  /** Returns how failed attempts are repeated. */
  public RetryPolicy retry() {
    return values.retry;
  }

  /** Sends a second attempt while the first is out, in place of retries. Off by default. */
  public CallOptions hedge(HedgePolicy hedge) {
    HedgePolicy checked = Objects.requireNonNull(hedge, "hedge");
    return with(values -> values.hedge = checked);
  }

  /** Returns how attempts are hedged, if they are. */
  public Optional<HedgePolicy> hedge() {
    return Optional.ofNullable(values.hedge);
  }

  /** Sets headers that go out with every attempt. Defaults to none. */
  public CallOptions headers(Headers headers) {
    Headers checked = Objects.requireNonNull(headers, "headers");
    return with(values -> values.headers = checked);
  }

  /** Returns the headers that go out with every attempt. */
  public Headers headers() {
    return values.headers;
  }

  /**
   * Sets the idempotency key, to repeat an earlier call with. It makes nothing retryable that is
   * not declared {@link Idempotency#KEYED}. Defaults to a random UUID for keyed operations.
   */
  public CallOptions idempotencyKey(String idempotencyKey) {
    String checked = Keys.check(idempotencyKey);
    return with(values -> values.idempotencyKey = checked);
  }

  /** Returns the idempotency key that was set. */
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(values.idempotencyKey);
  }

  /** Sets the limit of the whole call with all its attempts and waits. Defaults to 30 s. */
  public CallOptions deadline(Duration deadline) {
    Duration checked = Durations.positive(deadline, "deadline");
    return with(values -> values.deadline = checked);
  }

  /** Removes the limit of the whole call; each attempt keeps its own. */
  public CallOptions noDeadline() {
    return with(values -> values.deadline = null);
  }

  /** Returns the limit of the whole call; empty if it has none. */
  public Optional<Duration> deadline() {
    return Optional.ofNullable(values.deadline);
  }

  /** Returns the limit of the whole call in nanoseconds; about 146 years if it has none. */
  public long deadlineNanos() {
    Duration deadline = values.deadline;
    return deadline == null ? Durations.FOREVER_NANOS : Durations.saturatedNanos(deadline);
  }

  /** Returns the limit of each attempt in nanoseconds. */
  public long attemptTimeoutNanos() {
    return Durations.saturatedNanos(values.attemptTimeout);
  }

  /** Returns the idempotency key that was set, or null. */
  public @Nullable String idempotencyKeyOrNull() {
    return values.idempotencyKey;
  }

  /** Returns how attempts are hedged, or null if they are not. */
  public @Nullable HedgePolicy hedgeOrNull() {
    return values.hedge;
  }

  /** Adds one header. */
  public CallOptions header(String name, String value) {
    return headers(values.headers.plus(name, value));
  }

  private CallOptions with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new CallOptions(copy);
  }

  @Override
  public String toString() {
    return "CallOptions["
        + "deadline="
        + values.deadline
        + ", attemptTimeout="
        + values.attemptTimeout
        + ", retry="
        + values.retry
        + ", hedge="
        + values.hedge
        + ", headers="
        + values.headers
        + ", idempotencyKey="
        + (values.idempotencyKey == null ? "none" : "set")
        + "]";
  }

  private static final class Values {
    @Nullable Duration deadline = Duration.ofSeconds(30);
    Duration attemptTimeout = Duration.ofSeconds(10);
    RetryPolicy retry = RetryPolicy.DEFAULT;
    @Nullable HedgePolicy hedge;
    Headers headers = Headers.empty();
    @Nullable String idempotencyKey;

    Values copy() {
      Values copy = new Values();
      copy.deadline = deadline;
      copy.attemptTimeout = attemptTimeout;
      copy.retry = retry;
      copy.hedge = hedge;
      copy.headers = headers;
      copy.idempotencyKey = idempotencyKey;
      return copy;
    }
  }
}
