package dev.parley.spi;

import dev.parley.Context;
import dev.parley.Headers;
import dev.parley.Operation;
import dev.parley.SessionOptions;

/** The part of a driver for sessions. */
public interface DuplexDriver {
  /**
   * Connects a session; may block, and is interrupted when the session is closed meanwhile.
   *
   * @throws Exception the native failure
   */
  DuplexLink connect(SessionRequest request, Inlet inlet) throws Exception;

  /**
   * Checks a request without connecting.
   *
   * @throws dev.parley.ConfigurationException if it lacks a binding
   */
  default void check(Operation<?, ?> operation, SessionOptions options) {}

  /**
   * What a session shall connect to.
   *
   * @param operation what is asked for
   * @param options the options
   * @param headers the headers that go out with the connect
   * @param connection the number of the connect, 1 for the first
   * @param context the context of the caller
   */
  record SessionRequest(
      Operation<?, ?> operation,
      SessionOptions options,
      Headers headers,
      int connection,
      Context context) {}
}
