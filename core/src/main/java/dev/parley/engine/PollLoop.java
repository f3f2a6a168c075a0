package dev.parley.engine;

import dev.parley.Position;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.PollLink;
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Polls a connection for as much as there is room for, and makes its settlements between two polls;
 * on the one thread that a polled link is used by.
 */
final class PollLoop {
  private static final Duration WAIT = Duration.ofSeconds(1);
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

  private final EngineSubscription<?, ?> subscription;
  private volatile @Nullable Waiter waiting; // the polling thread, while it waits for room

  PollLoop(EngineSubscription<?, ?> subscription) {
    this.subscription = subscription;
  }

  boolean isWaiting() {
    return waiting != null;
  }

  /** Wakes the polling thread if it waits for room, not for the link. */
  boolean wake() {
    Waiter waiter = waiting;
    if (waiter != null) {
      waiter.wake();
    }
    return waiter != null;
  }

  /** There are settlements to make. */
  void settlementsWait(PollLink link) {
    if (!wake()) {
      link.wakeup();
    }
  }

  /** Polls until the connection is over, or the subscription ends. */
  void run(Connection connection) {
    PollLink link = subscription.keeper.polled(connection.link());
    if (link == null) {
      return; // it could not connect
    }
    link.handover((lanes, limit) -> subscription.release(connection, lanes, limit));
    while (!connection.isOver()) {
      connection.settleAll();
      if (subscription.isTerminating()) {
        connection.settleAll(); // what came in between
        connection.end();
        connection.closeLink();
        break;
      }
      try {
        poll(connection, link);
      } catch (EndOfStream e) {
        connection.settleAll();
        connection.closeLink();
        connection.ended();
        return;
      } catch (Throwable e) {
        connection.lost(e);
      }
    }
    if (subscription.isTerminating()) {
      subscription.terminated();
    }
  }

  private void poll(Connection connection, PollLink link) throws Exception {
    int max = subscription.roomToPoll();
    if (max == 0) {
      awaitRoom(connection); // the link may return at once, so this loop waits itself
    }
    List<Inbound> polled = link.poll(max, max == 0 ? Duration.ZERO : WAIT);
    if (!polled.isEmpty()) {
      subscription.lend(polled.size());
      connection.deliver(polled);
    }
    Position reached = link.position();
    if (reached != null) {
      connection.moved(reached);
    }
  }

  private void awaitRoom(Connection connection) {
    Waiter waiter = new Waiter(subscription.engine.time);
    waiting = waiter;
    waiter.await(PAUSE, () -> connection.hasOrders() || connection.isOver() || hasRoom());
    waiting = null;
  }

  private boolean hasRoom() {
    return subscription.isTerminating() || subscription.roomToPoll() > 0;
  }
}
