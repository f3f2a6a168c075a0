package dev.parley.spi;

import dev.parley.Payload;
import dev.parley.TypeRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One connection's life. A settlement belongs to the link that delivered. */
public interface Link {
  /** Returns what may be missing from the stream at this connect. */
  Continuity continuity();

  /**
   * Settles deliveries of this link, all in one way. With {@link
   * SourceDriver.Acknowledgement#PREFIX} an {@link Settlement.Ack} comes with the last delivery of
   * a contiguous prefix for each lane.
   *
   * @throws Exception the native failure, which ends this link
   */
  default void settle(Settlement settlement, List<Inbound> deliveries) throws Exception {}

  /** Decodes the payload of a message. Defaults to the codec for the type. */
  default <T> T decode(Inbound inbound, TypeRef<T> type, Codecs codecs) {
    Payload payload = inbound.payload();
    return codecs.decode(type, payload);
  }

  /**
   * Returns how long the peer keeps a delivery from others unless it is extended, or null if it
   * does so until the link ends. The engine renews this lease, at a third of it and with {@link
   * Settlement.Extend}, for each delivery that it holds. Defaults to null.
   */
  default @Nullable Duration lease() {
    return null;
  }

  /**
   * Returns for how long the credentials that it was made with are still good, or null if that is
   * not known or does not matter. The engine makes a stream's next connection before that, closes
   * this one when the next one stands, and hands out nothing twice: so its messages must have
   * positions, and it must deliver none before it was given credit. A stream without a position is
   * connected anew. Sessions and queues return null. Defaults to null.
   */
  default @Nullable Duration credentialsLeft() {
    return null;
  }

  /**
   * Asks the peer for a sign of life, because it was silent; an answer calls {@link Inlet#alive}.
   */
  default void ping() throws Exception {}

  /** Returns the native connection if it is of this type. */
  <N> Optional<N> unwrap(Class<N> nativeType);

  /** Says goodbye and releases it. May block for a moment. */
  void close();

  /** Releases it at once, from any thread. */
  void abort();
}
