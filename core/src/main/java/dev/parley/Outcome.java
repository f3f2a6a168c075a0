package dev.parley;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a logical call ended in failure, as the engine tells it to {@link ParleyException}.
 *
 * @param operation the name of the operation or topic
 * @param endpoint the peer, as scheme and authority, without user information or parameters
 * @param attempts the number of attempts that were started
 * @param failures the failures of these attempts, in order; at most as many as attempts
 * @param reason why no further attempt was made
 * @param elapsed the time from the call to its failure
 * @param idempotencyKey the key that went out with every attempt, or null if there was none
 */
public record Outcome(
    String operation,
    String endpoint,
    int attempts,
    List<ParleyException> failures,
    NotRetried reason,
    Duration elapsed,
    @Nullable String idempotencyKey) {

  /** Copies the list. */
  public Outcome {
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(elapsed, "elapsed");
    failures = List.copyOf(failures);
  }
}
