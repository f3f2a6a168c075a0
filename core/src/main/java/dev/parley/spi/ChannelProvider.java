package dev.parley.spi;

import dev.parley.Channel;
import java.util.Set;

/**
 * Opens endpoints of one or more URI schemes; found by {@link java.util.ServiceLoader} or given to
 * {@link dev.parley.Parley.Builder} or to one {@link dev.parley.Parley.Opening}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public interface ChannelProvider {
  /** Returns the schemes it opens, in lower case. */
  Set<String> schemes();

  /** Returns the capabilities that an endpoint of this scheme has. */
  Set<Class<? extends Channel>> capabilities(String scheme);

  /**
   * Opens an endpoint. It reads the parameters it knows from the spec; one that nobody read fails
   * the open. It need not connect yet.
   *
   * @throws dev.parley.ParleyException if it cannot be opened
   */
  ChannelDriver open(ChannelSpec spec, DriverContext context);
}
