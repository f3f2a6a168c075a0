package dev.parley;

/**
 * Hears of state changes and of reconnects.
 *
 * <p><b>Threads:</b> called one at a time and in order for one source, on a thread of the engine:
 * keep it short, do not block. What it throws is reported to the {@link Observer} and otherwise
 * ignored.
 */
@FunctionalInterface
public interface StateListener {
  /** The state changed. */
  void changed(StateChange change);

  /** A connection stands, and this is what may be missing; before its first message. */
  default void resumed(Resumed resumed) {}
}
