package dev.parley.samples.shop;

/** What the shop itself may do wrong with a request to place an order. */
enum Mishap {
  /** Nothing: the order is placed and confirmed. */
  NONE,
  /** 503 at once; nothing was done. */
  BUSY,
  /** 429 with {@code Retry-After: 1}; nothing was done. */
  THROTTLED,
  /** The order is placed, and the answer is 503. */
  BUSY_AFTER_PLACING,
  /** The order is placed, but later than the client waits. */
  SLOW
}
