package dev.parley.webhook;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recorded requests of real providers, with what has to come out. */
final class Vectors {
  private Vectors() {}

  /** One of them. */
  record Vector(Object json) {
    String text(String path) {
      String text = optional(path);
      if (text == null) {
        throw new IllegalStateException(path + " is missing");
      }
      return text;
    }

    @Nullable String optional(String path) {
      return Json.text(Json.at(json, path));
    }

    String id() {
      return text("id");
    }

    boolean isValid() {
      return text("expected").equals("valid");
    }

    Instant now() {
      return Instant.ofEpochSecond(Long.parseLong(text("now")));
    }

    WebhookRequest request() {
      WebhookRequest.Builder request =
          WebhookRequest.builder()
              .method(text("method"))
              .url(text("url"))
              .body(Base64.getDecoder().decode(text("body")));
      ((Map<?, ?>) Json.at(json, "headers"))
          .forEach((name, value) -> request.header(name.toString(), value.toString()));
      return request.build();
    }

    WebhookVerifier verifier() {
      Scheme scheme = scheme();
      WebhookVerifier.Builder verifier =
          WebhookVerifier.builder(scheme).clock(this::now).fetcher(this::fetch);
      if (!scheme.method().algorithms().isEmpty()) {
        verifier.key("primary", text("secret.value"));
        String secondary = optional("secret.secondary");
        if (secondary != null) {
          verifier.key("secondary", secondary);
        }
      }
      return verifier.build();
    }

    /** What the provider would serve. */
    byte[] fetch(KeyFetcher.Query query) {
      String value = text("secret.value");
      return switch (text("provider")) {
        case "plaid" -> ("{\"key\":" + value + "}").getBytes(StandardCharsets.UTF_8);
        case "google-pubsub" -> jwks(value, text("secret.kid"));
        default -> value.getBytes(StandardCharsets.UTF_8);
      };
    }

    Scheme scheme() {
      return switch (text("provider")) {
        case "stripe" -> Providers.STRIPE;
        case "github" -> Providers.GITHUB;
        case "standard-webhooks" -> Providers.STANDARD_WEBHOOKS;
        case "svix" -> Providers.SVIX;
        case "resend" -> Providers.RESEND;
        case "slack" -> Providers.SLACK;
        case "twilio" -> Providers.TWILIO;
        case "shopify" -> Providers.SHOPIFY;
        case "square" -> Providers.SQUARE;
        case "discord" -> Providers.DISCORD;
        case "line" -> Providers.LINE;
        case "hubspot" ->
            switch (text("scheme")) {
              case "hubspot-v1" -> Providers.HUBSPOT_V1;
              case "hubspot-v2" -> Providers.HUBSPOT_V2;
              default -> Providers.HUBSPOT;
            };
        case "linear" -> Providers.LINEAR;
        case "notion" -> Providers.NOTION;
        case "adyen" ->
            text("scheme").equals("adyen-item") ? Providers.ADYEN : Providers.ADYEN_PLATFORM;
        case "contentful" -> Providers.CONTENTFUL;
        case "braintree" -> Providers.braintree(text("secret.public_key"));
        case "zoom" -> Providers.ZOOM;
        case "google-pubsub" ->
            Providers.googlePubSub(text("secret.audience"), text("secret.email"));
        case "http-message-signatures" ->
            Providers.httpMessageSignatures(KeyFormat.PUBLIC_KEY, "@method", "@path");
        case "bitbucket" -> Providers.BITBUCKET;
        case "circleci" -> Providers.CIRCLECI;
        case "gitlab" -> Providers.GITLAB_TOKEN;
        case "typeform" -> Providers.TYPEFORM;
        case "mailgun" -> Providers.MAILGUN;
        case "shippo" -> Providers.SHIPPO;
        case "calendly" -> Providers.CALENDLY;
        case "intercom" -> Providers.INTERCOM;
        case "jira" -> Providers.JIRA;
        case "dropbox" -> Providers.DROPBOX;
        case "dropbox-sign" -> Providers.DROPBOX_SIGN;
        case "zendesk" -> Providers.ZENDESK;
        case "xero" -> Providers.XERO;
        case "intuit" -> Providers.INTUIT;
        case "lemonsqueezy" -> Providers.LEMON_SQUEEZY;
        case "woocommerce" -> Providers.WOOCOMMERCE;
        case "vercel" -> Providers.VERCEL;
        case "sentry" -> Providers.SENTRY;
        case "docusign" -> Providers.DOCUSIGN;
        case "npm" -> Providers.NPM;
        case "meta" -> Providers.meta("a-verify-token");
        case "x-twitter" -> Providers.X;
        case "twitch" -> Providers.TWITCH;
        case "telegram" -> Providers.TELEGRAM;
        case "mandrill" -> Providers.MANDRILL;
        case "netlify" -> Providers.NETLIFY;
        case "plaid" -> Providers.plaid("a-client", "a-secret");
        case "coinbase-cdp" -> Providers.COINBASE_CDP;
        case "coinbase-commerce" -> Providers.COINBASE_COMMERCE;
        case "okta" -> Providers.OKTA;
        case "postmark" -> Providers.POSTMARK;
        case "sendgrid" -> Providers.SENDGRID;
        case "paddle" -> Providers.PADDLE;
        case "razorpay" -> Providers.RAZORPAY;
        case "box" -> Providers.BOX;
        case "aws-sns" -> Providers.sns(topic());
        case "paypal" -> Providers.payPal(text("secret.webhook_id"));
        case "pagerduty" -> Providers.PAGERDUTY;
        case "convoy" -> convoy(text("scheme"));
        default -> throw new IllegalStateException("no scheme for " + text("provider"));
      };
    }

    private static Scheme convoy(String scheme) {
      Algorithm algorithm =
          scheme.contains("sha512") ? Algorithm.HMAC_SHA512 : Algorithm.HMAC_SHA256;
      boolean base64 = scheme.endsWith("base64");
      return scheme.contains("advanced")
          ? Providers.convoyAdvanced("X-Convoy-Signature", algorithm, base64)
          : Providers.convoy("X-Convoy-Signature", algorithm, base64);
    }

    private String topic() {
      Object body = Json.parse(Base64.getDecoder().decode(text("body")));
      return String.valueOf(Json.text(Json.at(body, "TopicArn")));
    }

    @Override
    public String toString() {
      return id() + ": " + text("reason");
    }
  }

  static List<Vector> ours() {
    try (InputStream stream = Vectors.class.getResourceAsStream("/webhook-vectors.json")) {
      return read(stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Vector named(String id) {
    return ours().stream().filter(vector -> vector.id().equals(id)).findFirst().orElseThrow();
  }

  static List<Vector> read(byte[] json) {
    return Json.list(Json.at(Json.parse(json), "vectors")).stream()
        .map(vector -> new Vector(vector))
        .toList();
  }

  /** A JSON Web Key Set with the key of this certificate. */
  private static byte[] jwks(String pem, String kid) {
    try {
      PublicKey key =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
              .getPublicKey();
      return jwks(kid, (RSAPublicKey) key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] jwks(String kid, RSAPublicKey key) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    byte[] n = key.getModulus().toByteArray();
    byte[] e = key.getPublicExponent().toByteArray();
    return ("{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\""
            + kid
            + "\",\"n\":\""
            + base64.encodeToString(n)
            + "\",\"e\":\""
            + base64.encodeToString(e)
            + "\"}]}")
        .getBytes(StandardCharsets.UTF_8);
  }
}
