package dev.parley;

/** Who provides a {@link Feature}. */
public enum Support {
  /** The peer or its protocol. */
  NATIVE,
  /** Parley, in this process. */
  EMULATED,
  /** Nobody: asking for it fails. */
  ABSENT
}
