package dev.parley.webhook;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads public keys: PEM, Base64 and JSON Web Keys. */
final class PublicKeys {
  private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
  private static final String END = "-----END PUBLIC KEY-----";

  private PublicKeys() {}

  /** Reads a SubjectPublicKeyInfo in PEM or Base64; returns null if it is none. */
  static @Nullable PublicKey read(String text) {
    String base64 = text.strip();
    if (base64.startsWith(BEGIN) && base64.endsWith(END)) {
      base64 = base64.substring(BEGIN.length(), base64.length() - END.length());
    }
    byte[] encoded = Encoding.BASE64.decode(base64.replaceAll("\\s", ""));
    if (encoded == null) {
      return null;
    }
    for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
      PublicKey key = generate(algorithm, new X509EncodedKeySpec(encoded));
      if (key != null) {
        return key;
      }
    }
    return null;
  }

  /** Reads a set of JSON Web Keys, leaving out what is no RSA or P-256 key for signatures. */
  static Map<String, PublicKey> readSet(byte[] json) {
    Map<String, PublicKey> keys = new HashMap<>();
    for (Object jwk : Json.list(Json.at(Json.parse(json), "keys"))) {
      String kid = Json.text(Json.at(jwk, "kid"));
      String use = Json.text(Json.at(jwk, "use"));
      PublicKey key = read(jwk);
      if (kid != null && key != null && (use == null || use.equals("sig"))) {
        keys.put(kid, key);
      }
    }
    return Map.copyOf(keys);
  }

  /** Reads a JSON Web Key; returns null if it is neither RSA nor on P-256. */
  static @Nullable PublicKey read(@Nullable Object jwk) {
    String type = Json.text(Json.at(jwk, "kty"));
    if ("RSA".equals(type)) {
      BigInteger modulus = number(jwk, "n");
      BigInteger exponent = number(jwk, "e");
      return modulus == null || exponent == null || modulus.bitLength() < 2048
          ? null
          : generate("RSA", new RSAPublicKeySpec(modulus, exponent));
    }
    if ("EC".equals(type) && "P-256".equals(Json.text(Json.at(jwk, "crv")))) {
      BigInteger x = number(jwk, "x");
      BigInteger y = number(jwk, "y");
      return x == null || y == null
          ? null
          : generate("EC", new ECPublicKeySpec(new ECPoint(x, y), p256()));
    }
    return null;
  }

  private static @Nullable BigInteger number(@Nullable Object jwk, String name) {
    String text = Json.text(Json.at(jwk, name));
    byte[] bytes = text == null ? null : Encoding.BASE64_URL.decode(text);
    return bytes == null || bytes.length > 1024 ? null : new BigInteger(1, bytes);
  }

  private static @Nullable PublicKey generate(String algorithm, KeySpec spec) {
    try {
      return KeyFactory.getInstance(algorithm).generatePublic(spec);
    } catch (InvalidKeySpecException notOfThisKind) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + algorithm + " keys", e);
    }
  }

  private static ECParameterSpec p256() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no P-256", e);
    }
  }
}
