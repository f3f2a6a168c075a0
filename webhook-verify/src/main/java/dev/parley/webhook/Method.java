package dev.parley.webhook;

import java.util.List;
import java.util.Set;

/** How a scheme tells a genuine request; immutable. */
interface Method {
  /** Returns what is proven, or throws a {@link Rejection}. */
  Proof verify(Attempt attempt);

  /**
   * Returns the algorithms that a key must be good for one of; none if there is nothing to give.
   */
  Set<Algorithm> algorithms();

  /** Returns whether the request bears this kind of signature, right or wrong. */
  default boolean isIn(WebhookRequest request) {
    return true;
  }

  /** The first of several schemes that a request bears the signature of. */
  static Method firstOf(List<Scheme> schemes) {
    return new Method() {
      @Override
      public Proof verify(Attempt attempt) {
        for (Scheme scheme : schemes) {
          if (scheme.method().isIn(attempt.request())) {
            return scheme.method().verify(attempt).by(scheme);
          }
        }
        // Says what is missing, in the words of the preferred one.
        return schemes.get(0).method().verify(attempt).by(schemes.get(0));
      }

      @Override
      public Set<Algorithm> algorithms() {
        return schemes.get(0).method().algorithms();
      }

      @Override
      public boolean isIn(WebhookRequest request) {
        return schemes.stream().anyMatch(scheme -> scheme.method().isIn(request));
      }
    };
  }
}
