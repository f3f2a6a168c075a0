package dev.parley.webhook;

/**
 * How a signature is computed. The scheme and the key decide on it, never the request.
 *
 * @since 0.1
 */
public enum Algorithm {
  /** HMAC with SHA-1, 20 bytes. Still sound as an HMAC; some providers have nothing else. */
  HMAC_SHA1("HmacSHA1", 20),
  /** HMAC with SHA-256, 32 bytes. */
  HMAC_SHA256("HmacSHA256", 32),
  /** HMAC with SHA-512, 64 bytes. */
  HMAC_SHA512("HmacSHA512", 64),
  /**
   * SHA-256 over a text that contains the {@code {secret}}, 32 bytes. Not an HMAC: who has one
   * signature can compute that of a longer text.
   */
  SHA256("SHA-256", 32),
  /** The token itself, compared in constant time. Signs nothing. */
  TOKEN("token", 0),
  /** Ed25519, 64 bytes. */
  ED25519("Ed25519", 64),
  /** ECDSA on P-256 with SHA-256, DER. */
  ECDSA_P256("SHA256withECDSA", 0),
  /** RSA with PKCS #1 v1.5 padding and SHA-256. */
  RSA_SHA256("SHA256withRSA", 0);

  private final String standardName;
  private final int length;

  Algorithm(String standardName, int length) {
    this.standardName = standardName;
    this.length = length;
  }

  /** The JDK's name for it. */
  String standardName() {
    return standardName;
  }

  boolean isSymmetric() {
    return compareTo(ED25519) < 0;
  }

  /** Returns whether a signature may be that long. */
  boolean allows(int bytes) {
    return length == 0 ? bytes > 0 : bytes == length;
  }
}
