package dev.parley.webhook;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key that knows for what it is good: a secret never verifies what a public key should, or back.
 */
final class Key {
  private static final byte[] NONE = {};

  private final String name;
  private final byte[] secret;
  private final @Nullable PublicKey publicKey;
  private final @Nullable PrivateKey privateKey;

  private Key(
      String name, byte[] secret, @Nullable PublicKey publicKey, @Nullable PrivateKey privateKey) {
    this.name = name;
    this.secret = secret;
    this.publicKey = publicKey;
    this.privateKey = privateKey;
  }

  static Key secret(String name, byte[] secret) {
    return new Key(name, secret, null, null);
  }

  static Key verifying(String name, PublicKey key) {
    return new Key(name, NONE, key, null);
  }

  static Key signing(String name, PublicKey publicKey, PrivateKey privateKey) {
    return new Key(name, NONE, publicKey, privateKey);
  }

  String name() {
    return name;
  }

  /** The bytes of a shared secret; none if it is a public key. */
  byte[] secret() {
    return secret;
  }

  boolean isSecret() {
    return secret.length > 0;
  }

  PublicKey publicKey() {
    return Objects.requireNonNull(publicKey, "publicKey");
  }

  boolean canSign() {
    return isSecret() || privateKey != null;
  }

  boolean fits(Algorithm algorithm) {
    return switch (algorithm) {
      case ED25519 -> publicKey != null && publicKey.getAlgorithm().startsWith("Ed");
      case ECDSA_P256 -> publicKey != null && Ecdsa.isP256(publicKey);
      case RSA_SHA256 -> publicKey instanceof RSAPublicKey;
      default -> isSecret();
    };
  }

  /**
   * Returns whether one of the signatures is right. Takes the same time wherever that one stands.
   */
  boolean matches(Algorithm algorithm, Crypto.Text text, List<byte[]> signatures) {
    boolean matches = false;
    if (algorithm.isSymmetric()) {
      byte[] expected = mac(algorithm, text);
      for (byte[] signature : signatures) {
        matches |= MessageDigest.isEqual(expected, signature);
      }
    } else if (publicKey != null) {
      for (byte[] signature : signatures) {
        matches |=
            (algorithm != Algorithm.ECDSA_P256 || Ecdsa.isDer(signature))
                && Crypto.verify(algorithm.standardName(), publicKey, text, signature);
      }
    }
    return matches;
  }

  byte[] sign(Algorithm algorithm, Crypto.Text text) {
    if (algorithm.isSymmetric()) {
      return mac(algorithm, text);
    }
    try {
      Signature signature = Signature.getInstance(algorithm.standardName());
      signature.initSign(privateKey);
      text.to(signature::update);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("key \"" + name + "\" cannot sign", e);
    }
  }

  byte[] mac(Algorithm algorithm, Crypto.Text text) {
    return switch (algorithm) {
      case TOKEN -> secret;
      case SHA256 -> Crypto.digest(algorithm.standardName(), text);
      default -> Crypto.hmac(algorithm.standardName(), secret, text);
    };
  }

  @Override
  public String toString() {
    return "Key[" + name + "]";
  }
}
