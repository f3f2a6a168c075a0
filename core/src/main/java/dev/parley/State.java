package dev.parley;

/** The life of a channel, subscription or session. */
public enum State {
  /** Its first connection is being made. */
  OPENING,
  /** It works. */
  OPEN,
  /** Its connection was lost and is being made anew. */
  RECOVERING,
  /** As {@link #RECOVERING}, but for long: for 2 min, unless the policy says otherwise. */
  SUSPENDED,
  /** It takes nothing new and finishes what it has. */
  CLOSING,
  /** It was closed. */
  CLOSED,
  /** It ended for good because of a failure that no reconnect can mend. */
  FAILED;

  /** Returns whether nothing follows this state. */
  public boolean isTerminal() {
    return this == CLOSED || this == FAILED;
  }
}
