package dev.parley.engine;

import dev.parley.Signal;
import dev.parley.spi.Timeout;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether the oldest open delivery has stalled, and tells once. Guarded by its subscription.
 */
final class StallCheck extends Timeout {
  private final QueueSubscription<?> subscription;
  private final long stallAfter;
  private @Nullable Item reported;
  private boolean over;

  StallCheck(QueueSubscription<?> subscription, Duration stallAfter) {
    this.subscription = subscription;
    this.stallAfter = stallAfter.toNanos();
  }

  void start() {
    subscription.engine.time.schedule(this, stallAfter);
  }

  void stop() {
    over = true;
    subscription.engine.time.cancel(this);
  }

  @Override
  public void expired() {
    boolean stalled;
    synchronized (subscription) {
      if (over) {
        return;
      }
      Item oldest = subscription.oldestOpen();
      stalled =
          oldest != null && oldest != reported && subscription.oldestUnsettledNanos() >= stallAfter;
      if (stalled) {
        reported = oldest;
      }
      start();
    }
    if (stalled) {
      subscription.engine.signal(
          new Signal.Stalled(subscription.name, subscription.channel.endpoint, subscription.lag()));
    }
  }
}
