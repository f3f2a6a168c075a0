package dev.parley.rabbitmq;

import dev.parley.spi.Attempt;
import org.jspecify.annotations.Nullable;

/** Tells an attempt what becomes of its publication. */
class AttemptSender implements Publication.Sender {
  private final Attempt<?> attempt;
  private final Runnable taken;
  private volatile @Nullable Lane lane;

  /**
   * Creates it.
   *
   * @param taken told once the broker has the message
   */
  AttemptSender(Attempt<?> attempt, Runnable taken) {
    this.attempt = attempt;
    this.taken = taken;
  }

  @Override
  public boolean isWanted() {
    return !attempt.isCancelled();
  }

  /** Returns the lane that it went out on, or null. */
  @Nullable Lane lane() {
    return lane;
  }

  @Override
  public void sent(Lane newLane) {
    lane = newLane;
    attempt.sent();
  }

  @Override
  public void confirmed() {
    taken.run();
  }

  @Override
  public void notProcessed() {
    attempt.notProcessed();
  }

  @Override
  public void failed(Throwable cause) {
    attempt.fail(cause);
  }
}
