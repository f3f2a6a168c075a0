package dev.parley.testkit.fault;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a proxy's {@linkplain FaultProxy#log log}.
 *
 * @param at when, counted from the start of the proxy
 * @param connection the number of the connection, from 1; 0 where the event is the proxy's own
 * @param type what happened
 * @param fault what caused it, if a fault did. For the end of a connection, the last fault that
 *     struck it
 * @param bytesToServer how many bytes the connection had forwarded to the server by then
 * @param bytesToClient how many bytes the connection had forwarded to the client by then
 * @since 0.1
 */
public record ProxyEvent(
    Duration at,
    int connection,
    Type type,
    @Nullable Fault fault,
    long bytesToServer,
    long bytesToClient) {

  /** What happened. */
  public enum Type {
    /** A connection was accepted, with this fault from the script or with {@link Fault#none}. */
    ACCEPTED,
    /** An existing connection, or one just accepted, was given an armed fault. */
    ARMED,
    /** A fault struck: its moment had come. Faults that only slow down do not report it. */
    STRUCK,
    /** The connection was frozen by {@link FaultProxy#freeze}. */
    FROZEN,
    /** The connection goes on after {@link FaultProxy#thaw} or {@link FaultProxy#clear}. */
    THAWED,

    /** End: both sides finished cleanly, the client first. */
    CLOSED_BY_CLIENT(true),
    /** End: both sides finished cleanly, the server first. */
    CLOSED_BY_SERVER(true),
    /** End: the proxy closed it cleanly, by a fault. */
    CLOSED_BY_PROXY(true),
    /** End: the client reset it, and the proxy passed the reset on. */
    RESET_BY_CLIENT(true),
    /** End: the server reset it, and the proxy passed the reset on. */
    RESET_BY_SERVER(true),
    /**
     * End: the proxy reset it, by a fault, {@link FaultProxy#cutAll} or {@link FaultProxy#close}.
     */
    RESET_BY_PROXY(true),
    /** End: the upstream server could not be reached, so the proxy reset the client. */
    UPSTREAM_UNREACHABLE(true),

    /** The proxy stopped listening: clients are refused. */
    REFUSING,
    /** The proxy listens again. */
    LISTENING,
    /** The operating system would not give the proxy another socket; it tries again. */
    ACCEPT_FAILED;

    private final boolean isEnd;

    Type() {
      this(false);
    }

    Type(boolean isEnd) {
      this.isEnd = isEnd;
    }

    /**
     * Returns whether this is how a connection ended: each accepted connection has one such event.
     */
    public boolean isEnd() {
      return isEnd;
    }
  }

  /**
   * Returns one line, such as {@code 1.204s #3 RESET_BY_PROXY resetAfter(TO_CLIENT, 0) 312 B up 0 B
   * down}.
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.3fs %s %s%s%s",
        at.toNanos() / 1e9,
        connection == 0 ? "proxy" : "#" + connection,
        type,
        fault == null ? "" : " " + fault,
        connection == 0 ? "" : " " + bytesToServer + " B up " + bytesToClient + " B down");
  }
}
