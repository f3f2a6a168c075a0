package dev.parley;

/** What happens when a bounded buffer is full; drops are counted in {@link Lag#dropped()}. */
public enum Overflow {
  /** The peer is held back; where it cannot be, the connection is made anew with a gap. */
  BLOCK,
  /** The subscription fails with {@link OverloadedException}. */
  FAIL,
  /** The oldest waiting message makes room. */
  DROP_OLDEST,
  /** The new message is dropped. */
  DROP_NEWEST,
  /** Only the newest message waits. */
  LATEST
}
