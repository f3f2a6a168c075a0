package dev.parley.store;

import dev.parley.RetryMode;
import java.time.Duration;
import java.util.Objects;

/**
 * Who asks for how many messages, see {@link MessageStore#claim}.
 *
 * @param queue the queue they come from
 * @param owner names the one consumer who asks, at most 255 characters; another for each start
 * @param max how many at most
 * @param lease for how long nobody else gets them
 * @param retryMode whether those behind one of the same key that waits for its retry wait with it
 * @since 0.1
 */
public record ClaimRequest(
    String queue, String owner, int max, Duration lease, RetryMode retryMode) {
  /** Checks that all are there. */
  public ClaimRequest {
    Objects.requireNonNull(queue, "queue");
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(lease, "lease");
    Objects.requireNonNull(retryMode, "retryMode");
  }
}
