package dev.parley.webhook;

import java.security.MessageDigest;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The header of RFC 9530, such as {@code sha-256=:…:}. */
final class ContentDigest {
  private static final Pattern ENTRY =
      Pattern.compile("([a-z0-9-]{1,20})=:([A-Za-z0-9+/=]{1,128}):");
  private static final Map<String, String> ALGORITHMS =
      Map.of("sha-256", "SHA-256", "sha-512", "SHA-512");

  private ContentDigest() {}

  /** Refuses a body that one of the digests does not fit, and a header without one we know. */
  static void check(WebhookRequest request) {
    boolean checked = false;
    for (String entry : request.requiredHeader("Content-Digest").split(",", 16)) {
      Matcher matcher = ENTRY.matcher(entry.strip());
      if (!matcher.matches()) {
        throw new Rejection(Reason.MALFORMED, "Content-Digest is not written as it should be");
      }
      String algorithm = ALGORITHMS.get(matcher.group(1));
      if (algorithm != null) {
        byte[] expected = Encoding.BASE64.decode(matcher.group(2));
        byte[] actual = Crypto.digest(algorithm, Crypto.Text.of(request.body()));
        if (expected == null || !MessageDigest.isEqual(actual, expected)) {
          throw new Rejection(Reason.MISMATCH, "the body is not the one that Content-Digest names");
        }
        checked = true;
      }
    }
    if (!checked) {
      throw new Rejection(Reason.UNSUPPORTED, "Content-Digest is neither sha-256 nor sha-512");
    }
  }
}
