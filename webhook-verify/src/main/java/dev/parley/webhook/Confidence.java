package dev.parley.webhook;

/**
 * How well a scheme of {@link Providers} is known, best first.
 *
 * @since 0.1
 */
public enum Confidence {
  /**
   * The provider's own SDK was run against it, or a value the provider published was reproduced.
   */
  REPRODUCED,
  /** The provider's documentation or source was read. */
  DOCUMENTED,
  /** Two independent implementations by others agree. */
  AGREED,
  /** From memory. Try it before you rely on it. */
  UNCONFIRMED
}
