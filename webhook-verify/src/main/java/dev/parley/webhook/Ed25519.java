package dev.parley.webhook;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** Ed25519 keys as the bare bytes that providers hand out. */
final class Ed25519 {
  private static final byte[] HEADER = HexFormat.of().parseHex("302a300506032b6570032100");

  /**
   * The y of all points of small order, without the sign of x: keys under which anything verifies.
   */
  private static final Set<String> SMALL_ORDER =
      Set.of(
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

  private Ed25519() {}

  static PublicKey publicKey(byte[] bytes) {
    if (bytes.length != 32) {
      throw new IllegalArgumentException(
          "an Ed25519 public key has 32 bytes, this one has " + bytes.length);
    }
    if (isOfSmallOrder(bytes)) {
      throw new IllegalArgumentException(
          "this Ed25519 public key is a point of small order: anyone can sign for it");
    }
    try {
      byte[] encoded = Arrays.copyOf(HEADER, HEADER.length + 32);
      System.arraycopy(bytes, 0, encoded, HEADER.length, 32);
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("this is not an Ed25519 public key", e);
    }
  }

  /** Reads what follows {@code whsk_}: the seed, then the public key. */
  static Key keyPair(String name, byte[] bytes) {
    if (bytes.length != 64) {
      throw new IllegalArgumentException(
          "key \"" + name + "\" must have 64 bytes after whsk_, it has " + bytes.length);
    }
    PublicKey publicKey = publicKey(Arrays.copyOfRange(bytes, 32, 64));
    try {
      PrivateKey privateKey =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(
                  new EdECPrivateKeySpec(NamedParameterSpec.ED25519, Arrays.copyOf(bytes, 32)));
      Key key = Key.signing(name, publicKey, privateKey);
      Crypto.Text probe = Crypto.Text.of(HEADER);
      if (!Crypto.verify("Ed25519", publicKey, probe, key.sign(Algorithm.ED25519, probe))) {
        throw new IllegalArgumentException(
            "key \"" + name + "\" is damaged: its two halves do not belong together");
      }
      return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("key \"" + name + "\" is not an Ed25519 key", e);
    }
  }

  /** Makes a key pair: the seed, then the public key, 64 bytes. */
  static byte[] generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      byte[] encoded = pair.getPublic().getEncoded();
      byte[] both = Arrays.copyOf(seed, 64);
      System.arraycopy(encoded, encoded.length - 32, both, 32, 32);
      return both;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot make Ed25519 keys", e);
    }
  }

  private static boolean isOfSmallOrder(byte[] bytes) {
    byte[] y = bytes.clone();
    y[31] &= 0x7f;
    return SMALL_ORDER.contains(HexFormat.of().formatHex(y));
  }
}
