package dev.parley.spi;

import org.jspecify.annotations.Nullable;

/**
 * Something that is due at a moment, unless it is cancelled before: {@link Time#schedule}. It is
 * its own entry in the timer, so that scheduling allocates nothing and cancelling takes it out at
 * once.
 */
public abstract class Timeout {
  // The wheel's own, guarded by its lock. Not linked while due is 0.
  @Nullable Timeout previous;
  @Nullable Timeout next;
  long due;

  /** Creates a timeout that is not scheduled. */
  protected Timeout() {}

  /**
   * It is due.
   *
   * <p><b>Threads:</b> called on the timer's thread: do not block; hand work over to an executor.
   */
  public abstract void expired();
}
