package dev.parley.webhook;

import java.security.MessageDigest;
import java.util.Set;

/**
 * Twilio: HMAC over the URL and the fields of a form; over the URL alone where there is no body, or
 * where the URL bears the digest of one.
 */
record Twilio(TextSignature url, TextSignature urlAndForm) implements Method {
  @Override
  public Proof verify(Attempt attempt) {
    WebhookRequest request = attempt.request();
    String digest = attempt.material().query().get("bodySHA256");
    if (digest != null) {
      Proof proof = url.verify(attempt);
      byte[] expected = Encoding.HEX.decode(digest);
      if (expected == null || !MessageDigest.isEqual(Crypto.sha256(request.body()), expected)) {
        throw new Rejection(Reason.MISMATCH, "the body is not the one that bodySHA256 names");
      }
      return proof.covering(Coverage.FULL);
    }
    if (request.body().length == 0) {
      return url.verify(attempt);
    }
    if (!request.isForm() || request.method().equals("GET")) {
      // The signature of a request without a body would fit, and say nothing about this one.
      throw new Rejection(Reason.MISSING, "a body that is no form needs bodySHA256 in the URL");
    }
    return urlAndForm.verify(attempt);
  }

  @Override
  public Set<Algorithm> algorithms() {
    return url.algorithms();
  }

  @Override
  public boolean isIn(WebhookRequest request) {
    return url.isIn(request);
  }
}
