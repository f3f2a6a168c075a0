package dev.parley.webhook;

/**
 * What a provider does while its key is changed.
 *
 * @since 0.1
 */
public enum Rotation {
  /** It signs with the old and the new key for a time; each verifies with the one it has. */
  BOTH_SIGN,
  /** It changes over at once. Give both keys until nothing signed by the old one is on its way. */
  AT_ONCE,
  /** It publishes its keys, and they are fetched; there is nothing to do. */
  PUBLISHED
}
