/** Verifies webhooks of any provider; start at {@link dev.parley.webhook.WebhookVerifier}. */
@org.jspecify.annotations.NullMarked
module dev.parley.webhook {
  requires static transitive org.jspecify;

  exports dev.parley.webhook;
}
