package dev.parley.webhook;

/**
 * What became of a request, and if it was refused, why.
 *
 * <p>{@link #status()} is what to answer. It is the same 401 for nearly all refusals: whoever
 * forges learns nothing from it.
 *
 * @since 0.1
 */
public enum Reason {
  /** The signature is right: an event to process. */
  VERIFIED(200),
  /** The provider asks whether this endpoint is yours: send the reply, process nothing. */
  HANDSHAKE(200),

  /** Something that has to be there is not: a signature, a timestamp, a signed header. */
  MISSING(401),
  /** Something that may be there once is there twice, with different values. */
  AMBIGUOUS(401),
  /** Something is not written the way this scheme writes it. */
  MALFORMED(401),
  /** A version or algorithm that this scheme or your keys do not accept; a downgrade, perhaps. */
  UNSUPPORTED(401),
  /** The body, a header or a list is longer than the limit. Nothing was computed. */
  TOO_LARGE(413),
  /** The signature does not fit under any of the keys: another body, another key or a forgery. */
  MISMATCH(401),
  /** Signed, but too long ago: a replay, or a clock that is wrong. */
  EXPIRED(401),
  /** Signed, but in the future: a clock that is wrong. */
  TOO_EARLY(401),
  /** What may be used once was used before, with another body. */
  REPLAYED(401),
  /** Signed by a key the provider does not list. */
  UNKNOWN_KEY(401),
  /** The address of a certificate, or the certificate itself, is not the provider's. */
  UNTRUSTED(401),
  /** Signed by the provider, but for another receiver: audience, topic or account. */
  WRONG_TARGET(401),
  /** The provider's certificate or key cannot be fetched at the moment; the same may pass later. */
  KEY_UNAVAILABLE(503),
  /** A fault of this library. Please report it. */
  INTERNAL(500);

  private final int status;

  Reason(int status) {
    this.status = status;
  }

  /** Returns the HTTP status to answer with. */
  public int status() {
    return status;
  }
}
