package dev.parley.websocket;

import dev.parley.Payload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a feed tells where it is, and how it is asked to go on from there.
 *
 * <p><b>Threads:</b> called by many threads, one at a time for each subscription; must not block.
 */
public interface Replay {
  /** Returns the position behind a message, such as its sequence number; empty if it has none. */
  Optional<String> position(Payload message);

  /**
   * Returns the first message of each connect, which says what is wanted.
   *
   * @param request the request of the stream, or null if it has none
   * @param position behind what it goes on; empty for where the server begins
   */
  Object subscribe(@Nullable Object request, Optional<String> position);
}
