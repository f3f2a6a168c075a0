package dev.parley;

/** What an endpoint may offer beyond the bare capability; see {@link Features}. */
public enum Feature {
  /** A delivery can be asked for again after a while. */
  DELAYED_RETRY,
  /** Rejected deliveries are kept. */
  DEAD_LETTER,
  /** The lease of a delivery can be extended. */
  EXTEND_LEASE,
  /** A stream can be read again from an earlier position. */
  REPLAY,
  /** A stream resumes after a reconnect where it was, without a gap. */
  RESUME,
  /** One direction of a session can be ended while the other goes on. */
  HALF_CLOSE,
  /** The peer recognises repetitions by id or key. */
  NATIVE_DEDUP,
  /** Headers travel along. */
  HEADERS,
  /** Several messages go out in one request. */
  BATCH_SEND,
  /** Sends and settlements can be made one unit. */
  TRANSACTIONS
}
