package dev.parley.testkit;

import dev.parley.Context;
import dev.parley.Headers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request or message as the in-memory peer received it.
 *
 * @param body the decoded body; null for a request without one
 * @param headers the headers that came along
 * @param key the idempotency key that came along, or null
 * @param attempt which attempt of its call it was, 1 for the first
 * @param context the context of the caller, with its deadline
 * @param <Q> the type of the body
 */
public record MemoryRequest<Q>(
    @Nullable Q body, Headers headers, @Nullable String key, int attempt, Context context) {
  /** Returns the idempotency key that came along, if there was one. */
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(key);
  }

  /** Returns it without body and header values. */
  @Override
  public String toString() {
    return "MemoryRequest[attempt " + attempt + ", " + headers + "]";
  }
}
