package dev.parley;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * A long-lived endpoint of a peer. Open it once, share it, close it at the end.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public interface Channel extends AutoCloseable {
  /** Returns the address it was opened with. */
  URI uri();

  /** Returns what this endpoint promises. */
  Features features();

  /** Returns where in its life it is. */
  State state();

  /** Registers a listener of state changes. */
  Registration onStateChange(StateListener listener);

  /**
   * Tells in words what is in force: options, native and emulated features, who owns reconnection,
   * and the retry ledger: every layer that may send again, and who counts it.
   */
  String explain();

  /** Returns the native client if it is of this type. What you do with it is yours: unportable. */
  <N> Optional<N> unwrap(Class<N> nativeType);

  /**
   * Closes gracefully within 30 s: takes nothing new, lets what runs finish, flushes, releases.
   * Closing again does nothing.
   */
  @Override
  void close();

  /** Closes gracefully within the given time, then aborts what is left. */
  void close(Duration limit);

  /** Closes at once: what runs fails, and unsettled deliveries go back to the peer. */
  void abort();
}
