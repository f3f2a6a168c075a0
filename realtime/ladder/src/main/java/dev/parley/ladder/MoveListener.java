package dev.parley.ladder;

/**
 * Hears when a stream comes to stand on another rung, before its subscriber hears of the connection
 * with its gap.
 *
 * <p><b>Threads:</b> called on the thread that connects: keep it short, do not block.
 */
@FunctionalInterface
public interface MoveListener {
  /** The stream has moved. */
  void moved(Move move);
}
