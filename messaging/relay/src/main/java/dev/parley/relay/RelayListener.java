package dev.parley.relay;

import dev.parley.Message;
import dev.parley.ParleyException;

/**
 * Hears what happens to a relay.
 *
 * <p><b>Threads:</b> called on the thread that found out, perhaps several at once: keep it short.
 * What it throws is ignored.
 */
public interface RelayListener {
  /** The destination takes nothing now, whatever the message; the relay waits for it. */
  default void paused(ParleyException cause) {}

  /** The destination has taken a message again. */
  default void resumed() {}

  /**
   * A message was given up: the destination refuses it for good, or its mapping fails. A delivery
   * is in the dead letters of the source's options; an element of a stream is gone.
   */
  default void refused(Message<?> message, Throwable reason) {}

  /** A message was not forwarded, and is sent again after a while. */
  default void repeated(Message<?> message, RuntimeException cause) {}
}
