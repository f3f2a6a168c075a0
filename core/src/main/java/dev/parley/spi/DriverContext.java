package dev.parley.spi;

import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * What the engine lends to a driver.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public interface DriverContext {
  /** Returns the clocks and the timer. */
  Time time();

  /** Returns the codecs of this Parley. */
  Codecs codecs();

  /**
   * Returns where work that blocks is run: virtual threads where the JVM has them, else a bounded
   * pool of daemon threads.
   */
  Executor workers();

  /**
   * Returns a thread, not yet started, for a loop that blocks as long as a link lives: a virtual
   * one where the JVM has them, else a daemon.
   */
  Thread dedicated(String name, Runnable loop);

  /**
   * Returns the circuit breaker of a peer beside the channel's own, such as the one that gives
   * access tokens; empty without {@link Stages} that make one.
   */
  Optional<Breaker> breaker(Target target);

  /**
   * Returns what all channels of one Parley share under a key, made when it is first asked for and
   * closed with the Parley: a connection pool, a native client.
   */
  <T extends AutoCloseable> T shared(Class<T> key, java.util.function.Supplier<T> maker);
}
