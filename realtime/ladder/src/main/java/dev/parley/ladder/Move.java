package dev.parley.ladder;

import dev.parley.ParleyException;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream has come to stand on another rung.
 *
 * @param operation the name of its operation
 * @param previous the endpoint it stood on, or null if it is the first
 * @param to the endpoint it stands on
 * @param failure why it does not stand above, or null if it stands on the first rung
 */
public record Move(
    String operation, @Nullable URI previous, URI to, @Nullable ParleyException failure) {
  /** Returns the endpoint it stood on, if it stood on one. */
  public Optional<URI> from() {
    return Optional.ofNullable(previous);
  }

  /** Returns why it does not stand above, if it does not. */
  public Optional<ParleyException> cause() {
    return Optional.ofNullable(failure);
  }
}
