package dev.parley.mqtt;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.OverloadedException;
import dev.parley.ParleyException;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The connection that a channel's sends and calls go out on. It is made when something waits for
 * it, and holds no more messages under way than the broker takes.
 *
 * <p><b>Threads:</b> safe for use by many threads; messages go out in their order.
 */
final class Outbound implements AutoCloseable {
  private static final int WINDOW = 1_000;
  private static final long PROBE_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long GOODBYE_MILLIS = 1_000;

  private final Wires wires;
  private final DriverContext context;
  private final MqttSettings settings;
  private final MqttOutbox outbox;
  private final String clientId;
  private final @Nullable Replies replies;
  private final Timer timer = new Timer();

  // Guarded by this.
  private final Waiting waiting;
  private final Set<Publication> underWay = new LinkedHashSet<>();
  private final Redial redial;
  private @Nullable Connection connection; // that stands
  private @Nullable Connection next; // whose native client somebody has seen already
  private boolean dialing;
  private boolean sending; // a thread is at it
  private boolean closed;

  Outbound(
      Wires wires,
      MqttSettings settings,
      DriverContext context,
      String clientId,
      @Nullable Replies replies) {
    this.wires = wires;
    this.context = context;
    this.settings = settings;
    this.outbox = settings.outbox;
    this.clientId = clientId;
    this.replies = replies;
    this.waiting = new Waiting(outbox);
    this.redial = new Redial(settings.reconnect);
  }

  void submit(Publication publication) {
    List<Publication> dropped;
    synchronized (this) {
      dropped = closed ? List.of(publication) : waiting.add(publication);
    }
    dropped.forEach(each -> each.fail(full()));
    publication.attempt().onCancel(() -> cancelled(publication));
    proceed();
  }

  private ParleyException full() {
    return new OverloadedException(
        Failure.of(
            Kind.LOCAL,
            Effect.NOT_SENT,
            "the outbox of "
                + outbox.messages()
                + " messages and "
                + outbox.bytes()
                + " bytes is full"));
  }

  // ---------------------------------------------------------------- sending

  /** Sends what there is room for, or dials for it. */
  private void proceed() {
    boolean dial = false;
    synchronized (this) {
      if (closed || waiting.isEmpty()) {
        return;
      }
      if (connection == null) {
        dial = !dialing;
        dialing = true;
      } else if (!sending) {
        sending = true;
      } else {
        return;
      }
      if (connection == null && !dial) {
        return;
      }
    }
    if (dial) {
      dial();
    } else {
      sendAll();
    }
  }

  private void sendAll() {
    while (true) {
      Connection current;
      Publication next;
      synchronized (this) {
        current = connection;
        next = current == null || underWay.size() >= current.window ? null : waiting.poll();
        if (current == null || next == null) {
          sending = false;
          return;
        }
        underWay.add(next);
      }
      send(current, next);
    }
  }

  private void send(Connection current, Publication publication) {
    if (publication.packet().leastBytes() > current.maxPacketBytes) {
      ended(publication, null, Failures.tooLarge(null));
      return;
    }
    publication.attempt().sent();
    if (publication.attempt().isCancelled()) {
      // Stopped before it was sent, perhaps, so that it counts as not sent.
      ended(publication, null, new IllegalStateException("cancelled"));
      return;
    }
    CompletableFuture<?> result;
    try {
      result = current.wire.publish(publication.packet());
    } catch (RuntimeException e) {
      publication.attempt().notProcessed();
      result = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<?> unusedSinceItEndsTheAttempt =
        result.whenComplete((answer, failure) -> ended(publication, answer, failure));
  }

  private void ended(
      Publication publication, @Nullable Object answer, @Nullable Throwable failure) {
    synchronized (this) {
      if (!underWay.remove(publication)) {
        return; // it was lost with its connection
      }
      if (answer != null) {
        publication.accepted().run();
      }
    }
    if (answer != null) {
      publication.acknowledged().accept(answer);
    } else if (failure != null) {
      publication.fail(failure);
    }
    proceed();
  }

  private void cancelled(Publication publication) {
    publication.givenUp().run();
    Connection suspect;
    synchronized (this) {
      suspect = waiting.remove(publication) ? null : connection;
      if (suspect != null && !underWay.contains(publication)) {
        suspect = null;
      }
    }
    if (suspect != null) {
      timer.probe(suspect);
    }
  }

  // ---------------------------------------------------------------- the connection

  private void dial() {
    try {
      context
          .workers()
          .execute(() -> {
            try {
              takeNext().open();
            } catch (RuntimeException e) { // the user's customizer, or credentials
              notMade(e);
            }
          });
    } catch (RejectedExecutionException e) {
      failWaiting(e); // the Parley is closed
    }
  }

  private void notMade(Throwable failure) {
    ParleyException problem = Failures.notConnected(failure);
    boolean patient =
        outbox.whileDisconnected()
            && (problem.kind() == Kind.TRANSIENT || problem.kind() == Kind.THROTTLED);
    synchronized (this) {
      if (patient && !closed && !redial.isExhausted()) {
        timer.dialAfter(redial.afterLoss(context.time().nanoTime()));
        return;
      }
    }
    failWaiting(failure);
  }

  private void failWaiting(Throwable failure) {
    List<Publication> failed;
    synchronized (this) {
      dialing = false;
      failed = waiting.removeAll();
    }
    failed.forEach(each -> each.fail(new NoConnectionException(false, failure)));
  }

  private void lost(Connection gone, Throwable cause) {
    List<Publication> failed;
    List<Replies.Caller> callers;
    synchronized (this) {
      if (connection != gone) {
        return;
      }
      connection = null;
      callers = replies == null ? List.of() : replies.removeAccepted();
      failed = new ArrayList<>(underWay);
      underWay.clear();
      if (outbox.whileDisconnected() && !closed) {
        dialing = true;
        timer.dialAfter(redial.afterLoss(context.time().nanoTime()));
      }
    }
    timer.stopProbe();
    failed.forEach(each -> each.fail(new NoConnectionException(true, cause)));
    callers.forEach(each -> each.failed(new NoConnectionException(true, cause)));
    proceed();
  }

  /** Returns the native client of the connection that stands, or else of the next one. */
  synchronized Object nativeClient() {
    Connection seen = connection == null ? next : connection;
    if (seen == null) {
      seen = new Connection();
      next = seen;
    }
    return seen.wire.nativeClient();
  }

  private synchronized Connection takeNext() {
    Connection made = next == null ? new Connection() : next;
    next = null;
    return made;
  }

  @Override
  public void close() {
    Connection last;
    synchronized (this) {
      closed = true;
      last = connection;
      connection = null;
    }
    timer.stop();
    failWaiting(new IllegalStateException("closed"));
    if (last != null) {
      last.goodbye();
    }
  }

  /** One connection's life. */
  private final class Connection {
    private final Wire wire = wires.wire(clientId, this::gone);
    private int window = WINDOW;
    private int maxPacketBytes;
    private @Nullable Throwable end; // guarded by the outbound
    private volatile Runnable stopListening = () -> {};

    void open() {
      if (replies != null) {
        stopListening = replies.listen(wire);
      }
      CompletableFuture<?> unusedSinceItTells =
          wire.connect(new Wire.Start(false, WINDOW))
              .thenCompose(this::connected)
              .whenComplete((unused, failure) -> opened(failure));
    }

    private CompletableFuture<?> connected(Wire.Session session) {
      window = Math.min(WINDOW, session.sendMaximum());
      maxPacketBytes = session.maxPacketBytes();
      return replies == null
          ? CompletableFuture.completedFuture(session)
          : wire.subscribe(replies.topic(), 1)
              .orTimeout(settings.connectTimeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void opened(@Nullable Throwable failure) {
      Throwable problem;
      boolean unwanted;
      synchronized (Outbound.this) {
        problem = failure == null ? end : failure;
        unwanted = closed;
        if (problem == null && !unwanted) {
          dialing = false;
          connection = this;
          redial.opened(context.time().nanoTime());
        }
      }
      if (problem != null || unwanted) {
        CompletableFuture<?> unusedSinceNobodyWaits = wire.disconnect(true);
        notMade(problem == null ? new IllegalStateException("closed") : problem);
      } else {
        proceed();
      }
    }

    private void gone(Throwable cause) {
      stopListening.run(); // or the native client would keep its thread
      synchronized (Outbound.this) {
        if (connection != this) {
          end = cause;
          return;
        }
      }
      lost(this, cause);
    }

    void goodbye() {
      try {
        wire.disconnect(true).get(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        // It is gone already, or will be soon.
      }
    }
  }

  /** Waits for the next dial, or for a sign of life. */
  private final class Timer {
    private final Timeout nextDial =
        new Timeout() {
          @Override
          public void expired() {
            dial();
          }
        };
    private final Timeout silence =
        new Timeout() {
          @Override
          public void expired() {
            silent();
          }
        };
    private @Nullable Connection suspect; // guarded by this

    // With the lock of the outbound held.
    void dialAfter(long nanos) {
      context.time().schedule(nextDial, Math.max(1, nanos));
    }

    /** An answer is late: asks whether there is anybody. */
    void probe(Connection asked) {
      synchronized (this) {
        if (suspect != null) {
          return;
        }
        suspect = asked;
        context.time().schedule(silence, PROBE_NANOS);
      }
      CompletableFuture<?> unusedSinceSilenceTells =
          asked
              .wire
              .ping()
              .whenComplete((answer, failure) -> {
                if (failure == null) {
                  stopProbe();
                }
              });
    }

    private void silent() {
      Connection dead;
      synchronized (this) {
        dead = suspect;
        suspect = null;
      }
      if (dead != null) {
        lost(dead, new TimeoutException("the broker gives no sign of life"));
        CompletableFuture<?> unusedSinceNobodyWaits = dead.wire.disconnect(true);
      }
    }

    synchronized void stopProbe() {
      suspect = null;
      context.time().cancel(silence);
    }

    void stop() {
      context.time().cancel(nextDial);
      stopProbe();
    }
  }
}
