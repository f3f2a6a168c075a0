package dev.parley.testkit.history;

import dev.parley.Gap;
import dev.parley.Resumed;
import dev.parley.testkit.history.History.Kind;

/**
 * One place where the effects of operations are seen: a server's table, a subscriber, all consumers
 * of a group together. Made by {@link History#witness}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @since 0.1
 */
public final class Witness {
  private final History history;
  private final String name;

  Witness(History history, String name) {
    this.history = history;
    this.name = name;
  }

  /** Returns what this witness is called in reports. */
  public String name() {
    return name;
  }

  /** An operation had its effect here, or its message was handed to a handler. */
  public void saw(long id) {
    saw(id, 0);
  }

  /**
   * A message was handed over that came on this connection.
   *
   * @param connection the number of the connection as {@link Resumed#connection} tells it, from 1
   */
  public void saw(long id, int connection) {
    history.add(Kind.SAW, id, this, connection);
  }

  /** The state listener heard this. */
  public void resumed(Resumed resumed) {
    resumed(resumed.connection(), resumed.gap());
  }

  /** The state listener heard that a connection is up. */
  public void resumed(int connection, Gap gap) {
    history.add(Kind.RESUMED, 0, this, connection);
    if (gap != Gap.NONE) {
      gap();
    }
  }

  /** The subscriber was told that messages may be missing here, or counted dropped ones. */
  public void gap() {
    history.add(Kind.GAP, 0, this, 0);
  }

  /** Close has returned. */
  public void closed() {
    history.add(Kind.CLOSED, 0, this, 0);
  }

  History history() {
    return history;
  }

  /** Returns the name. */
  @Override
  public String toString() {
    return name;
  }
}
