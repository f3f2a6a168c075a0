package dev.parley;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a {@link Call}.
 *
 * <p><b>Threads:</b> immutable.
 *
 * @param <R> the type of the body
 */
public interface Reply<R> {
  /** Returns the body. */
  R body();

  /** Returns the headers that came with it. */
  Headers headers();

  /** Returns how many attempts were started, the successful one included. */
  int attempts();

  /** Returns the time from the call to its reply. */
  Duration elapsed();

  /** Returns what failed while the rest of the answer is there; empty for most protocols. */
  List<PartialFailure> partialFailures();

  /** Returns the idempotency key that went out, if there was one. */
  Optional<String> idempotencyKey();

  /** Returns the native reply if it is of this type. Unportable. */
  <N> Optional<N> unwrap(Class<N> nativeType);
}
