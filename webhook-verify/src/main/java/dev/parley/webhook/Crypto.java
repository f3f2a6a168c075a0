package dev.parley.webhook;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The JDK's cryptography, for texts that come in parts. */
final class Crypto {
  private Crypto() {}

  /** Where a text goes, part by part. */
  interface Sink {
    void accept(byte[] part) throws SignatureException;
  }

  /** A text that can be read again and again. */
  interface Text {
    void to(Sink sink) throws SignatureException;

    static Text of(byte[]... parts) {
      return sink -> {
        for (byte[] part : parts) {
          sink.accept(part);
        }
      };
    }
  }

  static byte[] hmac(String algorithm, byte[] secret, Text text) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(secret, algorithm));
      text.to(mac::update);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot compute " + algorithm, e);
    }
  }

  static byte[] digest(String algorithm, Text text) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      text.to(digest::update);
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot compute " + algorithm, e);
    }
  }

  static byte[] sha256(byte[] bytes) {
    return digest("SHA-256", Text.of(bytes));
  }

  /** Returns whether the signature is right; one that is no signature at all is not. */
  static boolean verify(String algorithm, PublicKey key, Text text, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(algorithm);
      return verify(verifier, key, text, signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot verify " + algorithm, e);
    }
  }

  static boolean verify(Signature verifier, PublicKey key, Text text, byte[] signature)
      throws InvalidKeyException {
    verifier.initVerify(key);
    try {
      text.to(verifier::update);
      return verifier.verify(signature);
    } catch (SignatureException notASignature) {
      return false;
    }
  }
}
