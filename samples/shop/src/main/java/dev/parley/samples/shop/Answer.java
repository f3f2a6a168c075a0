package dev.parley.samples.shop;

import org.jspecify.annotations.Nullable;

/**
 * What a client told its caller about one order.
 *
 * @param told how it ended for the caller
 * @param order the order as the shop confirmed it; null unless told {@code PLACED}
 * @param attempts how often the client tried
 */
record Answer(Told told, @Nullable Order order, int attempts) {
  static Answer placed(Order order, int attempts) {
    return new Answer(Told.PLACED, order, attempts);
  }

  static Answer without(Told told, int attempts) {
    return new Answer(told, null, attempts);
  }

  /** How it ended for the caller. */
  enum Told {
    /** The order is placed. */
    PLACED,
    /** The client gave up and says so, as if the order were not placed. */
    FAILED,
    /** The client gave up and says that it does not know. */
    UNKNOWN
  }
}
