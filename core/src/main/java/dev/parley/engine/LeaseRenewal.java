package dev.parley.engine;

import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/**
 * Renews the leases of one connection's deliveries at a third of their length, for as long as they
 * are held here: buffered, behind others of their key, with a handler, or waiting for their retry.
 * Guarded by its subscription.
 */
final class LeaseRenewal extends Timeout {
  private final QueueSubscription<?> subscription;
  private final Connection connection;
  private final Duration lease;
  private boolean over;

  LeaseRenewal(QueueSubscription<?> subscription, Connection connection, Duration lease) {
    this.subscription = subscription;
    this.connection = connection;
    this.lease = lease;
  }

  void start() {
    subscription.engine.time.schedule(this, Math.max(1, lease.toNanos() / 3));
  }

  void stop() {
    over = true;
    subscription.engine.time.cancel(this);
  }

  @Override
  public void expired() {
    synchronized (subscription) {
      if (over || connection.isOver()) {
        return;
      }
      start();
    }
    try {
      // Settling may block.
      subscription.engine.threads.workers().execute(() -> subscription.renew(connection, lease));
    } catch (RejectedExecutionException e) {
      // The Parley is closed: the peer gives to others what is still held here.
    }
  }
}
