package dev.parley;

/** What a failed attempt may have done at the peer; it decides whether a repetition is safe. */
public enum Effect {
  /** No byte of the request left: refused, unresolved, TLS failed, breaker open, local limit. */
  NOT_SENT,
  /** The peer proved that it did not act: 429, REFUSED_STREAM, GOAWAY, a broker's nack. */
  NOT_PROCESSED,
  /** The peer may have acted: reset, read timeout, truncated answer, 5xx, lost confirm. */
  POSSIBLE
}
