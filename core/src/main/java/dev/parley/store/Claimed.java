package dev.parley.store;

import java.time.Instant;
import java.util.Objects;

/**
 * A message that is yours to handle, until its lease ends.
 *
 * @param queue the queue it is in
 * @param number its number in the store: later ones have higher numbers
 * @param fence proves that it is yours; higher than that of every earlier owner
 * @param attempt how often it was claimed since it was stored or redriven, 1 for the first time
 * @param storedAt when it was stored
 * @param message the message
 * @since 0.1
 */
public record Claimed(
    String queue, long number, long fence, int attempt, Instant storedAt, StoredMessage message) {
  /** Checks that all are there. */
  public Claimed {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(storedAt, "storedAt");
    Objects.requireNonNull(message, "message");
  }
}
