package dev.parley;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where rejected deliveries go: those that cannot be decoded, and those whose handler failed as
 * often as it may.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class DeadLetter {
  /** The peer keeps them; {@code consume} fails where it cannot. */
  public static final DeadLetter PEER = new DeadLetter(null, null);

  /** They are reported to the {@link Observer}, acknowledged and gone. */
  public static final DeadLetter LOG_AND_DROP = new DeadLetter(null, null);

  private final @Nullable SendChannel channel;
  private final @Nullable Topic<Payload> topic;

  private DeadLetter(@Nullable SendChannel channel, @Nullable Topic<Payload> topic) {
    this.channel = channel;
    this.topic = topic;
  }

  /**
   * They are sent, with their original bytes and headers and the reason in {@code
   * parley-dead-letter-*} headers, and acknowledged once that send is confirmed. While it fails,
   * they stay unsettled.
   */
  public static DeadLetter to(SendChannel channel, Topic<Payload> topic) {
    return new DeadLetter(
        Objects.requireNonNull(channel, "channel"), Objects.requireNonNull(topic, "topic"));
  }

  /** Returns the channel they are sent to, if they are. */
  public Optional<SendChannel> channel() {
    return Optional.ofNullable(channel);
  }

  /** Returns the topic they are sent to, if they are. */
  public Optional<Topic<Payload>> topic() {
    return Optional.ofNullable(topic);
  }

  @Override
  public String toString() {
    if (this == PEER) {
      return "PEER";
    }
    return this == LOG_AND_DROP ? "LOG_AND_DROP" : "to " + topic;
  }
}
