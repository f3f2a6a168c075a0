package dev.parley.spi;

import dev.parley.Position;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection's life of a {@link PollSource}.
 *
 * <p><b>Threads:</b> all methods but {@link #wakeup} and {@link #abort} are called from one thread.
 */
public interface PollLink extends Link {
  /**
   * Waits for messages, at most this long, and takes at most this many. It is called with a maximum
   * of 0 while the subscription's buffer is full, so that the link can keep itself alive.
   *
   * @throws EndOfStream when nothing follows
   * @throws Exception the native failure, which ends this link
   */
  List<Inbound> poll(int max, Duration wait) throws Exception;

  /**
   * Returns where to resume from behind what was polled, if that moves without messages too: asked
   * after each poll. Defaults to null, for what the messages themselves say.
   */
  default @Nullable Position position() {
    return null;
  }

  /**
   * Sets whom to tell of lanes that the peer takes away while the link lives, before the first
   * poll. Defaults to nobody, for peers that take none.
   */
  default void handover(Handover handover) {}

  /** Makes a running {@link #poll} return soon: there are settlements to make. From any thread. */
  default void wakeup() {}
}
