/** Webhooks in, as deliveries of a queue, and webhooks out, as messages that are sent. */
package dev.parley.webhooks;
