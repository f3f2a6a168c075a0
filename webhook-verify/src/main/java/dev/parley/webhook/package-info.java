/**
 * Tells a provider's webhook from a forged one; start at {@link
 * dev.parley.webhook.WebhookVerifier}.
 */
package dev.parley.webhook;
