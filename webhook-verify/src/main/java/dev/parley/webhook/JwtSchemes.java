package dev.parley.webhook;

import java.net.URI;
import java.security.PublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The providers that send JSON Web Tokens, and what each has to claim. */
final class JwtSchemes {
  private static final Pattern PLAID_KEY = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final String GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs";
  private static final String ENTRA = "https://login.microsoftonline.com/";

  private JwtSchemes() {}

  static Method googlePubSub(String audience, String email) {
    return new JwtSignature(
        "Authorization",
        "Bearer ",
        "RS256",
        JwtSignature.Published.at(GOOGLE_KEYS),
        (token, attempt) -> {
          token.checkTimes(attempt);
          token.requireClaim("iss", Set.of("https://accounts.google.com", "accounts.google.com"));
          token.requireClaim("aud", Set.of(audience));
          token.requireClaim("email", Set.of(email));
          if (!"true".equals(token.claim("email_verified"))) {
            throw new Rejection(Reason.WRONG_TARGET, "the token's email is not verified");
          }
          return token.time("iat");
        });
  }

  static Method entra(String tenant, String audience) {
    return new JwtSignature(
        "Authorization",
        "Bearer ",
        "RS256",
        JwtSignature.Published.at(ENTRA + tenant + "/discovery/v2.0/keys"),
        (token, attempt) -> {
          token.checkTimes(attempt);
          token.requireClaim(
              "iss", Set.of("https://sts.windows.net/" + tenant + "/", ENTRA + tenant + "/v2.0"));
          token.requireClaim("aud", Set.of(audience));
          return token.time("iat");
        });
  }

  static Method plaid(URI endpoint, String clientId, String secret) {
    return new JwtSignature(
        "Plaid-Verification",
        "",
        "ES256",
        (kid, attempt) -> {
          if (!PLAID_KEY.matcher(kid).matches()) {
            return null;
          }
          String json =
              "{\"client_id\":"
                  + Json.quote(clientId)
                  + ",\"secret\":"
                  + Json.quote(secret)
                  + ",\"key_id\":"
                  + Json.quote(kid)
                  + "}";
          var query = KeyFetcher.Query.post(endpoint, json);
          return attempt
              .fetched()
              .get(
                  "plaid " + kid,
                  query,
                  FetchedKeys.DAY,
                  attempt.now(),
                  PublicKey.class,
                  JwtSchemes::plaidKey);
        },
        (token, attempt) -> {
          Instant issued = token.requiredTime("iat");
          attempt.checkFresh(issued);
          token.checkBody("request_body_sha256", attempt.request().body());
          return issued;
        });
  }

  private static PublicKey plaidKey(byte[] answer) {
    Object jwk = Json.at(Json.parse(answer), "key");
    PublicKey key = PublicKeys.read(jwk);
    if (key == null || Json.text(Json.at(jwk, "expired_at")) != null) {
      throw new Rejection(Reason.UNKNOWN_KEY, "Plaid's key is expired or no key");
    }
    return key;
  }

  static Method netlify() {
    return new JwtSignature(
        "X-Webhook-Signature",
        "",
        "HS256",
        null,
        (token, attempt) -> {
          token.requireClaim("iss", Set.of("netlify"));
          token.checkBody("sha256", attempt.request().body());
          return null;
        });
  }

  static Method jiraConnect(String clientKey) {
    return new JwtSignature(
        "Authorization",
        "JWT ",
        "HS256",
        null,
        (token, attempt) -> {
          token.checkTimes(attempt);
          token.requireClaim("iss", Set.of(clientKey));
          byte[] canonical = Encoding.utf8(canonicalRequest(attempt.request()));
          if (!Jwt.hex(Crypto.sha256(canonical)).equals(token.claim("qsh"))) {
            throw new Rejection(Reason.MISMATCH, "the token is for another request");
          }
          return token.time("iat");
        });
  }

  /** As Atlassian's qsh wants it: method, path and sorted query, joined by ampersands. */
  static String canonicalRequest(WebhookRequest request) {
    String url = Urls.pathAndQuery(request.url() == null ? "" : request.url());
    String path = Urls.withoutQuery(url).replace("&", "%26");
    if (path.length() > 1 && path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    Map<String, Set<String>> query = new TreeMap<>();
    for (String pair : request.query().split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = Form.decode(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : Form.decode(pair.substring(equals + 1));
      if (!pair.isEmpty() && !name.equals("jwt")) {
        query
            .computeIfAbsent(JavaScript.percentEncode(name), none -> new TreeSet<>())
            .add(JavaScript.percentEncode(value));
      }
    }
    List<String> pairs = new ArrayList<>();
    query.forEach((name, values) -> pairs.add(name + "=" + String.join(",", values)));
    return request.method() + "&" + path + "&" + String.join("&", pairs);
  }
}
