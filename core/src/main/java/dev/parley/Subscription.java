package dev.parley;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What comes in, pulled: iterate, {@link #poll}, or {@link #run} a handler on workers.
 *
 * <p>It outlives disconnects. Iteration ends when the subscription ends, and throws only when it
 * has failed for good. After every connect, before the first message, the listener hears exactly
 * one {@link Resumed}.
 *
 * <p><b>Threads:</b> safe for use by many threads; each element goes to one of them. Pull or run a
 * handler, not both.
 *
 * @param <E> the type of the elements: {@link Message} or {@link Delivery}
 */
public interface Subscription<E extends Message<?>> extends Iterable<E>, AutoCloseable {
  /**
   * Waits for the next element; empty if none came in time or the subscription has ended.
   *
   * @throws ParleyException if the subscription has failed and nothing is left in it
   */
  Optional<E> poll(Duration limit) throws InterruptedException;

  /**
   * Waits for the first element like {@link #poll(Duration)}, then takes what is there, up to the
   * maximum.
   */
  List<E> poll(int max, Duration linger) throws InterruptedException;

  /**
   * Runs a handler on workers until the subscription ends, and waits for that. Concurrency and
   * order are those of the options.
   *
   * @throws ParleyException if the subscription failed
   */
  void run(Handler<? super E> handler);

  /** The same in the background; cancelling the future closes the subscription. */
  CompletableFuture<Void> start(Handler<? super E> handler);

  /** Stops handing out elements, and taking them from the peer once the buffer is full. */
  void pause();

  /** Goes on after {@link #pause()}. */
  void resume();

  /** Returns whether it is paused. */
  boolean isPaused();

  /** Returns where in its life it is. */
  State state();

  /** Registers a listener, which hears the last {@link Resumed} at once if there was one. */
  Registration onStateChange(StateListener listener);

  /**
   * Returns the position to resume from: everything before it was handed out, or for deliveries
   * settled. Empty where the peer has no positions or nothing came yet.
   */
  Optional<Position> position();

  /** Returns how far behind it is. */
  Lag lag();

  /** Closes gracefully: takes nothing new, lets handlers finish, settles, within 30 s. */
  @Override
  void close();

  /** Closes at once; what is unsettled goes back to the peer. */
  void abort();

  /**
   * Returns the native subscription if it is of this type and there is a connection. Unportable.
   */
  <N> Optional<N> unwrap(Class<N> nativeType);
}
