package dev.parley.testkit;

import java.util.List;
import java.util.function.Consumer;

/**
 * The peer's end of a session.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @param <O> the type of what the program sends and the peer receives
 * @param <I> the type of what the peer sends
 */
public interface MemorySession<O, I> {
  /**
   * Sets what is done with each message that comes in, one after the other, on a worker. Until it
   * is set they wait, and once the window is full the program's sends wait too.
   */
  void onMessage(Consumer<? super O> receiver);

  /** Sets what is done when the program has said that nothing more follows. */
  void onComplete(Runnable action);

  /** Sends; what the program has not asked for yet waits here. */
  void send(I message);

  /** Stops taking messages in, so that the window fills up. */
  void pause();

  /** Goes on after {@link #pause()}. */
  void resume();

  /** Ends the session cleanly once everything that was sent has been taken. */
  void end();

  /** Returns what has come in so far, taken or not. */
  List<O> received();

  /** Returns whether the program has said that nothing more follows. */
  boolean isComplete();

  /** Returns whether the program is still connected. */
  boolean isOpen();
}
