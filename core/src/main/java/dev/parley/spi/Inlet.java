package dev.parley.spi;

import dev.parley.Position;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link PushLink} or {@link DuplexLink} hands in what it hears. After {@link #lost} or
 * {@link #ended} everything from that link is ignored.
 *
 * <p><b>Threads:</b> safe for use by many threads; messages keep the order in which they are handed
 * in. It never blocks.
 */
public interface Inlet {
  /** A message came. */
  void deliver(Inbound inbound);

  /**
   * Several messages came, in this order: as many calls of {@link #deliver(Inbound)}, but cheaper.
   * The list is not kept.
   */
  default void deliver(List<Inbound> inbounds) {
    inbounds.forEach(this::deliver);
  }

  /** Anything else came that shows the peer is alive: a pong, a comment, a heartbeat. */
  void alive();

  /** The position moved without a message. */
  default void moved(Position position) {}

  /** The peer asks to wait this long before a re-dial; null takes the wish back. */
  default void reconnectHint(@Nullable Duration base) {}

  /** The peer can take more again; see {@link DuplexLink#offer}. */
  default void writable() {}

  /** The connection is lost. */
  void lost(Throwable cause);

  /** The stream has ended for good. */
  void ended();
}
