package dev.parley.store;

/** What became of a message that was given to a {@link MessageStore}. */
public enum Added {
  /** It is stored: it will be handled. */
  STORED,
  /** The same was stored before, and is not stored again. */
  DUPLICATE,
  /** Another one has this id, and it is not stored. */
  MISMATCH
}
