package dev.parley;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a session is opened.
 *
 * <p>Defaults: connect within 30 s; no reconnect; a buffer of 256 messages and 8 MiB each way; a
 * peer silent for 40 s counts as gone.
 *
 * <p><b>Threads:</b> immutable; each wither returns a copy.
 */
public final class SessionOptions {
  /** The defaults. */
  public static final SessionOptions DEFAULT = new SessionOptions(new Values());

  private final Values values;

  private SessionOptions(Values values) {
    this.values = values;
  }

  /** Sets how long {@code open} may take. Defaults to 30 s. */
  public SessionOptions connectWithin(Duration connectWithin) {
    Duration checked = Durations.positive(connectWithin, "connectWithin");
    return with(values -> values.connectWithin = checked);
  }

  /** Returns how long {@code open} may take. */
  public Duration connectWithin() {
    return values.connectWithin;
  }

  /** Sets how many incoming messages may wait. Defaults to 256. */
  public SessionOptions buffer(int buffer) {
    int checked = Durations.atLeast(1, buffer, "buffer");
    return with(values -> values.buffer = checked);
  }

  /** Returns how many incoming messages may wait. */
  public int buffer() {
    return values.buffer;
  }

  /** Sets how many encoded incoming bytes may wait. Defaults to 8 MiB. */
  public SessionOptions bufferBytes(long bufferBytes) {
    long checked = bufferBytes;
    return with(values -> values.bufferBytes = checked);
  }

  /** Returns how many encoded incoming bytes may wait. */
  public long bufferBytes() {
    return values.bufferBytes;
  }

  /** Sets what happens when the incoming buffer is full. Defaults to {@link Overflow#BLOCK}. */
  public SessionOptions overflow(Overflow overflow) {
    Overflow checked = Objects.requireNonNull(overflow, "overflow");
    return with(values -> values.overflow = checked);
  }

  /** Returns what happens when the incoming buffer is full. */
  public Overflow overflow() {
    return values.overflow;
  }

  /** Sets how many messages wait while it reconnects. Defaults to 1000. */
  public SessionOptions outbox(int outbox) {
    int checked = Durations.atLeast(1, outbox, "outbox");
    return with(values -> values.outbox = checked);
  }

  /** Returns how many messages wait while it reconnects. */
  public int outbox() {
    return values.outbox;
  }

  /**
   * Sets how long the peer may be silent before its connection counts as dead. Defaults to 40 s.
   */
  public SessionOptions silence(Duration silence) {
    Duration checked = Durations.positive(silence, "silence");
    return with(values -> values.silence = checked);
  }

  /** Returns how long the peer may be silent. */
  public Duration silence() {
    return values.silence;
  }

  /** Reconnects after a loss, where the session would otherwise end. Defaults to no reconnect. */
  public SessionOptions reconnect(ReconnectPolicy reconnect) {
    ReconnectPolicy checked = Objects.requireNonNull(reconnect, "reconnect");
    return with(values -> values.reconnect = checked);
  }

  /** Returns how it reconnects, if it does. */
  public Optional<ReconnectPolicy> reconnect() {
    return Optional.ofNullable(values.reconnect);
  }

  /** Sets headers that go out with every connect. Defaults to none. */
  public SessionOptions headers(Headers headers) {
    Headers checked = Objects.requireNonNull(headers, "headers");
    return with(values -> values.headers = checked);
  }

  /** Returns the headers that go out with every connect. */
  public Headers headers() {
    return values.headers;
  }

  /**
   * Sets what is sent on every connect before anything else, such as a join. Defaults to nothing.
   */
  public SessionOptions greeting(List<Object> greeting) {
    List<Object> checked = List.copyOf(greeting);
    return with(values -> values.greeting = checked);
  }

  /** Returns what is sent on every connect before anything else. */
  public List<Object> greeting() {
    return values.greeting;
  }

  /** Registers a listener from the start, so that it misses nothing. Defaults to none. */
  public SessionOptions listener(StateListener listener) {
    StateListener checked = Objects.requireNonNull(listener, "listener");
    return with(values -> values.listener = checked);
  }

  /** Returns the listener, if one was set. */
  public Optional<StateListener> listener() {
    return Optional.ofNullable(values.listener);
  }

  private SessionOptions with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new SessionOptions(copy);
  }

  @Override
  public String toString() {
    return "SessionOptions["
        + "connectWithin="
        + values.connectWithin
        + ", buffer="
        + values.buffer
        + ", bufferBytes="
        + values.bufferBytes
        + ", overflow="
        + values.overflow
        + ", outbox="
        + values.outbox
        + ", silence="
        + values.silence
        + ", reconnect="
        + values.reconnect
        + ", headers="
        + values.headers
        + ", greeting="
        + values.greeting
        + ", listener="
        + values.listener
        + "]";
  }

  private static final class Values {
    Duration connectWithin = Duration.ofSeconds(30);
    int buffer = 256;
    long bufferBytes = 8L << 20;
    Overflow overflow = Overflow.BLOCK;
    int outbox = 1000;
    Duration silence = Duration.ofSeconds(40);
    @Nullable ReconnectPolicy reconnect;
    Headers headers = Headers.empty();
    List<Object> greeting = List.of();
    @Nullable StateListener listener;

    Values copy() {
      Values copy = new Values();
      copy.connectWithin = connectWithin;
      copy.buffer = buffer;
      copy.bufferBytes = bufferBytes;
      copy.overflow = overflow;
      copy.outbox = outbox;
      copy.silence = silence;
      copy.reconnect = reconnect;
      copy.headers = headers;
      copy.greeting = greeting;
      copy.listener = listener;
      return copy;
    }
  }
}
