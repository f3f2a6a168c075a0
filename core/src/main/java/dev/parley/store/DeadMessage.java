package dev.parley.store;

import java.time.Instant;
import java.util.Objects;

/**
 * A message that was given up.
 *
 * @param number its number in the store, to redrive it by
 * @param attempts how often it was claimed
 * @param storedAt when it was stored
 * @param diedAt when it was given up
 * @param reason why, without secrets
 * @param message the message
 * @since 0.1
 */
public record DeadMessage(
    long number,
    int attempts,
    Instant storedAt,
    Instant diedAt,
    String reason,
    StoredMessage message) {
  /** Checks that all are there. */
  public DeadMessage {
    Objects.requireNonNull(storedAt, "storedAt");
    Objects.requireNonNull(diedAt, "diedAt");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(message, "message");
  }
}
