package dev.parley.http;

/** How an idempotency key is written into its header. */
public enum KeyFormat {
  /** As it is, which is what Stripe and most others read. */
  RAW,
  /** In quotation marks, as the IETF's draft says: {@code Idempotency-Key: "…"}. */
  STRUCTURED
}
