package dev.parley;

/** What may be missing from a stream at a (re)connect. */
public enum Gap {
  /** Nothing is missing; there may be duplicates. */
  NONE,
  /** Something may be missing: the peer cannot say. */
  POSSIBLE,
  /** Something is missing. */
  LOST
}
