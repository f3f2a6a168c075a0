package dev.parley;

/**
 * Hears everything and can alter nothing: metrics, traces and logs are observers.
 *
 * <p><b>Threads:</b> called by many at once, where the thing happens: keep it short, do not block.
 * What it throws is ignored.
 */
@FunctionalInterface
public interface Observer {
  /** Something happened; tell the kinds apart with {@code instanceof}. */
  void on(Signal signal);
}
