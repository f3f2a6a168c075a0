package dev.parley;

import java.util.Map;
import java.util.Objects;

/**
 * One part of an answer that failed while the rest is there, as GraphQL's {@code errors} beside
 * {@code data}.
 *
 * @param path where in the answer, in the words of the protocol; empty if it does not say
 * @param message what the peer says happened
 * @param extensions whatever else the peer said
 */
public record PartialFailure(String path, String message, Map<String, Object> extensions) {
  /** Copies the map. */
  public PartialFailure {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(message, "message");
    extensions = Map.copyOf(extensions);
  }
}
