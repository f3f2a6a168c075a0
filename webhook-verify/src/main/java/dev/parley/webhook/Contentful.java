package dev.parley.webhook;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Contentful: HMAC over method, path, those headers that a header lists, and the body. */
record Contentful() implements Method {
  private static final String SIGNATURE = "x-contentful-signature";
  private static final String SIGNED_HEADERS = "x-contentful-signed-headers";
  private static final String TIMESTAMP = "x-contentful-timestamp";
  private static final int MAX_HEADERS = 64;

  @Override
  public Proof verify(Attempt attempt) {
    WebhookRequest request = attempt.request();
    byte[] signature = Encoding.HEX.decode(request.requiredHeader(SIGNATURE));
    if (signature == null || !Algorithm.HMAC_SHA256.allows(signature.length)) {
      throw new Rejection(Reason.MALFORMED, SIGNATURE + " is not written as it should be");
    }
    Instant signedAt = TimeFormat.MILLIS.parse(request.requiredHeader(TIMESTAMP));
    String head = request.method() + '\n' + path(request) + '\n' + headers(request) + '\n';
    Crypto.Text text = Crypto.Text.of(Encoding.utf8(head), request.body());
    int key = attempt.match(Algorithm.HMAC_SHA256, text, signature);
    attempt.checkFresh(signedAt);
    return Proof.of(attempt, key, signedAt);
  }

  @Override
  public boolean isIn(WebhookRequest request) {
    return !request.headers(SIGNATURE).isEmpty();
  }

  private static String headers(WebhookRequest request) {
    String list = request.requiredHeader(SIGNED_HEADERS).toLowerCase(Locale.ROOT);
    Set<String> names = new TreeSet<>(Arrays.asList(list.split(",", MAX_HEADERS + 1)));
    if (names.size() > MAX_HEADERS) {
      throw new Rejection(Reason.TOO_LARGE, "more than " + MAX_HEADERS + " signed headers");
    }
    // Unsigned, they could be anything.
    if (!names.containsAll(List.of(SIGNED_HEADERS, TIMESTAMP))) {
      throw new Rejection(Reason.MISSING, "the timestamp or the list of headers is not signed");
    }
    StringBuilder headers = new StringBuilder();
    for (String name : names) {
      headers.append(headers.isEmpty() ? "" : ";");
      headers.append(name).append(':').append(request.requiredHeader(name));
    }
    return headers.toString();
  }

  /** What Contentful's own library makes of it: the query is escaped a second time. */
  private static String path(WebhookRequest request) {
    String url = request.url();
    if (url == null) {
      throw new Rejection(Reason.MISSING, "the URL is missing: give it with the request");
    }
    String path = Urls.pathAndQuery(url);
    int mark = path.indexOf('?');
    return JavaScript.encodeUri(
        mark < 0 || mark + 1 == path.length()
            ? path.replace("?", "")
            : path.substring(0, mark + 1) + JavaScript.escapeQuery(path.substring(mark + 1)));
  }

  @Override
  public Set<Algorithm> algorithms() {
    return Set.of(Algorithm.HMAC_SHA256);
  }
}
