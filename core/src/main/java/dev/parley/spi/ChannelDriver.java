package dev.parley.spi;

import dev.parley.Features;
import dev.parley.ParleyException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One open endpoint on its native client. It has a part for each of its capabilities.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public interface ChannelDriver extends AutoCloseable {
  /** Returns what the endpoint promises. */
  Features features();

  /** Returns who makes lost connections anew. */
  default ReconnectOwner reconnect() {
    return ReconnectOwner.ENGINE;
  }

  /** Returns every layer below the engine that could send again, and what was done about it. */
  List<RetryLayer> retryLayers();

  /** Returns the part for calls. */
  default Optional<CallDriver> call() {
    return Optional.empty();
  }

  /** Returns the part for sends. */
  default Optional<SendDriver> send() {
    return Optional.empty();
  }

  /** Returns the part for streams and queues. */
  default Optional<SourceDriver> source() {
    return Optional.empty();
  }

  /** Returns the part for sessions. */
  default Optional<DuplexDriver> duplex() {
    return Optional.empty();
  }

  /**
   * Sets who is told when the endpoint as a whole stops being usable, and when it is again, as far
   * as the native client knows. Called once, before anything else; defaults to nobody.
   *
   * @param health takes the native failure, or null once it is usable; on any thread that may run
   *     the user's code
   */
  default void watch(Consumer<@Nullable Throwable> health) {}

  /** Returns the native client if it is of this type. */
  <N> Optional<N> unwrap(Class<N> nativeType);

  /**
   * States the facts of a native failure. Its effect is {@link dev.parley.Effect#NOT_PROCESSED}
   * only if the peer proved that it did not act; otherwise the engine decides between NOT_SENT and
   * POSSIBLE by whether the attempt had called {@link Attempt#sent()}.
   */
  ParleyException translate(Throwable nativeFailure);

  /** Releases what the driver made itself; not a native client that the user brought. */
  @Override
  void close();
}
