package dev.parley.webhook;

import static dev.parley.webhook.Algorithm.ECDSA_P256;
import static dev.parley.webhook.Algorithm.ED25519;
import static dev.parley.webhook.Algorithm.HMAC_SHA1;
import static dev.parley.webhook.Algorithm.SHA256;
import static dev.parley.webhook.Algorithm.TOKEN;
import static dev.parley.webhook.Confidence.AGREED;
import static dev.parley.webhook.Confidence.DOCUMENTED;
import static dev.parley.webhook.Confidence.REPRODUCED;
import static dev.parley.webhook.Confidence.UNCONFIRMED;
import static dev.parley.webhook.Coverage.FULL;
import static dev.parley.webhook.Coverage.ORIGIN_ONLY;
import static dev.parley.webhook.Coverage.PARTIAL;
import static dev.parley.webhook.Rotation.BOTH_SIGN;
import static dev.parley.webhook.Rotation.PUBLISHED;
import static dev.parley.webhook.TimeFormat.MILLIS;
import static dev.parley.webhook.TimeFormat.RFC_3339;
import static dev.parley.webhook.TimeFormat.SECONDS;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How each provider signs: one table, read it like one. A row says what the signature looks like on
 * the wire, what it signs, where the delivery id stands, and by what all this is known.
 *
 * <p>Methods are providers that need more than a key: a topic, an audience, an account. Constants
 * need a key only. All have 5 minutes of tolerance unless the row says otherwise, also where the
 * provider's own SDK has none or lets the future pass.
 *
 * <p>Not here, since there is nothing to verify: Docker Hub signs nothing, so put a token into the
 * URL ({@link #tokenInQuery}). Google Forms has no webhooks: its watches publish to Pub/Sub, see
 * {@link #googlePubSub}.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @since 0.1
 */
public final class Providers {

  // ---- Standard Webhooks and who adopted it
  // ------------------------------------------------------

  private static final Scheme SVIX_HEADERS = standardWebhooks("svix", "svix-");
  private static final Scheme WEBHOOK_HEADERS = standardWebhooks("svix", "webhook-");

  /**
   * Standard Webhooks 1.0.0, {@code v1} (a shared secret, {@code whsec_…}) and {@code v1a}
   * (Ed25519, {@code whpk_…}); a sender may mix them while keys change. Also what Brex, Etsy,
   * incident.io, OpenAI, Render, Replicate and Supabase send.
   */
  public static final Scheme STANDARD_WEBHOOKS = standardWebhooks("standard-webhooks", "webhook-");

  /** Svix: as Standard Webhooks; {@code svix-} headers win over {@code webhook-} ones. */
  public static final Scheme SVIX = svix("svix", REPRODUCED, "svix 1.99.1");

  /** Resend, by Svix. */
  public static final Scheme RESEND = svix("resend", REPRODUCED, "resend 6.38.0");

  /** Clerk, by Svix. */
  public static final Scheme CLERK = svix("clerk", AGREED, "third parties");

  /** Polar: as Standard Webhooks, but the secret is used as text. */
  public static final Scheme POLAR =
      standard("polar", "webhook-").keys(KeyFormat.TEXT).source(AGREED, "third parties").build();

  /** GitLab 19 and newer, with a signing token ({@code whsec_…}). */
  public static final Scheme GITLAB =
      standard("gitlab", "webhook-").source(AGREED, "merge request 230944, consumers").build();

  /** GitLab's older secret token, which protects nothing: use {@link #GITLAB} where you can. */
  public static final Scheme GITLAB_TOKEN =
      scheme("gitlab-token", AGREED, "third parties")
          .algorithm(TOKEN)
          .signature("X-Gitlab-Token: {text}")
          .deliveryId("{header:X-Gitlab-Event-UUID}", "{header:Idempotency-Key}")
          .build();

  // ---- HMAC with a timestamp
  // ---------------------------------------------------------------------

  /** Stripe. The secret is used as text, {@code whsec_} included. */
  public static final Scheme STRIPE =
      scheme("stripe", REPRODUCED, "stripe 23.1.0, stripe-java 33.3.0")
          .signatures(",", "Stripe-Signature: t={timestamp},v1={hex}")
          .timestamp(SECONDS)
          .signs("{timestamp}.{body}")
          .deliveryId("{json:id}")
          .rotation(BOTH_SIGN)
          .build();

  /** Slack: events, commands and interactions. */
  public static final Scheme SLACK =
      scheme("slack", REPRODUCED, "documented value, @slack/bolt 5.1.0")
          .signature("X-Slack-Signature: v0={hex}")
          .timestamp(SECONDS, "X-Slack-Request-Timestamp")
          .signs("v0:{timestamp}:{body}")
          .deliveryId("{json:event_id}")
          .handshake(Handshakes.SLACK)
          .build();

  /** Zoom. It asks for a validation about every 72 hours, and gets it. */
  public static final Scheme ZOOM =
      scheme("zoom", REPRODUCED, "@zoom/rivet 0.4.0")
          .signature("x-zm-signature: v0={hex}")
          .timestamp(SECONDS, "x-zm-request-timestamp")
          .signs("v0:{timestamp}:{body}")
          .deliveryId("{header:x-zm-trackingid}")
          .handshake(Handshakes.ZOOM)
          .build();

  /** Paddle Billing. 5 seconds of tolerance, as its SDK: keep your clock right, or raise it. */
  public static final Scheme PADDLE =
      scheme("paddle", REPRODUCED, "paddle-node 3.10.0, paddle-go's vectors")
          .signatures(";", "Paddle-Signature: ts={timestamp};h1={hex}")
          .timestamp(SECONDS)
          .signs("{timestamp}:{body}")
          .tolerance(Duration.ofSeconds(5))
          .deliveryId("{json:event_id}", "{json:notification_id}")
          .rotation(BOTH_SIGN)
          .build();

  /** HubSpot, version 3. Needs the URL. One request may carry many events: dedup each, too. */
  public static final Scheme HUBSPOT =
      scheme("hubspot", REPRODUCED, "@hubspot/api-client 13.5.0")
          .signature("X-HubSpot-Signature-v3: {base64}")
          .timestamp(MILLIS, "X-HubSpot-Request-Timestamp")
          .signs("{method}{url}{body}{timestamp}")
          .urls(Urls::hubSpot)
          .build();

  /** HubSpot, version 2: a bare SHA-256, not an HMAC, and no timestamp. Prefer {@link #HUBSPOT}. */
  public static final Scheme HUBSPOT_V2 =
      scheme("hubspot-v2", REPRODUCED, "documented value")
          .algorithm(SHA256)
          .requires("X-HubSpot-Signature-Version", "v2")
          .signature("X-HubSpot-Signature: {hex}")
          .signs("{secret}{method}{url}{body}")
          .build();

  /** HubSpot, version 1: as {@link #HUBSPOT_V2}, and the URL is not signed either. */
  public static final Scheme HUBSPOT_V1 =
      scheme("hubspot-v1", REPRODUCED, "documented value")
          .algorithm(SHA256)
          .requires("X-HubSpot-Signature-Version", "v1")
          .signature("X-HubSpot-Signature: {hex}")
          .signs("{secret}{body}")
          .build();

  /** Calendly. 3 minutes, as in its sample. */
  public static final Scheme CALENDLY =
      scheme("calendly", AGREED, "third parties, an answer by its staff")
          .signatures(",", "Calendly-Webhook-Signature: t={timestamp},v1={hex}")
          .timestamp(SECONDS)
          .signs("{timestamp}.{body}")
          .tolerance(Duration.ofMinutes(3))
          .deliveryId("{json:event}:{json:payload.uri}")
          .build();

  /** Shippo, for accounts that were given a secret. Others: {@link #tokenInQuery}. */
  public static final Scheme SHIPPO =
      scheme("shippo", AGREED, "three third parties")
          .signatures(",", "Shippo-Auth-Signature: t={timestamp},v1={hex}")
          .timestamp(SECONDS)
          .signs("{timestamp}.{body}")
          .build();

  /** Twitch EventSub. 10 minutes, as documented. */
  public static final Scheme TWITCH =
      scheme("twitch", AGREED, "documented headers, third parties")
          .signature("Twitch-Eventsub-Message-Signature: sha256={hex}")
          .timestamp(RFC_3339, "Twitch-Eventsub-Message-Timestamp")
          .signs("{header:Twitch-Eventsub-Message-Id}{timestamp}{body}")
          .tolerance(Duration.ofMinutes(10))
          .deliveryId("{header:Twitch-Eventsub-Message-Id}")
          .handshake(Handshakes.TWITCH)
          .build();

  /** Zendesk. The secret looks like Base64 and is used as text. */
  public static final Scheme ZENDESK =
      scheme("zendesk", DOCUMENTED, "documentation; timestamp first, against the page of 2021")
          .signature("X-Zendesk-Webhook-Signature: {base64}")
          .timestamp(RFC_3339, "X-Zendesk-Webhook-Signature-Timestamp")
          .signs("{timestamp}{body}")
          .deliveryId("{header:X-Zendesk-Webhook-Invocation-Id}")
          .build();

  /** Coinbase CDP, by Hook0: {@code v0}, which its documentation recommends. */
  public static final Scheme COINBASE_CDP =
      scheme("coinbase-cdp", AGREED, "hook0's source, third parties")
          .signatures(",", "X-Hook0-Signature: t={timestamp},v0={hex}")
          .timestamp(SECONDS)
          .signs("{timestamp}.{body}")
          .deliveryId("{json:id}")
          .build();

  /** WorkOS: milliseconds, 3 minutes. */
  public static final Scheme WORKOS =
      scheme("workos", DOCUMENTED, "source of its SDK")
          .signatures(",", "WorkOS-Signature: t={timestamp},v1={hex}")
          .timestamp(MILLIS)
          .signs("{timestamp}.{body}")
          .tolerance(Duration.ofMinutes(3))
          .deliveryId("{json:id}")
          .build();

  /** Box: give the primary and the secondary key. 10 minutes, as documented. */
  public static final Scheme BOX =
      scheme("box", REPRODUCED, "box-node 10.12, box-java 5.6")
          .requires("BOX-SIGNATURE-VERSION", "1")
          .requires("BOX-SIGNATURE-ALGORITHM", "HmacSHA256")
          .signature("BOX-SIGNATURE-PRIMARY: {base64}")
          .signature("BOX-SIGNATURE-SECONDARY: {base64}")
          .timestamp(RFC_3339, "BOX-DELIVERY-TIMESTAMP")
          .signs("{body}{timestamp}")
          .tolerance(Duration.ofMinutes(10))
          .deliveryId("{header:BOX-DELIVERY-ID}")
          .rotation(BOTH_SIGN)
          .build();

  /** Contentful. Needs the path. Less than 30 seconds, as its SDK. */
  public static final Scheme CONTENTFUL =
      scheme("contentful", REPRODUCED, "@contentful/node-apps-toolkit 3.16.1")
          .method(new Contentful())
          .hasTimestamp()
          .tolerance(Duration.ofMillis(29_999))
          .coverage(FULL)
          .build();

  /** Linear: the timestamp is in the body; the header of that name is not signed, nor looked at. */
  public static final Scheme LINEAR =
      scheme("linear", REPRODUCED, "@linear/sdk 98.0.0")
          .signature("Linear-Signature: {hex}")
          .timestamp(MILLIS, "{json:webhookTimestamp}")
          .signs("{body}")
          .tolerance(Duration.ofMinutes(1))
          .deliveryId("{header:Linear-Delivery}")
          .build();

  // ---- HMAC of the body, no timestamp
  // ------------------------------------------------------------

  /** GitHub. The older {@code sha1=} header is never looked at. */
  public static final Scheme GITHUB =
      scheme("github", REPRODUCED, "documented value, @octokit/webhooks-methods 6.0.0")
          .signature("X-Hub-Signature-256: sha256={hex}")
          .signs("{body}")
          .deliveryId("{header:X-GitHub-Delivery}")
          .build();

  /** Shopify, with its older and its newer header. */
  public static final Scheme SHOPIFY =
      scheme("shopify", REPRODUCED, "@shopify/shopify-api 13.1.0")
          .method(
              Method.firstOf(
                  List.of(
                      shopify("X-Shopify-Hmac-Sha256", "X-"), shopify("Shopify-Hmac-Sha256", ""))))
          .coverage(FULL)
          .deliveryId("{header:X-Shopify-Event-Id}", "{header:Shopify-Event-Id}")
          .build();

  /** Bitbucket, Cloud and Data Center. */
  public static final Scheme BITBUCKET =
      scheme("bitbucket", REPRODUCED, "documented value")
          .signature("X-Hub-Signature: sha256={hex}")
          .signs("{body}")
          .deliveryId("{header:X-Request-UUID}")
          .build();

  /** Jira: webhooks of an administrator or by REST. Connect apps: {@link #jiraConnect}. */
  public static final Scheme JIRA =
      scheme("jira", AGREED, "third parties")
          .signature("X-Hub-Signature: sha256={hex}")
          .signs("{body}")
          .deliveryId("{header:X-Atlassian-Webhook-Identifier}")
          .build();

  /**
   * Notion. The key is the {@code verification_token} that its first request brings; that one
   * nobody can verify.
   */
  public static final Scheme NOTION =
      scheme("notion", REPRODUCED, "documented value, @notionhq/client 5.26.0")
          .signature("X-Notion-Signature: sha256={hex}")
          .signs("{body}")
          .deliveryId("{json:id}")
          .build();

  /** LINE: the channel secret. */
  public static final Scheme LINE =
      scheme("line", REPRODUCED, "@line/bot-sdk 11.0.0")
          .signature("x-line-signature: {base64}")
          .signs("{body}")
          .build();

  /** Razorpay. */
  public static final Scheme RAZORPAY =
      scheme("razorpay", REPRODUCED, "its SDK's vector")
          .signature("X-Razorpay-Signature: {hex}")
          .signs("{body}")
          .deliveryId("{header:x-razorpay-event-id}")
          .build();

  /** Coinbase Commerce. */
  public static final Scheme COINBASE_COMMERCE =
      scheme("coinbase-commerce", REPRODUCED, "its SDK's vector")
          .signature("X-CC-Webhook-Signature: {hex}")
          .signs("{body}")
          .deliveryId("{json:event.id}")
          .build();

  /** PagerDuty, version 3. */
  public static final Scheme PAGERDUTY =
      scheme("pagerduty", REPRODUCED, "published values")
          .signatures(",", "X-PagerDuty-Signature: v1={hex}")
          .signs("{body}")
          .deliveryId("{json:event.id}")
          .rotation(BOTH_SIGN)
          .build();

  /** CircleCI. */
  public static final Scheme CIRCLECI =
      scheme("circleci", REPRODUCED, "documented values")
          .signatures(",", "circleci-signature: v1={hex}")
          .signs("{body}")
          .deliveryId("{json:id}")
          .rotation(BOTH_SIGN)
          .build();

  /** Sentry: the client secret. */
  public static final Scheme SENTRY =
      scheme("sentry", DOCUMENTED, "documentation")
          .signature("Sentry-Hook-Signature: {hex}")
          .signs("{body}")
          .deliveryId("{header:Request-ID}")
          .build();

  /** Typeform. */
  public static final Scheme TYPEFORM =
      scheme("typeform", DOCUMENTED, "documentation")
          .signature("Typeform-Signature: sha256={base64}")
          .signs("{body}")
          .deliveryId("{json:event_id}")
          .build();

  /** X, once Twitter: the consumer secret. Its hourly question is answered. */
  public static final Scheme X =
      scheme("x", DOCUMENTED, "documentation")
          .signature("x-twitter-webhooks-signature: sha256={base64}")
          .signs("{body}")
          .handshake(Handshakes.X)
          .build();

  /** Intercom: SHA-1, since it has nothing else. */
  public static final Scheme INTERCOM =
      scheme("intercom", AGREED, "third parties")
          .algorithm(HMAC_SHA1)
          .signature("X-Hub-Signature: sha1={hex}")
          .signs("{body}")
          .deliveryId("{json:id}")
          .build();

  /** Vercel: SHA-1. */
  public static final Scheme VERCEL =
      scheme("vercel", AGREED, "third parties")
          .algorithm(HMAC_SHA1)
          .signature("x-vercel-signature: {hex}")
          .signs("{body}")
          .deliveryId("{json:id}")
          .build();

  /** Dropbox: the app secret. It only says that something changed. */
  public static final Scheme DROPBOX =
      scheme("dropbox", AGREED, "third parties")
          .signature("X-Dropbox-Signature: {hex}")
          .signs("{body}")
          .handshake(Handshakes.DROPBOX)
          .build();

  /** Xero. Its intent to receive wants 200 or 401 and no body, which is what a reply is. */
  public static final Scheme XERO =
      scheme("xero", DOCUMENTED, "documentation")
          .signature("x-xero-signature: {base64}")
          .signs("{body}")
          .deliveryId("{json:firstEventSequence}-{json:lastEventSequence}")
          .build();

  /** Intuit QuickBooks: the verifier token. */
  public static final Scheme INTUIT =
      scheme("intuit", AGREED, "third parties")
          .signature("intuit-signature: {base64}")
          .signs("{body}")
          .build();

  /** Lemon Squeezy. */
  public static final Scheme LEMON_SQUEEZY =
      scheme("lemonsqueezy", AGREED, "third parties")
          .signature("X-Signature: {hex}")
          .signs("{body}")
          .build();

  /** WooCommerce. The ping when a webhook is activated is not signed, and answered 200. */
  public static final Scheme WOOCOMMERCE =
      scheme("woocommerce", AGREED, "third parties")
          .signature("X-WC-Webhook-Signature: {base64}")
          .signs("{body}")
          .deliveryId("{header:X-WC-Webhook-Delivery-ID}")
          .handshake(Handshakes.WOO_COMMERCE)
          .build();

  /** DocuSign Connect: a header for each of its active keys. */
  public static final Scheme DOCUSIGN =
      scheme("docusign", AGREED, "third parties")
          .signature("X-DocuSign-Signature-#: {base64}")
          .signs("{body}")
          .deliveryId("{json:data.envelopeId}:{json:event}:{json:generatedDateTime}")
          .rotation(BOTH_SIGN)
          .build();

  /** npm hooks. */
  public static final Scheme NPM =
      scheme("npm", DOCUMENTED, "source of npm-hook-receiver; whether it still runs is not known")
          .signature("x-npm-signature: sha256={hex}")
          .signs("{body}")
          .build();

  /** Adyen's webhooks of banking and management; the key is hex. */
  public static final Scheme ADYEN_PLATFORM =
      scheme("adyen-platform", REPRODUCED, "@adyen/api-library 32.1.0")
          .keys(KeyFormat.HEX)
          .signature("HmacSignature: {base64}")
          .signs("{body}")
          .deliveryId("{json:id}")
          .build();

  // ---- URL, form fields or a part of the body
  // ----------------------------------------------------

  /** Twilio: the auth token. Needs the URL. Form fields, or a JSON body by {@code bodySHA256}. */
  public static final Scheme TWILIO =
      scheme("twilio", REPRODUCED, "documented value, twilio 6.2.0, twilio-java 13.0.1")
          .method(new Twilio(twilio("{url}"), twilio("{url}{form}")))
          .coverage(PARTIAL)
          .deliveryId("{header:I-Twilio-Idempotency-Token}")
          .build();

  /** Square. Needs the URL exactly as it is configured there. */
  public static final Scheme SQUARE =
      scheme("square", REPRODUCED, "published value, square 46.0.0")
          .signature("x-square-hmacsha256-signature: {base64}")
          .signs("{url}{body}")
          .deliveryId("{json:event_id}")
          .build();

  /** Mandrill. Needs the URL. */
  public static final Scheme MANDRILL =
      scheme("mandrill", AGREED, "third parties")
          .algorithm(HMAC_SHA1)
          .signature("X-Mandrill-Signature: {base64}")
          .signs("{url}{form}")
          .build();

  /** Mailgun: proves the origin, not the event. Give the verifier a {@link SingleUse}. */
  public static final Scheme MAILGUN =
      scheme("mailgun", DOCUMENTED, "documentation")
          .signature("{json:signature.signature}: {hex}")
          .timestamp(SECONDS, "{json:signature.timestamp}")
          .signs("{timestamp}{json:signature.token}")
          .coverage(ORIGIN_ONLY)
          .singleUse("{json:signature.token}")
          .deliveryId("{json:signature.token}")
          .build();

  /** Mailgun's older webhooks: the same in a form. */
  public static final Scheme MAILGUN_FORM =
      scheme("mailgun-form", DOCUMENTED, "documentation")
          .signature("{form:signature}: {hex}")
          .timestamp(SECONDS, "{form:timestamp}")
          .signs("{timestamp}{form:token}")
          .coverage(ORIGIN_ONLY)
          .singleUse("{form:token}")
          .deliveryId("{form:token}")
          .build();

  /** Adyen's payment webhooks: eight fields of each item; the key is hex. */
  public static final Scheme ADYEN =
      scheme("adyen", REPRODUCED, "@adyen/api-library 32.1.0")
          .keys(KeyFormat.HEX)
          .method(new AdyenItems())
          .coverage(PARTIAL)
          .acknowledgement(Reply.text("[accepted]"))
          .build();

  /** Dropbox Sign: the API key; time and type of the event, and nothing else. */
  public static final Scheme DROPBOX_SIGN =
      scheme("dropbox-sign", REPRODUCED, "its SDK's fixtures")
          .method(new DropboxSign())
          .coverage(PARTIAL)
          .acknowledgement(Reply.text("Hello API Event Received"))
          .build();

  // ---- Public keys
  // -------------------------------------------------------------------------------

  /** Discord: interactions and webhook events. The key is the application's, in hex. */
  public static final Scheme DISCORD =
      scheme("discord", REPRODUCED, "discord-interactions 4.4.0")
          .algorithm(ED25519)
          .keys(KeyFormat.ED25519_HEX)
          .signature("X-Signature-Ed25519: {hex}")
          .timestamp(SECONDS, "X-Signature-Timestamp")
          .signs("{timestamp}{body}")
          .deliveryId("{json:id}")
          .handshake(Handshakes.DISCORD)
          .build();

  /** SendGrid's event webhook: the key is Base64. One request has many events: dedup each, too. */
  public static final Scheme SENDGRID =
      scheme("sendgrid", REPRODUCED, "its SDK's vector")
          .algorithm(ECDSA_P256)
          .keys(KeyFormat.PUBLIC_KEY)
          .signature("X-Twilio-Email-Event-Webhook-Signature: {base64}")
          .timestamp(SECONDS, "X-Twilio-Email-Event-Webhook-Timestamp")
          .signs("{timestamp}{body}")
          .build();

  /** Netlify: a token with the SHA-256 of the body. */
  public static final Scheme NETLIFY =
      scheme("netlify", AGREED, "third parties")
          .method(JwtSchemes.netlify())
          .coverage(FULL)
          .deliveryId("{json:id}:{json:state}")
          .build();

  // ---- A token and no signature
  // ------------------------------------------------------------------

  /** Telegram: the secret token of {@code setWebhook}. */
  public static final Scheme TELEGRAM =
      scheme("telegram", AGREED, "third parties")
          .algorithm(TOKEN)
          .signature("X-Telegram-Bot-Api-Secret-Token: {text}")
          .deliveryId("{json:update_id}")
          .build();

  /** Okta event hooks: what you had it send as {@code Authorization}. */
  public static final Scheme OKTA =
      scheme("okta", DOCUMENTED, "documentation")
          .algorithm(TOKEN)
          .signature("Authorization: {text}")
          .deliveryId("{json:data.events.0.uuid}")
          .handshake(Handshakes.OKTA)
          .build();

  /** Auth0 log streams: what you had it send as {@code Authorization}. */
  public static final Scheme AUTH0 =
      scheme("auth0", UNCONFIRMED, "memory")
          .algorithm(TOKEN)
          .signature("Authorization: {text}")
          .build();

  /** Postmark: the user and password in the webhook's URL, given as {@code user:password}. */
  public static final Scheme POSTMARK =
      scheme("postmark", AGREED, "third parties")
          .algorithm(TOKEN)
          .signature("Authorization: Basic {base64}")
          .deliveryId("{json:MessageID}")
          .build();

  /** Azure Event Grid with {@code ?secret=} in the webhook's URL. Needs the query. */
  public static final Scheme AZURE_EVENT_GRID =
      scheme("azure-event-grid", DOCUMENTED, "documentation")
          .algorithm(TOKEN)
          .signature("{query:secret}: {text}")
          .deliveryId("{json:0.id}", "{json:id}")
          .handshake(Handshakes.EVENT_GRID)
          .build();

  private Providers() {}

  // ---- Providers that need more than a key
  // -------------------------------------------------------

  /**
   * Meta: Facebook, Instagram, WhatsApp. The key is the app secret.
   *
   * @param verifyToken what you entered in the app dashboard
   */
  public static Scheme meta(String verifyToken) {
    return scheme("meta", DOCUMENTED, "documentation")
        .signature("X-Hub-Signature-256: sha256={hex}")
        .signs("{body}")
        .handshake(Handshakes.meta(checked(verifyToken, "verifyToken")))
        .build();
  }

  /**
   * Braintree. The key is the private key.
   *
   * @param publicKey the public key beside it
   */
  public static Scheme braintree(String publicKey) {
    Braintree braintree = new Braintree(checked(publicKey, "publicKey"));
    return scheme("braintree", REPRODUCED, "braintree 3.40.0, braintree-java 3.52.0")
        .method(braintree)
        .handshake(braintree)
        .coverage(FULL)
        .build();
  }

  /**
   * PayPal. No key: its certificate is fetched. The body is covered by a CRC-32 only, which anybody
   * who saw one request can match: give the verifier a {@link SingleUse}, and for money ask
   * PayPal's API.
   *
   * @param webhookId the id of the webhook, as the dashboard shows it
   */
  public static Scheme payPal(String webhookId) {
    return scheme("paypal", REPRODUCED, "a real sandbox event and its certificate")
        .method(new PayPal(checked(webhookId, "webhookId"), Certificates::jdk))
        .coverage(PARTIAL)
        .singleUse("{header:PAYPAL-TRANSMISSION-ID}")
        .deliveryId("{json:id}")
        .rotation(PUBLISHED)
        .build();
  }

  /**
   * AWS SNS. No key: its certificate is fetched. A subscription to one of the topics is confirmed
   * by {@code verify}. Attributes of a message are not signed.
   *
   * @param topicArns the topics to accept
   */
  public static Scheme sns(String... topicArns) {
    if (topicArns.length == 0) {
      throw new IllegalArgumentException(
          "name the topics: anybody can have SNS sign messages of a topic of his own");
    }
    Arrays.stream(topicArns).forEach(arn -> checked(arn, "topicArn"));
    Sns sns = new Sns(Set.of(topicArns));
    return scheme("aws-sns", REPRODUCED, "real messages of all three types")
        .method(sns)
        .handshake(sns)
        .coverage(PARTIAL)
        .deliveryId("{json:MessageId}")
        .idsAreSigned()
        .rotation(PUBLISHED)
        .build();
  }

  /**
   * Google Pub/Sub push, and through it Google Forms. No key: Google's are fetched. The body is not
   * covered.
   *
   * @param audience the audience of the subscription
   * @param serviceAccount the email of the account that the subscription authenticates with
   */
  public static Scheme googlePubSub(String audience, String serviceAccount) {
    return scheme("google-pubsub", REPRODUCED, "google-auth-library 10.9.1")
        .method(
            JwtSchemes.googlePubSub(
                checked(audience, "audience"), checked(serviceAccount, "serviceAccount")))
        .coverage(ORIGIN_ONLY)
        .hasTimestamp()
        .deliveryId("{json:message.messageId}")
        .rotation(PUBLISHED)
        .build();
  }

  /**
   * Azure Event Grid with Entra ID. No key: Microsoft's are fetched. The body is not covered. From
   * memory, not confirmed.
   *
   * @param tenantId the directory
   * @param audience the application's id or its URI
   */
  public static Scheme azureEventGrid(String tenantId, String audience) {
    if (!Pattern.matches("[A-Za-z0-9.-]{1,100}", tenantId)) {
      throw new IllegalArgumentException("tenantId is neither a UUID nor a domain");
    }
    return scheme("azure-event-grid-entra", UNCONFIRMED, "memory")
        .method(JwtSchemes.entra(tenantId, checked(audience, "audience")))
        .coverage(ORIGIN_ONLY)
        .hasTimestamp()
        .deliveryId("{json:0.id}", "{json:id}")
        .handshake(Handshakes.EVENT_GRID)
        .rotation(PUBLISHED)
        .build();
  }

  /** Plaid in production. No key: Plaid's are fetched with your credentials. */
  public static Scheme plaid(String clientId, String secret) {
    return plaid(
        URI.create("https://production.plaid.com/webhook_verification_key/get"), clientId, secret);
  }

  /**
   * Plaid, another environment.
   *
   * @param endpoint where its keys are, an {@code https} address
   */
  public static Scheme plaid(URI endpoint, String clientId, String secret) {
    if (!"https".equals(endpoint.getScheme())) {
      throw new IllegalArgumentException("endpoint must be https: your secret goes there");
    }
    return scheme("plaid", AGREED, "documentation, third parties")
        .method(
            JwtSchemes.plaid(endpoint, checked(clientId, "clientId"), checked(secret, "secret")))
        .coverage(FULL)
        .hasTimestamp()
        .rotation(PUBLISHED)
        .build();
  }

  /**
   * Jira Connect apps. The key is the shared secret of the installation. Needs the path and query
   * below the app's base URL. The body is not covered.
   *
   * @param clientKey which installation it is
   */
  public static Scheme jiraConnect(String clientKey) {
    return scheme("jira-connect", DOCUMENTED, "source of atlassian-jwt 2.0.3")
        .method(JwtSchemes.jiraConnect(checked(clientKey, "clientKey")))
        .coverage(ORIGIN_ONLY)
        .hasTimestamp()
        .build();
  }

  /**
   * Convoy's simple signatures, as its operator configured them.
   *
   * @param header such as {@code X-Convoy-Signature}
   * @param algorithm HMAC with SHA-256 or SHA-512
   * @param base64 whether Base64, else hex
   */
  public static Scheme convoy(String header, Algorithm algorithm, boolean base64) {
    return scheme("convoy", REPRODUCED, "its published vectors")
        .algorithm(algorithm)
        .signature(header + ": " + (base64 ? "{base64}" : "{hex}"))
        .signs("{body}")
        .build();
  }

  /**
   * Convoy's advanced signatures, as its operator configured them.
   *
   * @param header such as {@code X-Convoy-Signature}
   * @param algorithm HMAC with SHA-256 or SHA-512
   * @param base64 whether Base64, else hex
   */
  public static Scheme convoyAdvanced(String header, Algorithm algorithm, boolean base64) {
    return scheme("convoy-advanced", REPRODUCED, "its published vectors")
        .algorithm(algorithm)
        .signatures(",", header + ": t={timestamp},v1=" + (base64 ? "{base64}" : "{hex}"))
        .timestamp(SECONDS)
        .signs("{timestamp},{body}")
        .rotation(BOTH_SIGN)
        .build();
  }

  /**
   * HTTP Message Signatures, RFC 9421: Ed25519, ECDSA on P-256, RSA (PKCS #1 v1.5 with SHA-256) or
   * HMAC-SHA256 by the kind of key; one signature to a request, components without parameters.
   *
   * @param keys how keys are written
   * @param components what must be signed, in lower case; none for {@code @method}, {@code @path}
   *     (or {@code @target-uri}) and {@code content-digest}
   */
  public static Scheme httpMessageSignatures(KeyFormat keys, String... components) {
    String[] names =
        components.length > 0
            ? components.clone()
            : new String[] {"@method", "@path", "content-digest"};
    for (String name : names) {
      if (!name.equals(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException("component " + name + " must be in lower case");
      }
    }
    Set<String> required = Set.of(names);
    return scheme("http-message-signatures", REPRODUCED, "RFC 9421, B.2.5 and B.2.6")
        .keys(keys)
        .method(new Rfc9421(required))
        .coverage(required.contains("content-digest") ? FULL : PARTIAL)
        .hasTimestamp()
        .build();
  }

  /** A token in a header, for providers that let you choose one and sign nothing. */
  public static Scheme tokenInHeader(String header) {
    return scheme("token", DOCUMENTED, "you")
        .algorithm(TOKEN)
        .signature(header + ": {text}")
        .build();
  }

  /** A token in the URL's query, for providers that sign nothing. It ends up in access logs. */
  public static Scheme tokenInQuery(String name) {
    return scheme("token", DOCUMENTED, "you")
        .algorithm(TOKEN)
        .signature("{query:" + name + "}: {text}")
        .build();
  }

  // ---- What rows have in common
  // ------------------------------------------------------------------

  private static Scheme.Builder scheme(String name, Confidence confidence, String source) {
    return Scheme.builder(name).source(confidence, source);
  }

  private static Scheme.Builder standard(String name, String prefix) {
    return scheme(name, REPRODUCED, "specification, standardwebhooks 1.1.1, svix-server's tests")
        .keys(KeyFormat.STANDARD_WEBHOOKS)
        .signatures(" ", prefix + "signature: v1,{base64} v1a,{base64:ED25519}")
        .timestamp(SECONDS, prefix + "timestamp")
        .signs("{header:" + prefix + "id}.{timestamp}.{body}")
        .deliveryId("{header:" + prefix + "id}")
        .rotation(BOTH_SIGN);
  }

  private static Scheme standardWebhooks(String name, String prefix) {
    return standard(name, prefix).build();
  }

  private static Scheme svix(String name, Confidence confidence, String source) {
    return scheme(name, confidence, source)
        .keys(KeyFormat.STANDARD_WEBHOOKS)
        .method(Method.firstOf(List.of(SVIX_HEADERS, WEBHOOK_HEADERS)))
        .coverage(FULL)
        .hasTimestamp()
        .deliveryId("{header:svix-id}", "{header:webhook-id}")
        .rotation(BOTH_SIGN)
        .build();
  }

  private static Scheme shopify(String header, String prefix) {
    return scheme("shopify", REPRODUCED, "@shopify/shopify-api 13.1.0")
        .signature(header + ": {base64}")
        .signs("{body}")
        .deliveryId(
            "{header:" + prefix + "Shopify-Event-Id}", "{header:" + prefix + "Shopify-Webhook-Id}")
        .build();
  }

  private static TextSignature twilio(String signed) {
    return Scheme.builder("twilio")
        .algorithm(HMAC_SHA1)
        .signature("X-Twilio-Signature: {base64}")
        .signs(signed)
        .urls(Urls::anyDefaultPort)
        .textSignature();
  }

  private static String checked(String value, String name) {
    if (Objects.requireNonNull(value, name).isBlank() || !value.strip().equals(value)) {
      throw new IllegalArgumentException(
          name + " must not be blank, nor begin or end with white space");
    }
    return value;
  }
}
