package dev.parley.webhooks;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One attempt to deliver a webhook, for a log: who, what, when, which attempt, how it ended. It
 * holds no body, no secret, no signature, and of the endpoint's address no path, which may be
 * secret.
 *
 * @param endpoint the endpoint's name; by default its scheme and authority
 * @param topic the name of the topic
 * @param webhookId the id in the header {@code webhook-id}, the same on each attempt
 * @param number which attempt it was, 1 for the first, as far as is known
 * @param at when it began
 * @param took how long it took
 * @param status the endpoint's answer; empty if there was none
 * @param failure what went wrong, in words; empty if it was delivered
 * @since 0.1
 */
public record DeliveryAttempt(
    String endpoint,
    String topic,
    String webhookId,
    int number,
    Instant at,
    Duration took,
    OptionalInt status,
    Optional<String> failure) {
  /** Checks that all are there. */
  public DeliveryAttempt {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(webhookId, "webhookId");
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(took, "took");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(failure, "failure");
  }

  /** Returns whether the endpoint took it. */
  public boolean isDelivered() {
    return failure.isEmpty();
  }
}
