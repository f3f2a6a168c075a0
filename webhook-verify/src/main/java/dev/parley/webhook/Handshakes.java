package dev.parley.webhook;

import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The questions that are answered by echoing something, or its MAC.
 *
 * <p>What is echoed is short and made of letters, digits and little else: nothing a browser would
 * run, nothing that ends a header, and no JSON. The last matters where the MAC of a challenge is
 * asked for with the key of the webhooks (X, Zoom): who could have any text signed could forge.
 */
final class Handshakes {
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_.~+/=-]{1,512}");
  private static final Pattern ORIGIN = Pattern.compile("[A-Za-z0-9.*-]{1,255}");
  private static final Pattern PING_FORM = Pattern.compile("webhook_id=[0-9]{1,10}");
  private static final int MAX_BODY = 8 * 1024;

  private Handshakes() {}

  /** {@code {"type":"url_verification","challenge":…}}, signed. */
  static final Handshake SLACK =
      new Handshake() {
        @Override
        public @Nullable Reply after(Attempt attempt) {
          return isSmallJson(attempt, "type", "url_verification")
              ? Reply.text(token(attempt.material().json("challenge")))
              : null;
        }
      };

  /** {@code endpoint.url_validation}, signed, every 72 hours or so. */
  static final Handshake ZOOM =
      new Handshake() {
        @Override
        public @Nullable Reply after(Attempt attempt) {
          if (!isSmallJson(attempt, "event", "endpoint.url_validation")) {
            return null;
          }
          String plain = token(attempt.material().json("payload.plainToken"));
          String encrypted = Encoding.HEX.encode(mac(attempt.keys(), plain));
          return Reply.json(
              "{\"plainToken\":\"" + plain + "\",\"encryptedToken\":\"" + encrypted + "\"}");
        }
      };

  /** {@code GET ?crc_token=}, hourly. */
  static final Handshake X =
      new Handshake() {
        @Override
        public @Nullable Reply before(WebhookRequest request, List<Key> keys) {
          String challenge = query(request, "crc_token");
          return challenge == null
              ? null
              : Reply.json(
                  "{\"response_token\":\"sha256="
                      + Encoding.BASE64.encode(mac(keys, token(challenge)))
                      + "\"}");
        }
      };

  /** {@code GET ?challenge=}. */
  static final Handshake DROPBOX =
      new Handshake() {
        @Override
        public @Nullable Reply before(WebhookRequest request, List<Key> keys) {
          String challenge = query(request, "challenge");
          return challenge == null ? null : Reply.text(token(challenge));
        }
      };

  /** {@code webhook_callback_verification}, signed. */
  static final Handshake TWITCH =
      new Handshake() {
        @Override
        public @Nullable Reply after(Attempt attempt) {
          String type = attempt.request().header("Twitch-Eventsub-Message-Type");
          return "webhook_callback_verification".equals(type)
              ? Reply.text(token(attempt.material().json("challenge")))
              : null;
        }
      };

  /**
   * The ping of interactions ({@code "type":1}) and of webhook events ({@code "type":0}), signed.
   */
  static final Handshake DISCORD =
      new Handshake() {
        @Override
        public @Nullable Reply after(Attempt attempt) {
          // An event of type 1 is one of webhook events, and not the ping of an interaction.
          if (isSmallJson(attempt, "type", "1")
              && Json.at(attempt.material().json(), "event") == null) {
            return Reply.json("{\"type\":1}");
          }
          return isSmallJson(attempt, "type", "0") ? Reply.empty(204) : null;
        }
      };

  /** {@code GET} with a challenge in a header. */
  static final Handshake OKTA =
      new Handshake() {
        @Override
        public @Nullable Reply before(WebhookRequest request, List<Key> keys) {
          String challenge =
              request.method().equals("GET")
                  ? request.header("X-Okta-Verification-Challenge")
                  : null;
          return challenge == null
              ? null
              : Reply.json("{\"verification\":\"" + token(challenge) + "\"}");
        }
      };

  /** {@code SubscriptionValidation}, or {@code OPTIONS} for CloudEvents; by token or Entra ID. */
  static final Handshake EVENT_GRID =
      new Handshake() {
        @Override
        public @Nullable Reply after(Attempt attempt) {
          WebhookRequest request = attempt.request();
          if (request.method().equals("OPTIONS")) {
            String origin = request.requiredHeader("WebHook-Request-Origin");
            if (!ORIGIN.matcher(origin).matches()) {
              throw unsafe();
            }
            return new Reply(200, Map.of("WebHook-Allowed-Origin", origin), "");
          }
          if (!"SubscriptionValidation".equals(request.header("aeg-event-type"))) {
            return null;
          }
          String code = token(attempt.material().json("0.data.validationCode"));
          return Reply.json("{\"validationResponse\":\"" + code + "\"}");
        }
      };

  /** The first ping, a form without a signature. It is answered, and tells nothing. */
  static final Handshake WOO_COMMERCE =
      new Handshake() {
        @Override
        public @Nullable Reply before(WebhookRequest request, List<Key> keys) {
          byte[] body = request.body();
          boolean isPing =
              body.length < 32
                  && request.headers("X-WC-Webhook-Signature").isEmpty()
                  && PING_FORM.matcher(Encoding.TEXT.encode(body)).matches();
          return isPing ? Reply.empty(200) : null;
        }
      };

  /** {@code GET ?hub.mode=subscribe&hub.verify_token=&hub.challenge=}. */
  static Handshake meta(String verifyToken) {
    byte[] expected = Encoding.utf8(verifyToken);
    return new Handshake() {
      @Override
      public @Nullable Reply before(WebhookRequest request, List<Key> keys) {
        if (!"subscribe".equals(query(request, "hub.mode"))) {
          return null;
        }
        String actual = query(request, "hub.verify_token");
        if (actual == null || !MessageDigest.isEqual(expected, Encoding.utf8(actual))) {
          throw new Rejection(Reason.MISMATCH, "hub.verify_token is another");
        }
        return Reply.text(token(query(request, "hub.challenge")));
      }
    };
  }

  private static @Nullable String query(WebhookRequest request, String name) {
    return request.method().equals("GET") && !request.query().isEmpty()
        ? Form.parse(request.query()).get(name)
        : null;
  }

  /** Looks for the word before it parses anything: an event should cost no second look. */
  private static boolean isSmallJson(Attempt attempt, String path, String value) {
    byte[] body = attempt.request().body();
    if (body.length > MAX_BODY || !Encoding.TEXT.encode(body).contains(value)) {
      return false;
    }
    try {
      return value.equals(attempt.material().json(path));
    } catch (Rejection notJson) {
      // Signed all the same: the application will see for itself.
      return false;
    }
  }

  /** A signed question is answered with the first key: providers know nothing of older ones. */
  private static byte[] mac(List<Key> keys, String text) {
    return keys.get(0).mac(Algorithm.HMAC_SHA256, Crypto.Text.of(Encoding.utf8(text)));
  }

  private static String token(@Nullable String challenge) {
    if (challenge == null) {
      throw new Rejection(Reason.MISSING, "the challenge is missing");
    }
    if (!TOKEN.matcher(challenge).matches()) {
      throw unsafe();
    }
    return challenge;
  }

  private static Rejection unsafe() {
    return new Rejection(
        Reason.MALFORMED, "the challenge is longer than 512 characters or not plain");
  }
}
