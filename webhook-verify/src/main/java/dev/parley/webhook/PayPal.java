package dev.parley.webhook;

import java.security.PublicKey;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * PayPal: RSA over id, time, webhook and the CRC-32 of the body, by a certificate to be fetched.
 */
record PayPal(String webhookId, Supplier<Set<TrustAnchor>> anchors) implements Method {
  private static final Pattern CERTIFICATE =
      Pattern.compile(
          "https://(?:[a-z0-9-]{1,63}\\.){1,3}paypal\\.com(?:/[A-Za-z0-9_-]{1,100}){1,10}");
  private static final Pattern NAME =
      Pattern.compile("messageverificationcerts(?:\\.[a-z0-9-]+)*\\.paypal\\.com");

  @Override
  public Proof verify(Attempt attempt) {
    WebhookRequest request = attempt.request();
    String id = request.requiredHeader("PAYPAL-TRANSMISSION-ID");
    String time = request.requiredHeader("PAYPAL-TRANSMISSION-TIME");
    String url = request.requiredHeader("PAYPAL-CERT-URL");
    byte[] signature = Encoding.BASE64.decode(request.requiredHeader("PAYPAL-TRANSMISSION-SIG"));
    if (signature == null || id.indexOf('|') >= 0) {
      throw new Rejection(Reason.MALFORMED, "PAYPAL-TRANSMISSION-SIG or -ID is malformed");
    }
    // The header is a hint; what is computed does not depend on it.
    if (!request.requiredHeader("PAYPAL-AUTH-ALGO").equals("SHA256withRSA")) {
      throw new Rejection(Reason.UNSUPPORTED, "PAYPAL-AUTH-ALGO is not SHA256withRSA");
    }
    var signedAt = TimeFormat.RFC_3339.parse(time);
    CRC32 crc = new CRC32();
    crc.update(request.body());
    byte[] text = Encoding.utf8(id + '|' + time + '|' + webhookId + '|' + crc.getValue());
    if (!Crypto.verify("SHA256withRSA", key(url, attempt), Crypto.Text.of(text), signature)) {
      throw Attempt.mismatch();
    }
    return Proof.fetched(url.substring(url.lastIndexOf('/') + 1), signedAt);
  }

  private PublicKey key(String url, Attempt attempt) {
    if (!CERTIFICATE.matcher(url).matches()) {
      throw new Rejection(Reason.UNTRUSTED, "PAYPAL-CERT-URL is not an address of PayPal");
    }
    X509Certificate certificate =
        attempt
            .fetched()
            .get(
                url,
                KeyFetcher.Query.get(url),
                FetchedKeys.DAY,
                attempt.now(),
                X509Certificate.class,
                pem -> Certificates.read(pem, attempt.now(), anchors));
    return Certificates.key(certificate, attempt.now(), NAME);
  }

  @Override
  public Set<Algorithm> algorithms() {
    return Set.of();
  }

  @Override
  public String toString() {
    return "PayPal";
  }
}
