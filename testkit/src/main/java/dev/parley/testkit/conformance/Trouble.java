package dev.parley.testkit.conformance;

/**
 * What a harness can do to the connections between the adapter and its peer. A trouble of "the next
 * exchange" may hit the one after it too, where connections are kept; the suites bear that.
 */
public enum Trouble {
  /** New connections are refused until {@link Harness#heal}, and existing ones are cut. */
  REFUSE,
  /** All connections are cut now, with what is under way on them. */
  CUT,
  /** The next request reaches the peer, and the connection is cut before its reply. */
  CUT_REPLY,
  /** The next reply is cut in its middle. */
  TRUNCATE_REPLY,
  /** Until {@link Harness#heal} replies come slower than any test waits. */
  TRICKLE,
  /**
   * Until {@link Harness#heal} nothing passes in either direction, and nothing is closed: the peer
   * has lost its power. Afterwards connections may be cut or go on.
   */
  STALL
}
