package dev.parley;

/** What kind of failure an attempt met, independent of its {@link Effect}. */
public enum Kind {
  /** Another attempt may succeed: connection lost, timeout, 5xx. */
  TRANSIENT,
  /** The peer asks for less: 429, quota. Retried more slowly, and not the breaker's business. */
  THROTTLED,
  /** Not authenticated, or no longer. Credentials are refreshed once. */
  AUTHENTICATION,
  /** The same request fails again: 4xx, untrusted certificate. */
  PERMANENT,
  /** The peer broke its protocol: malformed frame, truncated or undecodable answer. */
  PROTOCOL,
  /** The caller gave up. */
  CANCELLED,
  /** Nothing went out because of this program: misuse, closed, refused by a local limit. */
  LOCAL
}
