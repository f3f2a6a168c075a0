package dev.parley;

import java.time.Duration;
import java.util.Optional;

/**
 * A conversation: both sides send when they like, each with its own flow control.
 *
 * <p>It ends with its connection, because its state is lost then; unless {@link
 * SessionOptions#reconnect} asks to reconnect.
 *
 * <p><b>Threads:</b> safe for use by many threads; messages go out one after the other.
 *
 * @param <O> the type of what goes out
 * @param <I> the type of what comes in
 */
public interface Session<O, I> extends AutoCloseable {
  /**
   * Sends, and waits while the peer's window is closed.
   *
   * @throws ChannelClosedException if the session has ended
   */
  void send(O message) throws InterruptedException;

  /** Sends if the peer's window opens in time; returns whether it did. */
  boolean offer(O message, Duration limit) throws InterruptedException;

  /** Returns what comes in. */
  Subscription<Message<I>> inbound();

  /**
   * Says that nothing more will be sent; what comes in goes on. Where the protocol has no {@link
   * Feature#HALF_CLOSE}, the peer hears of it when the session is closed.
   */
  void complete();

  /** Returns where in its life it is. */
  State state();

  /** Registers a listener. */
  Registration onStateChange(StateListener listener);

  /** Closes gracefully. */
  @Override
  void close();

  /** Closes at once. */
  void abort();

  /** Returns the native session if it is of this type and there is a connection. Unportable. */
  <N> Optional<N> unwrap(Class<N> nativeType);
}
