package dev.parley.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a genuine request.
 *
 * @param key the name of the key that matched
 * @param isCurrent whether that is the first of the keys, the one to keep
 * @param timestamp when it was signed, or null if the scheme does not say
 * @param scheme which of several schemes it was, or null if there is one
 * @param coverage what this signature covers, or null if what the scheme says
 */
record Proof(
    String key,
    boolean isCurrent,
    @Nullable Instant timestamp,
    @Nullable Scheme scheme,
    @Nullable Coverage coverage) {

  static Proof of(Attempt attempt, int key, @Nullable Instant timestamp) {
    return new Proof(attempt.keys().get(key).name(), key == 0, timestamp, null, null);
  }

  /** By a key that was fetched from the provider. */
  static Proof fetched(String key, @Nullable Instant timestamp) {
    return new Proof(key, true, timestamp, null, null);
  }

  Proof by(Scheme scheme) {
    return new Proof(key, isCurrent, timestamp, scheme, coverage);
  }

  Proof covering(Coverage coverage) {
    return new Proof(key, isCurrent, timestamp, scheme, coverage);
  }
}
