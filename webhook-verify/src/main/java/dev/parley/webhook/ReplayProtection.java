package dev.parley.webhook;

/**
 * What a scheme does against a genuine request sent again. In no case does it replace remembering
 * {@linkplain Verification#deduplicationKey() what was processed}.
 *
 * @since 0.1
 */
public enum ReplayProtection {
  /** A signed timestamp: a replay passes within the tolerance only. */
  TIMESTAMP,
  /**
   * A signed token for one use, see {@link SingleUse}; and a timestamp, if the provider has one.
   */
  SINGLE_USE,
  /** Nothing: a replay passes for ever. Remember delivery ids for as long as it could hurt. */
  NONE
}
