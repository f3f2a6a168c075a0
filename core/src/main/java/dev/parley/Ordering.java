package dev.parley;

/** Which messages keep their order. */
public enum Ordering {
  /** None do. */
  NONE,
  /** Those of one key. Messages without a key have no order among them. */
  BY_KEY,
  /** Those of one partition or session. */
  BY_PARTITION,
  /** All do. */
  TOTAL
}
