package dev.parley.webhook;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON Web Token in compact form, as far as it can be read before it is verified. */
final class Jwt {
  /** In a header these would let the sender say by what to verify. */
  private static final List<String> KEYS_OF_THE_SENDER = List.of("jku", "jwk", "x5u", "x5c");

  private final Map<?, ?> header;
  private final Map<?, ?> claims;
  private final byte[] signed;
  private final byte[] signature;

  private Jwt(Map<?, ?> header, Map<?, ?> claims, byte[] signed, byte[] signature) {
    this.header = header;
    this.claims = claims;
    this.signed = signed;
    this.signature = signature;
  }

  /** Reads a token that has to be of one algorithm, whatever it says itself. */
  static Jwt parse(String token, String algorithm) {
    String[] parts = token.split("\\.", 4);
    if (parts.length != 3) {
      throw malformed();
    }
    Jwt jwt =
        new Jwt(
            object(parts[0]),
            object(parts[1]),
            (parts[0] + '.' + parts[1]).getBytes(StandardCharsets.ISO_8859_1),
            decode(parts[2]));
    jwt.checkHeader(algorithm);
    return jwt;
  }

  private void checkHeader(String algorithm) {
    if (!algorithm.equals(header.get("alg"))) {
      throw new Rejection(Reason.UNSUPPORTED, "the token's algorithm is not " + algorithm);
    }
    if (header.containsKey("crit")) {
      throw new Rejection(Reason.UNSUPPORTED, "the token has critical extensions");
    }
    if (KEYS_OF_THE_SENDER.stream().anyMatch(header::containsKey)) {
      throw new Rejection(Reason.UNSUPPORTED, "the token brings its own key");
    }
    Object type = header.get("typ");
    if (type != null && !"JWT".equalsIgnoreCase(type.toString())) {
      throw new Rejection(Reason.UNSUPPORTED, "the token is of another type than JWT");
    }
  }

  String kid() {
    if (header.get("kid") instanceof String kid && kid.length() <= 128) {
      return kid;
    }
    throw new Rejection(Reason.MISSING, "the token names no key");
  }

  Crypto.Text signed() {
    return Crypto.Text.of(signed);
  }

  byte[] signature() {
    return signature;
  }

  @Nullable String claim(String name) {
    return Json.text(claims.get(name));
  }

  /** Refuses a token whose claim is none of these; an audience may be a list that contains one. */
  void requireClaim(String name, Set<String> values) {
    Object claim = claims.get(name);
    List<?> actual = claim instanceof List<?> list ? list : List.of(claim == null ? "" : claim);
    if (actual.stream().noneMatch(each -> each instanceof String && values.contains(each))) {
      throw new Rejection(Reason.WRONG_TARGET, "the token's " + name + " is another");
    }
  }

  /** Returns a time, or null if there is no such claim. */
  @Nullable Instant time(String name) {
    String seconds = claim(name);
    return seconds == null ? null : TimeFormat.SECONDS.parse(seconds);
  }

  Instant requiredTime(String name) {
    Instant time = time(name);
    if (time == null) {
      throw new Rejection(Reason.MISSING, "the token has no " + name);
    }
    return time;
  }

  /**
   * Refuses a token that is expired, not valid yet or from the future, by more than the tolerance.
   */
  void checkTimes(Attempt attempt) {
    Duration tolerance = attempt.tolerance();
    if (Duration.between(requiredTime("exp"), attempt.now()).compareTo(tolerance) > 0) {
      throw new Rejection(Reason.EXPIRED, "the token is expired");
    }
    for (String name : List.of("nbf", "iat")) {
      Instant time = time(name);
      if (time != null && Duration.between(attempt.now(), time).compareTo(tolerance) > 0) {
        throw new Rejection(Reason.TOO_EARLY, "the token is from the future");
      }
    }
  }

  /** Refuses a body whose SHA-256 is not the one claimed. */
  void checkBody(String name, byte[] body) {
    String claim = claim(name);
    byte[] expected = claim == null ? null : Encoding.HEX.decode(claim);
    if (expected == null) {
      throw new Rejection(Reason.MISSING, "the token has no " + name);
    }
    if (!MessageDigest.isEqual(Crypto.sha256(body), expected)) {
      throw new Rejection(Reason.MISMATCH, "the token is for another body");
    }
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static Map<?, ?> object(String part) {
    if (Json.parse(decode(part)) instanceof Map<?, ?> map) {
      return map;
    }
    throw malformed();
  }

  private static byte[] decode(String part) {
    byte[] bytes = Encoding.BASE64_URL.decode(part);
    if (bytes == null) {
      throw malformed();
    }
    return bytes;
  }

  private static Rejection malformed() {
    return new Rejection(Reason.MALFORMED, "not a JSON Web Token");
  }
}
