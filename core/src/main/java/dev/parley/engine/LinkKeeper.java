package dev.parley.engine;

import dev.parley.CommunicationInterruptedException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Gap;
import dev.parley.Interceptor;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.TransportException;
import dev.parley.spi.Continuity;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.Link;
import dev.parley.spi.PollLink;
import dev.parley.spi.ReconnectOwner;
import dev.parley.spi.Settlement;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one subscription or session connected: dials, watches for silence, and dials again, one
 * connection after the other (REC, LIV).
 */
final class LinkKeeper extends Timeout {
  private static final int MAX_PROTOCOL_FAILURES = 3;

  private final AbstractChannel channel;
  private final States states;
  private final Host host;
  private final boolean polled;
  private final @Nullable ReconnectBackoff backoff; // null: it ends with its first connection
  private final long silenceNanos;

  // Guarded by this.
  private @Nullable Connection current; // being made, or made
  private @Nullable Future<?> dialing;
  private @Nullable Thread pollThread;
  private @Nullable Watch watch;
  private @Nullable Renewal renewal; // of the connection that stands
  private int connections;
  private int refusals; // of credentials, and of protocol, since the last stable connection
  private boolean stopped;
  private boolean lossIsCertain; // the next connect follows a loss of our own making

  LinkKeeper(
      AbstractChannel channel,
      States states,
      Host host,
      boolean polled,
      @Nullable ReconnectPolicy policy,
      Duration silence) {
    this.channel = channel;
    this.states = states;
    this.host = host;
    this.polled = polled;
    this.silenceNanos = silence.toNanos();
    boolean own = channel.driver.reconnect() == ReconnectOwner.ENGINE;
    this.backoff =
        policy == null || !own ? null : new ReconnectBackoff(policy, channel.engine.random);
    if (policy != null) {
      states.suspendAfter(policy.suspendedAfter());
    }
  }

  /** Returns the link if the engine asks it, on a thread of its own, else null. */
  @Nullable PollLink polled(@Nullable Link link) {
    return polled && link instanceof PollLink asked ? asked : null;
  }

  Host host() {
    return host;
  }

  Engine engine() {
    return channel.engine;
  }

  void callbackFailed(RuntimeException failure) {
    states.callbackFailed(failure);
  }

  long now() {
    return channel.engine.time.nanoTime();
  }

  /** Returns how long to wait before a dial. */
  long reserveDial() {
    return channel.engine.dials.reserve(channel.authority);
  }

  void start() {
    dialAfter(0);
  }

  /** Returns the connection that is made, or null. */
  synchronized @Nullable Connection current() {
    Connection connection = current;
    return connection != null && connection.link() != null && !connection.isOver()
        ? connection
        : null;
  }

  synchronized void hint(@Nullable Duration base) {
    if (backoff != null) {
      backoff.hint(base);
    }
  }

  /**
   * Stops dialling; a connect that is under way is aborted. The link that stands is the caller's to
   * close. Returns it, or null.
   */
  @Nullable Connection stop() {
    Connection last;
    Future<?> dial;
    synchronized (this) {
      stopped = true;
      last = current;
      dial = dialing;
      dialing = null;
      if (dial == null && last != null && last.link() == null && pollThread != null) {
        pollThread.interrupt();
      }
    }
    channel.engine.time.cancel(this);
    stopWatching();
    stopRenewal();
    if (dial != null) {
      dial.cancel(true);
    }
    return last == null || last.link() == null ? null : last;
  }

  private void dialAfter(long delay) {
    long wait = Math.max(delay, reserveDial());
    synchronized (this) {
      if (stopped) {
        return;
      }
      if (wait > 0) {
        channel.engine.time.schedule(this, wait);
        return;
      }
    }
    expired();
  }

  /** It is time to dial. */
  @Override
  public void expired() {
    Connection connection;
    synchronized (this) {
      if (stopped) {
        return;
      }
      connection = new Connection(this, ++connections);
      current = connection;
      if (polled) {
        pollThread =
            Threads.dedicated(
                "parley-poll-" + channel.endpoint,
                () -> {
                  connect(connection);
                  host.poll(connection);
                });
        pollThread.start();
        return;
      }
      try {
        dialing = channel.engine.threads.dialers().submit(() -> connect(connection));
        return;
      } catch (RejectedExecutionException e) {
        stopped = true; // the Parley is closed
      }
    }
    host.failed(channel.closedException());
  }

  private void connect(Connection connection) {
    Link link;
    Position from = host.resumeFrom();
    ConnectAttempt attempt = host.attempt(connection.number);
    try {
      link = dial(connection, from, attempt);
    } catch (Throwable e) {
      attempt.end(lost(connection, e));
      return;
    }
    boolean unwanted;
    synchronized (this) {
      dialing = null;
      unwanted = stopped || connection.isOver();
      if (!unwanted && backoff != null) {
        backoff.opened(now());
      }
    }
    if (unwanted) {
      link.abort();
      if (!connection.isOver()) {
        connection.end();
      }
      host.gone(connection);
      return;
    }
    attempt.end(null);
    stands(connection, link, from);
  }

  /** Makes the link of a connection; blocks. */
  Link dial(Connection connection, @Nullable Position from, ConnectAttempt attempt)
      throws Exception {
    for (Interceptor interceptor : channel.interceptors) {
      interceptor.intercept(attempt);
    }
    Link link = host.connect(connection, from, attempt);
    connection.link(link);
    return link;
  }

  private void stands(Connection connection, Link link, @Nullable Position from) {
    Continuity continuity = link.continuity();
    Gap gap = takeCertainLoss() ? Gap.LOST : continuity.gap();
    Resumed resumed = new Resumed(gap, from, continuity.reason(), connection.number);
    host.prepare(connection);
    states.resumed(resumed);
    states.move(State.OPEN);
    if (!polled) {
      startWatching(connection);
      startRenewal(connection, link);
    }
    states.whenTold(() -> host.connected(connection, resumed));
  }

  // ---------------------------------------------------------------- make before break

  private void startRenewal(Connection connection, Link link) {
    Duration left = link.credentialsLeft();
    if (left == null || left.compareTo(Renewal.LONGEST) > 0) {
      return;
    }
    Renewal starting = new Renewal(this, connection, now() + left.toNanos());
    synchronized (this) {
      if (stopped || connection.isOver() || backoff == null || backoff.isExhausted()) {
        return;
      }
      renewal = starting;
      starting.start();
    }
  }

  private void stopRenewal() {
    Renewal stopping;
    synchronized (this) {
      stopping = renewal;
      renewal = null;
    }
    if (stopping != null) {
      stopping.stop();
    }
  }

  /** Returns a connection to succeed one that stands, or null if that stands no more. */
  synchronized @Nullable Connection successor(Connection old) {
    if (stopped || old.isOver()) {
      return null;
    }
    Connection next = new Connection(this, ++connections);
    next.standsBy = true;
    return next;
  }

  /** Puts the connection that was made in place of the old one; returns whether it did. */
  boolean replace(Connection old, Connection next) {
    Link link = next.link();
    if (link == null || !old.betweenMessages(() -> exchange(old, next))) {
      return false;
    }
    stopWatching();
    next.succeed(old);
    host.lost(old);
    stands(next, link, host.resumeFrom());
    return true;
  }

  private synchronized boolean exchange(Connection old, Connection next) {
    if (stopped || next.isOver() || !old.end()) {
      return false;
    }
    current = next;
    next.standsBy = false;
    renewal = null;
    return true;
  }

  private synchronized boolean takeCertainLoss() {
    boolean certain = lossIsCertain;
    lossIsCertain = false;
    return certain;
  }

  /** Drops a connection because messages of it had to be dropped: the next one follows a loss. */
  void dropWithLoss(Connection connection, ParleyException cause) {
    synchronized (this) {
      lossIsCertain = true;
    }
    lost(connection, cause);
  }

  /** A connection is lost or could not be made; returns the facts. */
  ParleyException lost(Connection connection, Throwable cause) {
    boolean clean = cause instanceof EndOfStream && connection.hasDelivered();
    ParleyException problem = state(cause);
    if (!connection.end()) {
      return problem;
    }
    Link link = connection.link();
    if (isAside(connection)) {
      return problem;
    }
    stopRenewal();
    if (link != null) {
      stopWatching();
      link.abort();
    }
    long delay = -1;
    int failures = 0;
    synchronized (this) {
      dialing = null;
      if (current == connection) {
        current = null;
      }
      if (stopped) {
        return problem;
      }
      ReconnectBackoff own = backoff;
      if (own != null) {
        int before = own.failures();
        own.lost(now(), clean);
        if (own.failures() < before || (link != null && own.failures() == 0)) {
          refusals = 0;
        }
        if (!isFinal(problem, own)) {
          delay = own.next(problem.retryAfter().orElse(null));
          failures = own.failures();
        }
      }
      if (delay < 0) {
        stopped = true;
      }
    }
    host.lost(connection);
    if (delay >= 0) {
      states.move(State.RECOVERING, problem, failures, Duration.ofNanos(delay));
      dialAfter(delay);
    } else if (cause instanceof EndOfStream && backoff == null) {
      host.ended();
    } else {
      host.failed(problem);
    }
    return problem;
  }

  /** Returns whether a connection has not succeeded the one that stands, whose loss is no loss. */
  private synchronized boolean isAside(Connection connection) {
    return connection.standsBy;
  }

  /** The stream has ended for good. */
  void ended(Connection connection) {
    if (!connection.end() || isAside(connection)) {
      return;
    }
    synchronized (this) {
      if (stopped) {
        return;
      }
      stopped = true;
    }
    stopWatching();
    stopRenewal();
    Link link = connection.link();
    if (link != null && !polled) {
      link.abort();
    }
    host.ended();
  }

  private void startWatching(Connection connection) {
    Watch starting = new Watch(connection);
    synchronized (this) {
      if (stopped || connection.isOver()) {
        return;
      }
      watch = starting;
      starting.start();
    }
  }

  private void stopWatching() {
    synchronized (this) {
      if (watch != null) {
        watch.stop();
        watch = null;
      }
    }
  }

  ParleyException state(Throwable cause) {
    if (cause instanceof EndOfStream) {
      return new TransportException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "the peer ended the stream"));
    }
    if (cause instanceof InterruptedException) {
      return new CommunicationInterruptedException(
          Failure.of(Kind.CANCELLED, Effect.NOT_SENT, "the connect was interrupted"));
    }
    try {
      return channel.translate(cause);
    } catch (RuntimeException e) {
      return new ParleyException(
          Failure.of(Kind.LOCAL, Effect.POSSIBLE, "a failure that the driver could not name: " + e)
              .withCause(cause));
    }
  }

  // Called with the lock held.
  private boolean isFinal(ParleyException problem, ReconnectBackoff own) {
    if (own.isExhausted()) {
      return true;
    }
    return switch (problem.kind()) {
      case PERMANENT, LOCAL, CANCELLED -> true;
      case AUTHENTICATION -> ++refusals > 1;
      case PROTOCOL -> ++refusals >= MAX_PROTOCOL_FAILURES;
      case TRANSIENT, THROTTLED -> false;
    };
  }

  /**
   * Looks for silence: asks for a sign of life at three quarters of it, and gives up at its end.
   */
  private final class Watch extends Timeout {
    private final Connection watched;
    private boolean asked; // guarded by this
    private boolean over; // guarded by this

    Watch(Connection watched) {
      this.watched = watched;
    }

    synchronized void start() {
      schedule(askAt());
    }

    synchronized void stop() {
      over = true;
      channel.engine.time.cancel(this);
    }

    @Override
    public void expired() {
      long silent = host.isHoldingBack() ? 0 : watched.silentNanos();
      boolean ask = false;
      synchronized (this) {
        if (over) {
          return;
        }
        if (silent < silenceNanos) {
          boolean late = silent >= askAt() * 9 / 10;
          ask = late && !asked;
          asked = late;
          schedule(late ? silenceNanos - silent : askAt() - silent);
          if (!ask) {
            return;
          }
        }
      }
      boolean ping = ask;
      try {
        channel.engine.threads.dialers().execute(() -> act(ping));
      } catch (RejectedExecutionException e) {
        stop(); // the Parley is closed
      }
    }

    private void act(boolean ping) {
      Link link = watched.link();
      try {
        if (!ping) {
          throw new TransportException(
              Failure.of(
                  Kind.TRANSIENT,
                  Effect.POSSIBLE,
                  "the peer was silent for " + silenceNanos / 1_000_000 + " ms"));
        }
        if (link != null && !watched.isOver()) {
          link.ping();
        }
      } catch (Throwable e) {
        lost(watched, e);
      }
    }

    private long askAt() {
      return silenceNanos / 4 * 3;
    }

    // The question comes up to 10 % early, so that a thousand links do not ask at once.
    private void schedule(long delay) {
      double early = asked ? 1 : 1 - 0.1 * channel.engine.random.getAsDouble();
      channel.engine.time.schedule(this, Math.max(1, (long) ((double) delay * early)));
    }
  }

  /** What the keeper keeps connected. Nothing here is called with a lock held. */
  interface Host {
    /** Returns where the next connect resumes. */
    @Nullable Position resumeFrom();

    /** Returns what interceptors see of a connect. */
    ConnectAttempt attempt(int connection);

    /** Connects; may block. */
    Link connect(Inlet inlet, @Nullable Position from, ConnectAttempt attempt) throws Exception;

    /** A connection stands, before anybody knows. */
    void prepare(Connection connection);

    /** A connection stands and the listeners know. */
    void connected(Connection connection, Resumed resumed);

    /** Polls a connection until it is over; on its own thread. */
    void poll(Connection connection);

    /** A message came. */
    void deliver(Connection connection, List<Inbound> inbounds);

    /** The position moved without a message. */
    void moved(Position position);

    /** The link has made a settlement. */
    void settled(Settlement settlement);

    /** Settlements wait for the polling thread. */
    void settlementsWait(PollLink link);

    /** The peer can take more. */
    void writable();

    /** Returns whether the peer is silent because nothing is asked of it. */
    boolean isHoldingBack();

    /** A connection is lost; another may follow. */
    void lost(Connection connection);

    /** A connection came up after it was not wanted any more. */
    void gone(Connection connection);

    /** It ended for good. */
    void ended();

    /** It failed for good. */
    void failed(ParleyException cause);
  }
}
