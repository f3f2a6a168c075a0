package dev.parley;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How deliveries are consumed.
 *
 * <p>Defaults: the group of the channel's address; one handler at a time; 256 unsettled deliveries;
 * order by key; 5 attempts with a back-off from 1 s to 60 s that keeps the order; dead letters
 * where the peer has them; stalled after 5 min; the last 10 000 handled identities remembered.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class ConsumeOptions {
  /** The defaults. */
  public static final ConsumeOptions DEFAULT = new ConsumeOptions(new Values());

  private final Values values;

  private ConsumeOptions(Values values) {
    this.values = values;
  }

  /** Sets the group that shares the deliveries. Defaults to what the address says. */
  public ConsumeOptions group(String group) {
    String checked = Objects.requireNonNull(group, "group");
    return with(values -> values.group = checked);
  }

  /** Returns the group, if one was set. */
  public Optional<String> group() {
    return Optional.ofNullable(values.group);
  }

  /** Sets how many handlers may run at once. Defaults to 1. */
  public ConsumeOptions concurrency(int concurrency) {
    int checked = Durations.atLeast(1, concurrency, "concurrency");
    return with(values -> values.concurrency = checked);
  }

  /** Returns how many handlers may run at once. */
  public int concurrency() {
    return values.concurrency;
  }

  /** Sets how many deliveries may be unsettled at once. Defaults to 256. */
  public ConsumeOptions maxUnsettled(int maxUnsettled) {
    int checked = Durations.atLeast(1, maxUnsettled, "maxUnsettled");
    return with(values -> values.maxUnsettled = checked);
  }

  /** Returns how many deliveries may be unsettled at once. */
  public int maxUnsettled() {
    return values.maxUnsettled;
  }

  /** Sets which deliveries are handled in order. Defaults to those of one key. */
  public ConsumeOptions ordering(Ordering ordering) {
    Ordering checked = Objects.requireNonNull(ordering, "ordering");
    return with(values -> values.ordering = checked);
  }

  /** Returns which deliveries are handled in order. */
  public Ordering ordering() {
    return values.ordering;
  }

  /** Sets how often a delivery is handled before it is rejected. Defaults to 5. */
  public ConsumeOptions maxAttempts(int maxAttempts) {
    int checked = Durations.atLeast(1, maxAttempts, "maxAttempts");
    return with(values -> values.maxAttempts = checked);
  }

  /** Returns how often a delivery is handled before it is rejected. */
  public int maxAttempts() {
    return values.maxAttempts;
  }

  /** Sets where a delivery waits for its retry. Defaults to {@link RetryMode#BLOCKING_IN_ORDER}. */
  public ConsumeOptions retryMode(RetryMode retryMode) {
    RetryMode checked = Objects.requireNonNull(retryMode, "retryMode");
    return with(values -> values.retryMode = checked);
  }

  /** Returns where a delivery waits for its retry. */
  public RetryMode retryMode() {
    return values.retryMode;
  }

  /** Sets the base of the back-off between the attempts of a handler. Defaults to 1 s. */
  public ConsumeOptions retryBase(Duration retryBase) {
    Duration checked = Durations.positive(retryBase, "retryBase");
    return with(values -> values.retryBase = checked);
  }

  /** Returns the base of the back-off between the attempts of a handler. */
  public Duration retryBase() {
    return values.retryBase;
  }

  /** Sets the longest back-off between the attempts of a handler. Defaults to 60 s. */
  public ConsumeOptions retryCap(Duration retryCap) {
    Duration checked = Durations.positive(retryCap, "retryCap");
    return with(values -> values.retryCap = checked);
  }

  /** Returns the longest back-off between the attempts of a handler. */
  public Duration retryCap() {
    return values.retryCap;
  }

  /**
   * Sets the waits between the attempts of a handler one by one, in place of base and cap, and as
   * many attempts as these need. Each is up to a tenth longer at random; with {@link #maxAttempts}
   * set higher the last one repeats. A handler that fails with a peer's hint ({@link
   * ParleyException#retryAfter()}) waits that long if it is longer, but not longer than the longest
   * of these. Defaults to none.
   */
  public ConsumeOptions retrySchedule(Duration... waits) {
    List<Duration> checked = List.of(waits);
    checked.forEach(wait -> Durations.notNegative(wait, "a wait of retrySchedule"));
    return with(values -> {
      values.retrySchedule = checked;
      values.maxAttempts = checked.size() + 1;
    });
  }

  /** Returns the waits between the attempts of a handler; empty if base and cap make them. */
  public List<Duration> retrySchedule() {
    return values.retrySchedule;
  }

  /** Sets the age at which an unsettled delivery is reported as stalled. Defaults to 5 min. */
  public ConsumeOptions stallAfter(Duration stallAfter) {
    Duration checked = Durations.positive(stallAfter, "stallAfter");
    return with(values -> values.stallAfter = checked);
  }

  /** Returns the age at which an unsettled delivery is reported as stalled. */
  public Duration stallAfter() {
    return values.stallAfter;
  }

  /**
   * Sets how long a handler may take before its delivery's lease is not renewed any more, for peers
   * with leases: another consumer gets it then. Defaults to 1 h.
   */
  public ConsumeOptions maxProcessing(Duration maxProcessing) {
    Duration checked = Durations.positive(maxProcessing, "maxProcessing");
    return with(values -> values.maxProcessing = checked);
  }

  /** Returns how long leases are renewed. */
  public Duration maxProcessing() {
    return values.maxProcessing;
  }

  /** Sets where rejected deliveries go. Defaults to {@link DeadLetter#PEER}. */
  public ConsumeOptions deadLetter(DeadLetter deadLetter) {
    DeadLetter checked = Objects.requireNonNull(deadLetter, "deadLetter");
    return with(values -> values.deadLetter = checked);
  }

  /** Returns where rejected deliveries go. */
  public DeadLetter deadLetter() {
    return values.deadLetter;
  }

  /** Sets how many handled identities are remembered, to know redeliveries. Defaults to 10 000. */
  public ConsumeOptions remembered(int remembered) {
    int checked = Durations.atLeast(0, remembered, "remembered");
    return with(values -> values.remembered = checked);
  }

  /** Returns how many handled identities are remembered. */
  public int remembered() {
    return values.remembered;
  }

  /**
   * Sets how long the peer may be silent before its connection counts as dead. Defaults to 40 s.
   */
  public ConsumeOptions silence(Duration silence) {
    Duration checked = Durations.positive(silence, "silence");
    return with(values -> values.silence = checked);
  }

  /** Returns how long the peer may be silent. */
  public Duration silence() {
    return values.silence;
  }

  /** Sets where to start, for peers that can replay. Defaults to what the group has settled. */
  public ConsumeOptions from(Position from) {
    Position checked = Objects.requireNonNull(from, "from");
    return with(values -> values.from = checked);
  }

  /** Returns where to start, if that was set. */
  public Optional<Position> from() {
    return Optional.ofNullable(values.from);
  }

  /** Sets how a lost connection is made anew. Defaults to {@link ReconnectPolicy#DEFAULT}. */
  public ConsumeOptions reconnect(ReconnectPolicy reconnect) {
    ReconnectPolicy checked = Objects.requireNonNull(reconnect, "reconnect");
    return with(values -> values.reconnect = checked);
  }

  /** Returns how a lost connection is made anew. */
  public ReconnectPolicy reconnect() {
    return values.reconnect;
  }

  /** Registers a listener from the start, so that it misses nothing. Defaults to none. */
  public ConsumeOptions listener(StateListener listener) {
    StateListener checked = Objects.requireNonNull(listener, "listener");
    return with(values -> values.listener = checked);
  }

  /** Returns the listener, if one was set. */
  public Optional<StateListener> listener() {
    return Optional.ofNullable(values.listener);
  }

  /** Sets the features without which {@code consume} fails. Defaults to none. */
  public ConsumeOptions required(Set<Feature> required) {
    Set<Feature> checked = Set.copyOf(required);
    return with(values -> values.required = checked);
  }

  /** Returns the features without which {@code consume} fails. */
  public Set<Feature> required() {
    return values.required;
  }

  /** Fails {@code consume} at once where the endpoint lacks one of these features. */
  public ConsumeOptions require(Feature... features) {
    return required(Set.of(features));
  }

  private ConsumeOptions with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new ConsumeOptions(copy);
  }

  @Override
  public String toString() {
    return "ConsumeOptions["
        + "group="
        + values.group
        + ", concurrency="
        + values.concurrency
        + ", maxUnsettled="
        + values.maxUnsettled
        + ", ordering="
        + values.ordering
        + ", maxAttempts="
        + values.maxAttempts
        + ", retryMode="
        + values.retryMode
        + ", retryBase="
        + values.retryBase
        + ", retryCap="
        + values.retryCap
        + ", retrySchedule="
        + values.retrySchedule
        + ", stallAfter="
        + values.stallAfter
        + ", maxProcessing="
        + values.maxProcessing
        + ", deadLetter="
        + values.deadLetter
        + ", remembered="
        + values.remembered
        + ", silence="
        + values.silence
        + ", from="
        + values.from
        + ", reconnect="
        + values.reconnect
        + ", listener="
        + values.listener
        + ", required="
        + values.required
        + "]";
  }

  private static final class Values {
    @Nullable String group;
    int concurrency = 1;
    int maxUnsettled = 256;
    Ordering ordering = Ordering.BY_KEY;
    int maxAttempts = 5;
    RetryMode retryMode = RetryMode.BLOCKING_IN_ORDER;
    Duration retryBase = Duration.ofSeconds(1);
    Duration retryCap = Duration.ofSeconds(60);
    List<Duration> retrySchedule = List.of();
    Duration stallAfter = Duration.ofMinutes(5);
    Duration maxProcessing = Duration.ofHours(1);
    DeadLetter deadLetter = DeadLetter.PEER;
    int remembered = 10_000;
    Duration silence = Duration.ofSeconds(40);
    @Nullable Position from;
    ReconnectPolicy reconnect = ReconnectPolicy.DEFAULT;
    @Nullable StateListener listener;
    Set<Feature> required = Set.of();

    Values copy() {
      Values copy = new Values();
      copy.group = group;
      copy.concurrency = concurrency;
      copy.maxUnsettled = maxUnsettled;
      copy.ordering = ordering;
      copy.maxAttempts = maxAttempts;
      copy.retryMode = retryMode;
      copy.retryBase = retryBase;
      copy.retryCap = retryCap;
      copy.retrySchedule = retrySchedule;
      copy.stallAfter = stallAfter;
      copy.maxProcessing = maxProcessing;
      copy.deadLetter = deadLetter;
      copy.remembered = remembered;
      copy.silence = silence;
      copy.from = from;
      copy.reconnect = reconnect;
      copy.listener = listener;
      copy.required = required;
      return copy;
    }
  }
}
