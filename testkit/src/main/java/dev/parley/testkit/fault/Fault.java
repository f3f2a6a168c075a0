package dev.parley.testkit.fault;

import java.time.Duration;
import java.util.Objects;

/**
 * One thing that can go wrong with a TCP connection, to be given to a {@link FaultProxy}.
 *
 * <p>A fault is a plain description and does nothing until it meets a connection: in a {@link
 * Script} it meets new ones, from their first byte; {@linkplain FaultProxy#arm armed} it meets
 * those that exist, and its counts start at that moment.
 *
 * <p>Where a fault counts bytes, exactly that many pass in its direction, and it strikes as soon as
 * the last of them has been forwarded. With 0 it strikes when the first byte arrives, which is not
 * let through. So {@code resetAfter(TO_CLIENT, 0)} is "the server has worked on the whole request
 * and begins to answer, and the client will never know", whatever the size of the request.
 *
 * <p><b>Threads:</b> immutable. Two faults are equal when they do the same; {@link #toString} is
 * the call that makes the fault.
 *
 * @since 0.1
 */
public final class Fault {
  private static final Fault NONE = new Fault("none()", 0, (connection, self) -> {});

  private final String text;
  private final long refusalNanos; // 0: not a refusal; Loop.NEVER: until reopened
  private final Action action;

  private Fault(String text, long refusalNanos, Action action) {
    this.text = text;
    this.refusalNanos = refusalNanos;
    this.action = action;
  }

  private Fault(String text, Action action) {
    this(text, 0, action);
  }

  /** No fault at all: the connection is forwarded faithfully. Fills the gaps in a script. */
  public static Fault none() {
    return NONE;
  }

  /**
   * Refuses new connections until {@link FaultProxy#reopen} or {@link FaultProxy#clear}: the client
   * sees {@code ECONNREFUSED}, in Java a {@link java.net.ConnectException}.
   *
   * <p>The refusal is real: the proxy stops listening. It keeps the port by binding a socket that
   * does not listen, so that nothing else on the machine can be given it, and it listens again on
   * that same port later. Connections that exist are left alone.
   *
   * <p>A refused connection never reaches the proxy: it is neither numbered nor counted. In a
   * script one turn of this fault is therefore one outage, however many connections it refuses. It
   * begins when the connection before it has been accepted, or at once if it comes first; a client
   * that connects within the same instant may still see its connection accepted and then reset.
   *
   * <p>It cannot be {@linkplain #and combined} with other faults.
   */
  public static Fault refuse() {
    return new Fault("refuse()", Loop.NEVER, (connection, self) -> {});
  }

  /**
   * Refuses new connections for some time, then listens again on the same port. Otherwise as {@link
   * #refuse()}.
   *
   * @param outage how long; must be positive
   */
  public static Fault refuse(Duration outage) {
    return new Fault(
        "refuse(" + outage + ")", positive("outage", outage), (connection, self) -> {});
  }

  /** Resets the connection at once (RST on both sides): when it is accepted, or when armed. */
  public static Fault reset() {
    return new Fault(
        "reset()",
        (connection, self) -> {
          connection.fired(self);
          connection.reset();
        });
  }

  /**
   * Resets the connection (RST on both sides) after some bytes.
   *
   * <p>{@code resetAfter(TO_CLIENT, n)} cuts after n bytes of the response; {@code
   * resetAfter(TO_SERVER, n)} after n bytes of the request. The peer reads what it was sent and
   * then gets {@link java.net.SocketException} "Connection reset"; where the operating system
   * discards unread data on a reset (Linux does not), it may get less.
   *
   * @param bytes how many pass in that direction before the reset; 0 or more
   */
  public static Fault resetAfter(Direction direction, long bytes) {
    return limit("resetAfter", direction, bytes, Connection::reset);
  }

  /**
   * Ends the response early and cleanly: the client gets some bytes and then FIN, which reads as
   * end of stream. The upstream connection is closed at the same moment, so the server fails to
   * write the rest. What the client still sends is read and thrown away until it closes too.
   *
   * @param bytes how many bytes of the response the client gets; 0 or more
   */
  public static Fault truncateAfter(long bytes) {
    notNegative("bytes", bytes);
    return new Fault(
        "truncateAfter(" + bytes + ")", limit(Direction.TO_CLIENT, bytes, Connection::finish));
  }

  /**
   * Swallows everything, both ways, after some bytes: writes of either peer go on to succeed and
   * arrive nowhere. Neither FIN nor RST is passed on. The proxy keeps the connection until both
   * peers have closed their side, or until it is cut or closed; {@link FaultProxy#clear} does not
   * revive it, because bytes are missing.
   *
   * <p>{@code blackholeAfter(TO_SERVER, 0)}: the request never arrives. {@code
   * blackholeAfter(TO_CLIENT, 0)}: it does, and the answer gets lost. To have writes stall instead
   * of vanish, see {@link #halfOpen}.
   *
   * @param bytes how many pass in that direction first; 0 or more
   */
  public static Fault blackholeAfter(Direction direction, long bytes) {
    return limit("blackholeAfter", direction, bytes, Connection::swallow);
  }

  /**
   * Freezes the connection: from now on nothing is read from either side and nothing is forwarded.
   * No FIN or RST passes; a peer that writes will stall when the buffers of the operating system
   * are full. {@link FaultProxy#thaw} and {@link FaultProxy#clear} let it go on where it stopped,
   * with nothing lost: what a client sent before it gave up arrives late.
   */
  public static Fault halfOpen() {
    return new Fault(
        "halfOpen()",
        (connection, self) -> {
          connection.fired(self);
          connection.freeze();
        });
  }

  /**
   * Accepts the connection and closes it cleanly (FIN) at once; the upstream server never hears of
   * it. What the client sends is read and thrown away until it closes too, so that it sees end of
   * stream and not a reset. Armed, it closes existing connections the same way.
   */
  public static Fault closeAfterAccept() {
    return new Fault(
        "closeAfterAccept()",
        (connection, self) -> {
          connection.fired(self);
          connection.finish();
        });
  }

  /**
   * Takes the whole link down some time after the connection was accepted (or the fault armed):
   * every connection of the proxy is reset and new ones are {@linkplain #refuse(Duration) refused}
   * for a while. {@code Script.always(flap(…))} is a link that never stays up.
   *
   * @param up how long the connection works; must be positive
   * @param down how long connections are refused then; must be positive
   */
  public static Fault flap(Duration up, Duration down) {
    long upNanos = positive("up", up);
    long downNanos = positive("down", down);
    return new Fault(
        "flap(" + up + ", " + down + ")",
        (connection, self) ->
            connection.after(
                upNanos,
                () -> {
                  connection.fired(self);
                  connection.takeLinkDown(downNanos);
                }));
  }

  /** Limits the speed in both directions, each by itself. */
  public static Fault slow(long bytesPerSecond) {
    return slow(bytesPerSecond, Direction.values());
  }

  /**
   * Limits the speed in one direction. Bytes go out in portions of 20 ms' worth, at least 1 byte;
   * the writer feels it as soon as 64 KiB wait in the proxy and the operating system's buffers are
   * full.
   *
   * @param bytesPerSecond 1 or more
   */
  public static Fault slow(Direction direction, long bytesPerSecond) {
    return slow(bytesPerSecond, direction);
  }

  /** Cuts the stream into small pieces in both directions. */
  public static Fault slice(int chunkSize, Duration delay) {
    return slice(chunkSize, delay, Direction.values());
  }

  /**
   * Cuts the stream into small pieces: a reader gets at most {@code chunkSize} bytes, then nothing
   * for {@code delay}, and so on. Finds parsers that expect a whole frame in one read.
   *
   * @param chunkSize bytes in a piece; 1 or more
   * @param delay the pause after each piece; zero writes the pieces one by one without waiting
   */
  public static Fault slice(Direction direction, int chunkSize, Duration delay) {
    return slice(chunkSize, delay, direction);
  }

  /** Adds latency in both directions: a round trip gets twice the delay. */
  public static Fault delay(Duration base, Duration jitter) {
    return delay(base, jitter, Direction.values());
  }

  /**
   * Adds latency in one direction. What arrives in the proxy goes on after {@code base} and a
   * random part of {@code jitter}, drawn with the proxy's seed, in the order in which it came. At
   * most 64 KiB are under way at a time, then the writer is held up.
   *
   * @param base the least delay; zero or more
   * @param jitter what may be added to it; zero or more
   */
  public static Fault delay(Direction direction, Duration base, Duration jitter) {
    return delay(base, jitter, direction);
  }

  /**
   * Damages one byte: it is combined with the mask by exclusive or.
   *
   * @param offset which byte in that direction, from 0
   * @param mask which bits to turn over, 1 to 255
   */
  public static Fault corrupt(Direction direction, long offset, int mask) {
    Objects.requireNonNull(direction, "direction");
    notNegative("offset", offset);
    if (mask < 1 || mask > 255) {
      throw new IllegalArgumentException(
          "mask (" + mask + ") must be 1 to 255: it is applied to one byte, and 0 changes nothing");
    }
    return new Fault(
        "corrupt(" + direction + ", " + offset + ", 0x" + Integer.toHexString(mask) + ")",
        (connection, self) ->
            connection
                .flow(direction)
                .add(new Stage.Corruption(offset, (byte) mask, () -> connection.fired(self))));
  }

  /** Both faults on the same connection, this one first. */
  public Fault and(Fault other) {
    Objects.requireNonNull(other, "other");
    if (equals(NONE)) {
      return other;
    }
    if (other.equals(NONE)) {
      return this;
    }
    if (isRefusal() || other.isRefusal()) {
      throw new IllegalArgumentException(
          "cannot combine %s with %s: a refused connection does not exist, so nothing else can happen to it"
              .formatted(this, other));
    }
    return new Fault(
        text + ".and(" + other.text + ")",
        (connection, self) -> {
          attach(connection);
          other.attach(connection);
        });
  }

  /** Puts this fault to work on a connection that is not over. */
  void attach(Connection connection) {
    if (connection.isAlive()) {
      action.on(connection, this);
    }
  }

  boolean isRefusal() {
    return refusalNanos > 0;
  }

  /** When an outage that begins now is over. */
  long refusalEnd(long now) {
    return refusalNanos == Loop.NEVER ? Loop.NEVER : now + refusalNanos;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fault fault && text.equals(fault.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns the call that makes this fault, such as {@code resetAfter(TO_CLIENT, 0)}. */
  @Override
  public String toString() {
    return text;
  }

  private static Fault limit(String name, Direction direction, long bytes, Strike strike) {
    Objects.requireNonNull(direction, "direction");
    notNegative("bytes", bytes);
    return new Fault(name + "(" + direction + ", " + bytes + ")", limit(direction, bytes, strike));
  }

  private static Action limit(Direction direction, long bytes, Strike strike) {
    return (connection, self) ->
        connection
            .flow(direction)
            .add(
                new Stage.Limit(
                    bytes,
                    () -> {
                      connection.fired(self);
                      strike.on(connection);
                    }));
  }

  private static Fault slow(long bytesPerSecond, Direction... directions) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException(
          "bytesPerSecond ("
              + bytesPerSecond
              + ") must be at least 1; to stop all traffic use halfOpen()");
    }
    long portion = Math.max(1, bytesPerSecond / 50);
    return shape(
        "slow(%s" + bytesPerSecond + ")",
        connection -> new Stage.Pace(portion, bytes -> (long) (bytes * 1e9 / bytesPerSecond)),
        directions);
  }

  private static Fault slice(int chunkSize, Duration delay, Direction... directions) {
    if (chunkSize < 1) {
      throw new IllegalArgumentException("chunkSize (" + chunkSize + ") must be at least 1");
    }
    long nanos = notNegative("delay", delay);
    return shape(
        "slice(%s" + chunkSize + ", " + delay + ")",
        connection -> new Stage.Pace(chunkSize, bytes -> nanos),
        directions);
  }

  private static Fault delay(Duration base, Duration jitter, Direction... directions) {
    long baseNanos = notNegative("base", base);
    long jitterNanos = notNegative("jitter", jitter);
    return shape(
        "delay(%s" + base + ", " + jitter + ")",
        connection ->
            new Stage.Latency(() -> baseNanos + connection.random().nextLong(jitterNanos + 1)),
        directions);
  }

  private static Fault shape(String format, Shaper shaper, Direction... directions) {
    for (Direction direction : directions) {
      Objects.requireNonNull(direction, "direction");
    }
    return new Fault(
        format.formatted(directions.length == 1 ? directions[0] + ", " : ""),
        (connection, self) -> {
          for (Direction direction : directions) {
            connection.flow(direction).add(shaper.stageFor(connection));
          }
        });
  }

  private static long positive(String name, Duration value) {
    if (notNegative(name, value) == 0) {
      throw new IllegalArgumentException(name + " must be more than zero");
    }
    return value.toNanos();
  }

  private static long notNegative(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " (" + value + ") must not be negative");
    }
    return value.toNanos();
  }

  private static void notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " (" + value + ") must not be negative");
    }
  }

  /** What a fault does to a connection when the two meet. */
  private interface Action {
    void on(Connection connection, Fault self);
  }

  /** What happens to a connection when a count of bytes is reached. */
  private interface Strike {
    void on(Connection connection);
  }

  /** Makes the stage that shapes one direction of one connection. */
  private interface Shaper {
    Stage stageFor(Connection connection);
  }
}
