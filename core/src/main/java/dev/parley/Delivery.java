package dev.parley;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A message that must be settled: acknowledged, retried or rejected, once.
 *
 * <p>Settling it the same way again does nothing; settling it another way throws {@link
 * IllegalStateException}. A handler that {@link Subscription#run} calls need not settle: its return
 * acknowledges, its exception retries with back-off and rejects after {@link
 * ConsumeOptions#maxAttempts()}. A settlement belongs to the connection that delivered: if that is
 * gone, the peer delivers again, and the engine acknowledges what was already acknowledged instead
 * of handing it out a second time.
 *
 * <p><b>Threads:</b> safe for use by many threads; settling does not block.
 *
 * @param <T> the type of the body
 */
public non-sealed interface Delivery<T> extends Message<T> {
  /** Acknowledges: the message is done. */
  void ack();

  /** Asks for it again, after the back-off of the subscription. */
  void retry();

  /** Asks for it again, not before the given time has passed. */
  void retry(Duration after);

  /** Gives up on it: it goes to the dead letters with this reason. */
  void reject(Throwable reason);

  /** Keeps it from being delivered again for this long, counted from now. */
  void extend(Duration lease);

  /** Returns whether it was settled. */
  boolean isSettled();

  /** Returns which delivery of this message it is, 1 for the first, if that is known. */
  OptionalInt attempt();

  /** Returns where it stood. */
  Position position();

  /** Returns the native message if it is of this type. Unportable. */
  <N> Optional<N> unwrap(Class<N> nativeType);
}
