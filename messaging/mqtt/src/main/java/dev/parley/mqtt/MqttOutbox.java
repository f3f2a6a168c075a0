package dev.parley.mqtt;

import dev.parley.Overflow;

/**
 * Where messages wait that cannot go out now: while the broker has as many unacknowledged ones as
 * it takes, and, if it is told to, while there is no connection.
 *
 * <p>Without {@link #whileDisconnected} a send that finds no connection dials, and fails as not
 * sent when that fails. With it the message waits, keeps its place, and goes out once the channel
 * is connected again by its {@link dev.parley.ReconnectPolicy}; its attempt timeout and its
 * deadline go on meanwhile, so set them as long as a message is worth waiting for. It is memory:
 * what waits is lost with the process, and its sender's future has not completed.
 *
 * <p>Defaults: 1000 messages and 16 MiB, {@link Overflow#FAIL}, not while disconnected.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param messages how many may wait
 * @param bytes how many bytes of payload may wait
 * @param overflow what happens when one more comes: it fails, or the oldest does, or it takes the
 *     place of the one that waits for the same topic ({@link Overflow#LATEST}); those that are
 *     dropped fail with {@link dev.parley.OverloadedException}. Not {@link Overflow#BLOCK}, since
 *     asynchronous sends must not
 * @param whileDisconnected whether they wait for a connection, too
 */
public record MqttOutbox(int messages, long bytes, Overflow overflow, boolean whileDisconnected) {
  private static final int MESSAGES = 1_000;
  private static final long BYTES = 16L << 20;

  /** The default: nothing waits for a connection. */
  public static final MqttOutbox OFF = new MqttOutbox(MESSAGES, BYTES, Overflow.FAIL, false);

  /** Messages wait for a connection: at most 1000 of 16 MiB, and one more fails. */
  public static final MqttOutbox ON = new MqttOutbox(MESSAGES, BYTES, Overflow.FAIL, true);

  /** Checks the limits. */
  public MqttOutbox {
    if (messages < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "an outbox must hold at least 1 message and 1 byte, but is to hold "
              + messages
              + " and "
              + bytes);
    }
    if (overflow == Overflow.BLOCK) {
      throw new IllegalArgumentException(
          "an outbox cannot block, since asynchronous sends must not; choose FAIL, DROP_OLDEST,"
              + " DROP_NEWEST or LATEST");
    }
  }

  /** Returns this outbox with other limits. */
  public MqttOutbox limits(int newMessages, long newBytes) {
    return new MqttOutbox(newMessages, newBytes, overflow, whileDisconnected);
  }

  /** Returns this outbox with what happens when it is full. */
  public MqttOutbox overflow(Overflow newOverflow) {
    return new MqttOutbox(messages, bytes, newOverflow, whileDisconnected);
  }
}
