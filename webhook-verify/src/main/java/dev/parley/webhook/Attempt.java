package dev.parley.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * One verification: the request, and what the verifier brings to it.
 *
 * @param fetched keys and certificates of the provider
 */
record Attempt(
    Material material, List<Key> keys, Instant now, Duration tolerance, FetchedKeys fetched) {

  WebhookRequest request() {
    return material.request();
  }

  /** Returns the URL the provider called. */
  String url() {
    String url = request().url();
    if (url == null || !url.contains("://")) {
      throw new Rejection(
          Reason.MISSING,
          "the absolute URL is missing: give it with the request, or baseUrl to the verifier");
    }
    return url;
  }

  /** Refuses what is older than the tolerance or as far in the future. At the tolerance passes. */
  void checkFresh(Instant signed) {
    Duration age = Duration.between(signed, now);
    if (age.compareTo(tolerance) > 0) {
      throw new Rejection(Reason.EXPIRED, "signed more than " + tolerance + " ago");
    }
    if (age.negated().compareTo(tolerance) > 0) {
      throw new Rejection(Reason.TOO_EARLY, "signed more than " + tolerance + " in the future");
    }
  }

  /** Returns the index of the key that one of the signatures fits, trying all in any case. */
  int match(Algorithm algorithm, Crypto.Text text, byte[] signature) {
    int match = -1;
    for (int i = keys.size() - 1; i >= 0; i--) {
      Key key = keys.get(i);
      if (key.fits(algorithm) && key.matches(algorithm, text, List.of(signature))) {
        match = i;
      }
    }
    if (match < 0) {
      throw mismatch();
    }
    return match;
  }

  static Rejection mismatch() {
    return new Rejection(
        Reason.MISMATCH,
        "the signature fits under none of the keys: another key, or not the bytes that were signed");
  }
}
