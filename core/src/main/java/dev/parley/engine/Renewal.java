package dev.parley.engine;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Position;
import dev.parley.TransportException;
import dev.parley.spi.Link;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a stream's connection in the last fifth of its credentials' life: the next one stands
 * before this one is closed (TOK-5). Tried again while the credentials last; then the peer ends the
 * connection, and it is a loss like any other.
 */
final class Renewal extends Timeout {
  /** Credentials that live longer are not watched. */
  static final Duration LONGEST = Duration.ofDays(10_000);

  private static final double FROM = 0.8;
  private static final double TO = 0.95;
  private static final long TOO_LATE = TimeUnit.SECONDS.toNanos(1);

  private final LinkKeeper keeper;
  private final Connection old;
  private final long end;

  // Guarded by this.
  private @Nullable Future<?> dialing;
  private boolean reserved;
  private boolean over;

  Renewal(LinkKeeper keeper, Connection old, long end) {
    this.keeper = keeper;
    this.old = old;
    this.end = end;
  }

  synchronized void start() {
    long left = end - keeper.now();
    if (!over && left >= TOO_LATE) {
      double share = FROM + (TO - FROM) * keeper.engine().random.getAsDouble();
      keeper.engine().time.schedule(this, (long) (share * (double) left));
    }
  }

  void stop() {
    Future<?> dial;
    synchronized (this) {
      over = true;
      dial = dialing;
    }
    keeper.engine().time.cancel(this);
    if (dial != null) {
      dial.cancel(true);
    }
  }

  @Override
  public synchronized void expired() {
    if (over) {
      return;
    }
    long wait = reserved ? 0 : keeper.reserveDial();
    reserved = wait > 0;
    if (wait > 0) {
      keeper.engine().time.schedule(this, wait);
      return;
    }
    try {
      dialing = keeper.engine().threads.dialers().submit(this::renew);
    } catch (RejectedExecutionException e) {
      over = true; // the Parley is closed
    }
  }

  private void renew() {
    old.noteForSuccessor();
    Position from = keeper.host().resumeFrom();
    if (from == null) {
      finish();
      keeper.lost(old, expiring());
      return;
    }
    Connection next = keeper.successor(old);
    if (next == null) {
      return;
    }
    ConnectAttempt attempt = keeper.host().attempt(next.number);
    try {
      keeper.dial(next, from, attempt);
    } catch (Throwable e) {
      next.end();
      attempt.end(keeper.state(e));
      start();
      return;
    }
    attempt.end(null);
    if (keeper.replace(old, next)) {
      finish();
      goodbye(old);
    } else {
      next.end();
      release(next);
      start();
    }
  }

  /** The thread that is at it must not be interrupted any more. */
  private synchronized void finish() {
    over = true;
    dialing = null;
  }

  private static TransportException expiring() {
    return new TransportException(
        Failure.of(
            Kind.TRANSIENT,
            Effect.POSSIBLE,
            "its credentials run out, and no message said where the stream is"));
  }

  private static void release(Connection connection) {
    Link link = connection.link();
    if (link != null) {
      link.abort();
    }
  }

  private static void goodbye(Connection connection) {
    Link link = connection.link();
    try {
      if (link != null) {
        link.close();
      }
    } catch (RuntimeException e) {
      link.abort();
    }
  }
}
