package dev.parley.webhook;

import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Web Token in a header, by the shared secret or by a key of the provider.
 *
 * @param header the header
 * @param prefix what stands before the token, such as {@code "Bearer "}
 * @param algorithm the only algorithm: HS256, RS256 or ES256
 * @param published the provider's keys, or null if the verifier's keys count
 * @param check what the token has to claim
 */
record JwtSignature(
    String header, String prefix, String algorithm, @Nullable Published published, Check check)
    implements Method {

  /** What a token has to claim. */
  interface Check {
    /** Returns when it was signed, or throws a {@link Rejection}. */
    @Nullable Instant of(Jwt token, Attempt attempt);
  }

  /** Where a provider publishes its keys. */
  interface Published {
    /** Returns the key, or null if the provider does not know it. */
    @Nullable PublicKey key(String kid, Attempt attempt);

    /** A JSON Web Key Set. An unknown key makes it be fetched again, once a minute at most. */
    static Published at(String url) {
      KeyFetcher.Query query = KeyFetcher.Query.get(url);
      return (kid, attempt) -> {
        var fetched = attempt.fetched();
        Map<?, ?> keys =
            fetched.get(url, query, FetchedKeys.DAY, attempt.now(), Map.class, PublicKeys::readSet);
        if (!keys.containsKey(kid)) {
          keys =
              fetched.get(
                  url, query, FetchedKeys.MINUTE, attempt.now(), Map.class, PublicKeys::readSet);
        }
        return (PublicKey) keys.get(kid);
      };
    }
  }

  @Override
  public Set<Algorithm> algorithms() {
    return published == null ? Set.of(Algorithm.HMAC_SHA256) : Set.of();
  }

  @Override
  public boolean isIn(WebhookRequest request) {
    return request.headers(header).stream().anyMatch(value -> value.startsWith(prefix));
  }

  @Override
  public Proof verify(Attempt attempt) {
    String value = attempt.request().requiredHeader(header);
    if (!value.startsWith(prefix)) {
      throw new Rejection(Reason.MALFORMED, header + " does not begin with " + prefix.strip());
    }
    Jwt token = Jwt.parse(value.substring(prefix.length()), algorithm);
    if (published == null) {
      int key = attempt.match(Algorithm.HMAC_SHA256, token.signed(), token.signature());
      return Proof.of(attempt, key, check.of(token, attempt));
    }
    String kid = token.kid();
    PublicKey key = published.key(kid, attempt);
    if (key == null) {
      throw new Rejection(Reason.UNKNOWN_KEY, "the provider has no such key");
    }
    if (!isSignedBy(key, token)) {
      throw Attempt.mismatch();
    }
    return Proof.fetched(kid, check.of(token, attempt));
  }

  private boolean isSignedBy(PublicKey key, Jwt token) {
    return switch (algorithm) {
      case "RS256" ->
          key instanceof RSAPublicKey
              && Crypto.verify("SHA256withRSA", key, token.signed(), token.signature());
      case "ES256" ->
          Ecdsa.isP256(key)
              && Ecdsa.isPair(token.signature())
              && Crypto.verify(
                  "SHA256withECDSAinP1363Format", key, token.signed(), token.signature());
      default -> throw new IllegalStateException(algorithm);
    };
  }
}
