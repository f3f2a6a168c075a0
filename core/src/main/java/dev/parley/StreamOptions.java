package dev.parley;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a stream is subscribed to.
 *
 * <p>Defaults: from where the peer starts; a buffer of 256 messages and 8 MiB; {@link
 * Overflow#BLOCK}; handler concurrency 1 in order; {@link ReconnectPolicy#DEFAULT}; a peer silent
 * for 40 s counts as gone.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class StreamOptions {
  /** The defaults. */
  public static final StreamOptions DEFAULT = new StreamOptions(new Values());

  private final Values values;

  private StreamOptions(Values values) {
    this.values = values;
  }

  /** Sets where to start. Defaults to where the peer starts. */
  public StreamOptions from(Position from) {
    Position checked = Objects.requireNonNull(from, "from");
    return with(values -> values.from = checked);
  }

  /** Returns where to start, if that was set. */
  public Optional<Position> from() {
    return Optional.ofNullable(values.from);
  }

  /** Sets how many messages may wait. Defaults to 256. */
  public StreamOptions buffer(int buffer) {
    int checked = Durations.atLeast(1, buffer, "buffer");
    return with(values -> values.buffer = checked);
  }

  /** Returns how many messages may wait. */
  public int buffer() {
    return values.buffer;
  }

  /** Sets how many encoded bytes may wait. Defaults to 8 MiB. */
  public StreamOptions bufferBytes(long bufferBytes) {
    long checked = bytes(bufferBytes);
    return with(values -> values.bufferBytes = checked);
  }

  /** Returns how many encoded bytes may wait. */
  public long bufferBytes() {
    return values.bufferBytes;
  }

  /** Sets what happens when the buffer is full. Defaults to {@link Overflow#BLOCK}. */
  public StreamOptions overflow(Overflow overflow) {
    Overflow checked = Objects.requireNonNull(overflow, "overflow");
    return with(values -> values.overflow = checked);
  }

  /** Returns what happens when the buffer is full. */
  public Overflow overflow() {
    return values.overflow;
  }

  /** Sets how many handlers may run at once. Defaults to 1. */
  public StreamOptions concurrency(int concurrency) {
    int checked = Durations.atLeast(1, concurrency, "concurrency");
    return with(values -> values.concurrency = checked);
  }

  /** Returns how many handlers may run at once. */
  public int concurrency() {
    return values.concurrency;
  }

  /** Sets which messages are handled in order. Defaults to all; set less for concurrency. */
  public StreamOptions ordering(Ordering ordering) {
    Ordering checked = Objects.requireNonNull(ordering, "ordering");
    return with(values -> values.ordering = checked);
  }

  /** Returns which messages are handled in order. */
  public Ordering ordering() {
    return values.ordering;
  }

  /**
   * Sets how long the peer may be silent before its connection counts as dead. Defaults to 40 s.
   */
  public StreamOptions silence(Duration silence) {
    Duration checked = Durations.positive(silence, "silence");
    return with(values -> values.silence = checked);
  }

  /** Returns how long the peer may be silent. */
  public Duration silence() {
    return values.silence;
  }

  /** Sets how a lost connection is made anew. Defaults to {@link ReconnectPolicy#DEFAULT}. */
  public StreamOptions reconnect(ReconnectPolicy reconnect) {
    ReconnectPolicy checked = Objects.requireNonNull(reconnect, "reconnect");
    return with(values -> values.reconnect = checked);
  }

  /** Returns how a lost connection is made anew. */
  public ReconnectPolicy reconnect() {
    return values.reconnect;
  }

  /** Sets headers that go out with every connect. Defaults to none. */
  public StreamOptions headers(Headers headers) {
    Headers checked = Objects.requireNonNull(headers, "headers");
    return with(values -> values.headers = checked);
  }

  /** Returns the headers that go out with every connect. */
  public Headers headers() {
    return values.headers;
  }

  /** Registers a listener from the start, so that it misses nothing. Defaults to none. */
  public StreamOptions listener(StateListener listener) {
    StateListener checked = Objects.requireNonNull(listener, "listener");
    return with(values -> values.listener = checked);
  }

  /** Returns the listener, if one was set. */
  public Optional<StateListener> listener() {
    return Optional.ofNullable(values.listener);
  }

  /**
   * Sets what is run when a gap is possible, before the first message after it is released: read
   * the current state there. Defaults to nothing.
   */
  public StreamOptions reload(Consumer<Resumed> reload) {
    Consumer<Resumed> checked = Objects.requireNonNull(reload, "reload");
    return with(values -> values.reload = checked);
  }

  /** Returns what is run when a gap is possible. */
  public Optional<Consumer<Resumed>> reload() {
    return Optional.ofNullable(values.reload);
  }

  private static long bytes(long bufferBytes) {
    if (bufferBytes < 1) {
      throw new IllegalArgumentException("bufferBytes must be at least 1, but is " + bufferBytes);
    }
    return bufferBytes;
  }

  private StreamOptions with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new StreamOptions(copy);
  }

  @Override
  public String toString() {
    return "StreamOptions["
        + "from="
        + values.from
        + ", buffer="
        + values.buffer
        + ", bufferBytes="
        + values.bufferBytes
        + ", overflow="
        + values.overflow
        + ", concurrency="
        + values.concurrency
        + ", ordering="
        + values.ordering
        + ", silence="
        + values.silence
        + ", reconnect="
        + values.reconnect
        + ", headers="
        + values.headers
        + ", listener="
        + values.listener
        + ", reload="
        + values.reload
        + "]";
  }

  private static final class Values {
    @Nullable Position from;
    int buffer = 256;
    long bufferBytes = 8L << 20;
    Overflow overflow = Overflow.BLOCK;
    int concurrency = 1;
    Ordering ordering = Ordering.TOTAL;
    Duration silence = Duration.ofSeconds(40);
    ReconnectPolicy reconnect = ReconnectPolicy.DEFAULT;
    Headers headers = Headers.empty();
    @Nullable StateListener listener;
    @Nullable Consumer<Resumed> reload;

    Values copy() {
      Values copy = new Values();
      copy.from = from;
      copy.buffer = buffer;
      copy.bufferBytes = bufferBytes;
      copy.overflow = overflow;
      copy.concurrency = concurrency;
      copy.ordering = ordering;
      copy.silence = silence;
      copy.reconnect = reconnect;
      copy.headers = headers;
      copy.listener = listener;
      copy.reload = reload;
      return copy;
    }
  }
}
