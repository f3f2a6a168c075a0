package dev.parley.webhook;

/**
 * How much of a request its signature protects, best first.
 *
 * <p>Whoever sees one genuine request may change what is not protected and send it again. Where
 * this is not {@link #FULL}, fetch what matters (an amount, a state) from the provider's API.
 *
 * @since 0.1
 */
public enum Coverage {
  /** Every byte of the body. */
  FULL,
  /** Some of the body: fields, a list of components, or all of it but by a checksum. */
  PARTIAL,
  /** That the provider sent something. Nothing of the body. */
  ORIGIN_ONLY,
  /** Nothing: the sender knows a token, and so does whoever has read one request. */
  SHARED_TOKEN
}
