package dev.parley.testkit.fault;

/**
 * Which way bytes travel through a {@link FaultProxy}.
 *
 * @since 0.1
 */
public enum Direction {
  /** From the client, which connected to the proxy, to the upstream server: requests. */
  TO_SERVER,

  /** From the upstream server to the client: responses. */
  TO_CLIENT
}
