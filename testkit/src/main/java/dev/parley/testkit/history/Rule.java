package dev.parley.testkit.history;

import dev.parley.Guarantee;

/**
 * A promise that a {@link History} can be held to.
 *
 * <p>"Seen" is what a {@link Witness} recorded; each witness is judged by itself. An operation that
 * <i>failed</i> was answered with an effect of {@link dev.parley.Effect#NOT_SENT} or {@link
 * dev.parley.Effect#NOT_PROCESSED}. One whose answer was {@link dev.parley.Effect#POSSIBLE}, or
 * never came, is <i>open</i>: it may have had its effect or not.
 *
 * @since 0.1
 */
public enum Rule {
  /** No operation is seen twice. */
  AT_MOST_ONCE,

  /** Every operation that was answered ok is seen. */
  AT_LEAST_ONCE,

  /**
   * Every operation that was answered ok is seen exactly once, one that failed never, an open one
   * once or never.
   */
  EFFECTIVELY_ONCE,

  /** No operation that failed is seen: whoever was told that nothing happened may try again. */
  HONEST_FAILURES,

  /** Every operation is answered, and answered once. */
  ANSWERED_ONCE,

  /**
   * Operations with the same key are seen, for the first time, in the order in which they were
   * invoked. Repetitions may come at any time.
   */
  PER_KEY_ORDER,

  /** After close returned, nothing is seen and no connection is announced. */
  NOTHING_AFTER_CLOSE,

  /** {@link dev.parley.Resumed} is told exactly once per connection, before its first message. */
  RESUMED_FIRST,

  /**
   * Wherever operations of a key are skipped that were answered ok, a gap of its own was reported
   * before the next one is seen. It may have been reported earlier than the last one before them is
   * seen: that one can have waited in a buffer while the connection was lost. What was invoked
   * before the witness began does not count. Losses after the last sighting of a key cannot be told
   * from messages under way; {@link #AT_LEAST_ONCE} finds them.
   */
  GAPS_REPORTED,

  /** Nothing is seen that was never invoked. Always checked. */
  NOTHING_INVENTED;

  /** Returns the rule that a channel's guarantee amounts to. */
  public static Rule of(Guarantee guarantee) {
    return switch (guarantee) {
      case AT_MOST_ONCE -> AT_MOST_ONCE;
      case AT_LEAST_ONCE -> AT_LEAST_ONCE;
      case EFFECTIVELY_ONCE -> EFFECTIVELY_ONCE;
    };
  }
}
