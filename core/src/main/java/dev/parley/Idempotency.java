package dev.parley;

/**
 * What a repetition of an {@link Operation} would do: the caller's declaration, on which every
 * retry stands.
 *
 * <p>{@link #SAFE}, {@link #IDEMPOTENT} and {@link #KEYED} may be repeated after any transient
 * failure. {@link #NONE} is repeated only after a failure that provably had no effect. See RFC 9110
 * §9.2.
 */
public enum Idempotency {
  /** Reads only: a repetition changes nothing (GET, a GraphQL query). */
  SAFE,
  /** Changes something, and a repetition changes nothing more (PUT, DELETE). */
  IDEMPOTENT,
  /**
   * The peer recognises a repetition by its idempotency key and answers as it did the first time.
   * One key is minted for each logical call and repeated with every attempt.
   */
  KEYED,
  /** A repetition may act twice. The default. */
  NONE;

  /**
   * Returns whether a repetition is harmless even when an earlier attempt may have been acted on.
   */
  public boolean isRepeatable() {
    return this != NONE;
  }
}
