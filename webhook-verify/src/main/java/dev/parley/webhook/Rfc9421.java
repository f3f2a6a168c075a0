package dev.parley.webhook;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * HTTP Message Signatures, RFC 9421: a list of components and a signature over them. What must be
 * covered is configured; the algorithm follows from the key.
 */
record Rfc9421(Set<String> required) implements Method {
  private static final Set<Algorithm> ALGORITHMS =
      Set.of(Algorithm.ED25519, Algorithm.ECDSA_P256, Algorithm.RSA_SHA256, Algorithm.HMAC_SHA256);

  @Override
  public Set<Algorithm> algorithms() {
    return ALGORITHMS;
  }

  @Override
  public boolean isIn(WebhookRequest request) {
    return !request.headers("Signature-Input").isEmpty();
  }

  @Override
  public Proof verify(Attempt attempt) {
    WebhookRequest request = attempt.request();
    SignatureInput input =
        SignatureInput.parse(
            request.requiredHeader("Signature-Input"), request.requiredHeader("Signature"));
    checkComponents(input);
    Instant created = time(input, "created");
    if (created == null) {
      throw new Rejection(Reason.MISSING, "the signature has no created");
    }
    boolean digestIsCovered = input.components().contains("content-digest");
    if (digestIsCovered) {
      ContentDigest.check(request);
    }
    checkLength(input, request);
    int key = match(attempt, input);
    attempt.checkFresh(created);
    Instant expires = time(input, "expires");
    if (expires != null && attempt.now().isAfter(expires)) {
      throw new Rejection(Reason.EXPIRED, "the signature is expired");
    }
    boolean covers = digestIsCovered || request.body().length == 0;
    return Proof.of(attempt, key, created).covering(covers ? Coverage.FULL : Coverage.PARTIAL);
  }

  private void checkComponents(SignatureInput input) {
    for (String component : required) {
      boolean isThere =
          input.components().contains(component)
              || (component.equals("@path") && input.components().contains("@target-uri"));
      if (!isThere) {
        throw new Rejection(Reason.MISSING, component + " is not signed");
      }
    }
  }

  private static void checkLength(SignatureInput input, WebhookRequest request) {
    if (input.components().contains("content-length")
        && !request.requiredHeader("Content-Length").equals("" + request.body().length)) {
      throw new Rejection(Reason.MISMATCH, "the body is not as long as Content-Length says");
    }
  }

  private int match(Attempt attempt, SignatureInput input) {
    Crypto.Text text = Crypto.Text.of(Encoding.utf8(base(attempt, input)));
    String named = input.parameters().get("alg");
    byte[] signature = Encoding.BASE64.decode(input.signature());
    if (signature == null) {
      throw new Rejection(Reason.MALFORMED, "Signature is not Base64");
    }
    int match = -1;
    for (int i = attempt.keys().size() - 1; i >= 0; i--) {
      Key key = attempt.keys().get(i);
      Algorithm algorithm = ALGORITHMS.stream().filter(key::fits).findFirst().orElseThrow();
      boolean isNamed = named == null || named.equals(name(algorithm));
      if (isNamed && matches(key, algorithm, text, signature)) {
        match = i;
      }
    }
    if (match < 0) {
      throw Attempt.mismatch();
    }
    return match;
  }

  private static boolean matches(Key key, Algorithm algorithm, Crypto.Text text, byte[] signature) {
    // The RFC writes r and s one after the other, not in DER.
    return algorithm == Algorithm.ECDSA_P256
        ? Ecdsa.isPair(signature)
            && Crypto.verify("SHA256withECDSAinP1363Format", key.publicKey(), text, signature)
        : key.matches(algorithm, text, List.of(signature));
  }

  private static String name(Algorithm algorithm) {
    return switch (algorithm) {
      case ED25519 -> "ed25519";
      case ECDSA_P256 -> "ecdsa-p256-sha256";
      case RSA_SHA256 -> "rsa-v1_5-sha256";
      default -> "hmac-sha256";
    };
  }

  private static @Nullable Instant time(SignatureInput input, String name) {
    String seconds = input.parameters().get(name);
    return seconds == null ? null : TimeFormat.SECONDS.parse(seconds);
  }

  private static String base(Attempt attempt, SignatureInput input) {
    StringBuilder base = new StringBuilder();
    for (String component : input.components()) {
      base.append('"').append(component).append("\": ");
      base.append(value(attempt, component)).append('\n');
    }
    return base.append("\"@signature-params\": ").append(input.text()).toString();
  }

  private static String value(Attempt attempt, String component) {
    WebhookRequest request = attempt.request();
    if (!component.startsWith("@")) {
      if (request.headers(component).isEmpty()) {
        throw new Rejection(Reason.MISSING, component + " is missing");
      }
      return String.join(", ", request.headers(component).stream().map(String::strip).toList());
    }
    if (component.equals("@method")) {
      return request.method();
    }
    String url = attempt.url();
    String path = Urls.pathAndQuery(url);
    return switch (component) {
      case "@target-uri" -> url;
      case "@request-target" -> path;
      case "@path" -> Urls.withoutQuery(path);
      case "@query" -> "?" + request.query();
      case "@scheme" -> url.substring(0, url.indexOf("://")).toLowerCase(Locale.ROOT);
      case "@authority" -> authority(url);
      default -> throw new Rejection(Reason.UNSUPPORTED, component + " is not supported");
    };
  }

  private static String authority(String url) {
    try {
      URI uri = URI.create(Urls.withoutQuery(url));
      String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
      boolean isDefault =
          uri.getPort() < 0 || uri.getPort() == ("https".equals(uri.getScheme()) ? 443 : 80);
      return isDefault ? host : host + ":" + uri.getPort();
    } catch (IllegalArgumentException e) {
      throw new Rejection(Reason.MALFORMED, "the URL is malformed");
    }
  }
}
