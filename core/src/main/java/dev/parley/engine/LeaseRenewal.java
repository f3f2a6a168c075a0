package dev.parley.engine;

import dev.parley.spi.Settlement;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Renews the leases of the current connection's deliveries at a third of their length, for as long
 * as they are held here: buffered, behind others of their key, with a handler, or waiting for their
 * retry. Guarded by its subscription.
 */
final class LeaseRenewal {
  private final QueueSubscription<?> subscription;
  private final Duration maxProcessing;
  private @Nullable Round round; // of the current connection

  LeaseRenewal(QueueSubscription<?> subscription, Duration maxProcessing) {
    this.subscription = subscription;
    this.maxProcessing = maxProcessing;
  }

  /** Begins with a new connection, if it has leases. With the lock held. */
  void restart(Connection connection, @Nullable Duration lease) {
    stop();
    if (lease != null) {
      round = new Round(connection, lease);
      round.start();
    }
  }

  /** With the lock held. */
  void stop() {
    if (round != null) {
      subscription.engine.time.cancel(round);
      round = null;
    }
  }

  private void renew(Connection connection, Duration lease) {
    long latest = subscription.engine.time.nanoTime() - maxProcessing.toNanos();
    synchronized (subscription) {
      for (Item item : subscription.held()) {
        boolean tooLong = subscription.isOpen(item) && item.handedOut - latest < 0;
        if (item.connection == connection && !tooLong) {
          connection.order(new Settlement.Extend(lease), item.inbound);
        }
      }
    }
    connection.settleOrWake();
  }

  private final class Round extends Timeout {
    private final Connection connection;
    private final Duration lease;

    Round(Connection connection, Duration lease) {
      this.connection = connection;
      this.lease = lease;
    }

    void start() {
      subscription.engine.time.schedule(this, Math.max(1, lease.toNanos() / 3));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // each connection has a round of its own
    public void expired() {
      synchronized (subscription) {
        if (round != this || connection.isOver()) {
          return;
        }
        start();
      }
      try {
        // Settling may block.
        subscription.engine.threads.workers().execute(() -> renew(connection, lease));
      } catch (RejectedExecutionException e) {
        // The Parley is closed: the peer gives to others what is still held here.
      }
    }
  }
}
