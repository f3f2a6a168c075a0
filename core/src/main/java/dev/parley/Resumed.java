package dev.parley;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A subscription is connected: told exactly once for each connection, before its first message, so
 * that a hole in a stream is never silent.
 *
 * @param gap what may be missing before the next message
 * @param from where it resumes, or null if it has no position
 * @param reason why the gap is what it is, in words
 * @param connection the number of the connection, 1 for the first
 */
public record Resumed(Gap gap, @Nullable Position from, String reason, int connection) {
  /** Returns where it resumes, if it has a position. */
  public Optional<Position> position() {
    return Optional.ofNullable(from);
  }
}
