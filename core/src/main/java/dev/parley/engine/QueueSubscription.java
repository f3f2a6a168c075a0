package dev.parley.engine;

import dev.parley.ConsumeOptions;
import dev.parley.DeadlineExceededException;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.Resumed;
import dev.parley.RetryMode;
import dev.parley.Shape;
import dev.parley.Signal;
import dev.parley.Support;
import dev.parley.Topic;
import dev.parley.spi.Inlet;
import dev.parley.spi.Link;
import dev.parley.spi.Settlement;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries that must be settled. An item is open from the moment it is handed out until its
 * settlement is decided, and keeps its room in the window for as long.
 */
final class QueueSubscription<T> extends EngineSubscription<T, Delivery<T>> {
  private final SourceDriver source;
  private final Topic<T> topic;
  private final ConsumeOptions options;
  private final boolean settlesPrefixes;
  private final boolean retriesAtPeer;
  private final boolean extendsLeases;

  // Guarded by this.
  private final Set<Item> open = new LinkedHashSet<>(); // oldest first
  private final Map<String, Item> inFlight = new HashMap<>(); // open ones by identity
  private final Set<Wait> waits = new HashSet<>();
  private final Remembered finished; // identities that need not be handled again
  private final Remembered failures; // identities and how often their handling failed
  private volatile boolean peerHasSettled;
  private final DeadLetters deadLetters;
  private final StallCheck stallCheck;
  private @Nullable LeaseRenewal renewal; // of the current connection

  QueueSubscription(
      AbstractChannel channel,
      Topic<T> topic,
      ConsumeOptions options,
      SourceDriver source,
      boolean polled) {
    super(
        channel,
        Shape.QUEUE,
        topic.name(),
        topic.type(),
        new Setup(
            Headers.empty(),
            options.maxUnsettled(),
            Long.MAX_VALUE,
            dev.parley.Overflow.BLOCK,
            options.from().orElse(null),
            options.listener().orElse(null),
            polled,
            options.reconnect(),
            options.silence()));
    this.source = source;
    this.topic = topic;
    this.options = options;
    this.settlesPrefixes = source.acknowledgement() == SourceDriver.Acknowledgement.PREFIX;
    this.retriesAtPeer =
        options.retryMode() == RetryMode.DELAYED_UNORDERED
            && channel.features().support(Feature.DELAYED_RETRY) == Support.NATIVE;
    this.extendsLeases = channel.features().has(Feature.EXTEND_LEASE);
    this.finished = new Remembered(options.remembered());
    this.failures = new Remembered(options.remembered());
    this.deadLetters = new DeadLetters(this, options, topic.name());
    this.stallCheck = new StallCheck(this, options.stallAfter());
    stallCheck.start();
  }

  @Override
  public Link connect(Inlet inlet, @Nullable Position from, ConnectAttempt attempt)
      throws Exception {
    return EngineStreamChannel.connect(
        source,
        inlet,
        new SourceRequest.OfQueue(
            topic, options, from, attempt.headers(), attempt.attempt(), attempt.context()));
  }

  /**
   * The peer keeps a queue's position, and what was settled here may not have reached it: once it
   * knows of any, what it knows is where to go on.
   */
  @Override
  public @Nullable Position resumeFrom() {
    return peerHasSettled ? null : options.from().orElse(null);
  }

  @Override
  public void settled(Settlement settlement) {
    if (settlement instanceof Settlement.Ack || settlement instanceof Settlement.Reject) {
      peerHasSettled = true;
    }
  }

  @Override
  Ordering ordering() {
    return options.ordering();
  }

  @Override
  int concurrency() {
    return options.concurrency();
  }

  // ---------------------------------------------------------------- handing out

  @Override
  boolean taken(Item item) {
    String identity = item.inbound.identity();
    if (identity != null) {
      if (finished.contains(identity)) {
        inBackground(() -> acknowledgeAgain(item));
        return false;
      }
      Item running = inFlight.putIfAbsent(identity, item);
      if (running != null) {
        if (running.again != null) {
          inBackground(() -> freed(1));
          return false;
        }
        running.again = item; // decided when the one that runs is
        return false;
      }
      item.attempt = Math.max(item.attempt, failures.get(identity) + 1);
    }
    open.add(item);
    item.handedOut = engine.time.nanoTime();
    return true;
  }

  private void acknowledgeAgain(Item item) {
    if (engine.observers.length > 0) {
      engine.signal(new Signal.Duplicate(name, channel.endpoint));
    }
    synchronized (this) {
      order(Settlement.ACK, item);
    }
    item.connection.settleOrWake();
    freed(1);
    terminateIfIdle();
  }

  @Override
  @Nullable Delivery<T> element(Item item) {
    var deadline = item.inbound.context().deadlineOrNull();
    if (deadline != null && deadline.isExpired()) {
      engine.signal(new Signal.Expired(name, channel.endpoint));
      rejected(
          item,
          new DeadlineExceededException(
              Failure.of(
                  Kind.PERMANENT,
                  Effect.NOT_SENT,
                  "its deadline had passed before it was handled")));
      return null;
    }
    T body;
    try {
      body = decode(item);
    } catch (RuntimeException e) {
      rejected(item, e);
      return null;
    }
    synchronized (this) {
      item.handedOut = engine.time.nanoTime();
    }
    return new EngineDelivery<>(this, item, body);
  }

  @Override
  boolean handled(Item item, @Nullable Delivery<T> element, @Nullable Throwable failure) {
    if (!(element instanceof EngineDelivery<T> delivery)) {
      return true;
    }
    if (failure == null) {
      if (!delivery.isSettled()) {
        delivery.ack();
      }
    } else {
      delivery.failed(failure);
    }
    return !delivery.keepsKey();
  }

  // ---------------------------------------------------------------- settling

  void acked(Item item) {
    finish(item, Settlement.ACK, true);
  }

  /** Returns whether it waits for its retry here, in its place. */
  boolean retried(Item item, @Nullable Duration after, @Nullable Throwable failure) {
    if (item.attempt >= options.maxAttempts()) {
      rejected(
          item,
          failure == null
              ? new ParleyException(
                  Failure.of(
                      Kind.LOCAL, Effect.POSSIBLE, "given up after " + item.attempt + " attempts"))
              : failure);
      return false;
    }
    Duration delay = after == null ? backoff(item.attempt, failure) : after;
    String identity = item.inbound.identity();
    boolean inOrder = options.retryMode() == RetryMode.BLOCKING_IN_ORDER;
    Item next;
    synchronized (this) {
      if (identity != null) {
        failures.put(identity, item.attempt);
      }
      next = retriesAtPeer ? null : successor(item);
      if (next != null) {
        new Wait(next, inOrder).begin(delay);
      }
    }
    if (next == null) {
      finish(item, new Settlement.Retry(delay), false);
      return false;
    }
    if (next != item) {
      freed(1); // the one whose connection is gone
    }
    return inOrder;
  }

  private Duration backoff(int attempt, @Nullable Throwable failure) {
    List<Duration> schedule = options.retrySchedule();
    if (schedule.isEmpty()) {
      return Duration.ofNanos(
          Backoff.computed(options.retryBase(), options.retryCap(), attempt, engine.random));
    }
    Duration wait = schedule.get(Math.min(attempt, schedule.size()) - 1);
    if (failure instanceof ParleyException known && known.retryAfter().isPresent()) {
      Duration longest = Collections.max(schedule);
      Duration hint = known.retryAfter().get();
      Duration honoured = hint.compareTo(longest) > 0 ? longest : hint;
      wait = honoured.compareTo(wait) > 0 ? honoured : wait;
    }
    return Duration.ofNanos(Backoff.scheduled(wait, engine.random));
  }

  // The same item, or the one the peer delivered in its place after its connection was lost; null
  // if
  // it has yet to. With the lock held.
  @Override
  @Nullable Item successor(Item item) {
    if (!item.connection.isOver()) {
      return item;
    }
    Item again = item.again;
    if (again == null || again.connection.isOver()) {
      return null;
    }
    open.remove(item);
    open.add(again);
    again.attempt = item.attempt;
    again.handedOut = engine.time.nanoTime();
    String identity = again.inbound.identity();
    if (identity != null) {
      inFlight.put(identity, again);
    }
    return again;
  }

  void rejected(Item item, Throwable reason) {
    deadLetters.take(item, reason);
  }

  void extended(Item item, Duration lease) {
    if (extendsLeases) {
      synchronized (this) {
        item.connection.order(new Settlement.Extend(lease), item.inbound);
      }
      item.connection.settleOrWake();
    }
  }

  /** Settles an open item for good. */
  void finish(Item item, Settlement settlement, boolean isDone) {
    String identity = item.inbound.identity();
    Item again;
    synchronized (this) {
      if (!open.remove(item)) {
        return;
      }
      again = item.again;
      if (identity != null) {
        inFlight.remove(identity, item);
        if (isDone) {
          finished.put(identity, 1);
          failures.remove(identity);
        }
      }
      order(settlement, item);
      if (again != null) {
        order(settlement, again);
      }
    }
    item.connection.settleOrWake();
    if (again != null) {
      again.connection.settleOrWake();
    }
    freed(again == null ? 1 : 2);
    terminateIfIdle();
  }

  // In the order of the lock, so that a prefix never goes back. With the lock held.
  private void order(Settlement settlement, Item item) {
    if (item.connection.isOver()) {
      return;
    }
    boolean isAck = settlement instanceof Settlement.Ack;
    if (!isAck || !settlesPrefixes) {
      item.connection.order(settlement, item.inbound);
    }
    Item last = ledger.done(item);
    if (settlesPrefixes && last != null) {
      item.connection.order(Settlement.ACK, last.inbound);
    }
  }

  // ---------------------------------------------------------------- leases

  @Override
  public void connected(Connection connection, Resumed resumed) {
    Link link = connection.link();
    Duration lease = link == null || !extendsLeases ? null : link.lease();
    synchronized (this) {
      stopRenewal();
      if (lease != null && !isTerminating()) {
        renewal = new LeaseRenewal(this, connection, lease);
        renewal.start();
      }
    }
    super.connected(connection, resumed);
  }

  // With the lock held.
  private void stopRenewal() {
    if (renewal != null) {
      renewal.stop();
      renewal = null;
    }
  }

  /** Renews the leases of what is held here; what was pulled is the caller's to extend. */
  void renew(Connection connection, Duration lease) {
    long latest = engine.time.nanoTime() - options.maxProcessing().toNanos();
    synchronized (this) {
      List<Item> held = notHandedOut();
      if (hasDispatcher()) {
        held.addAll(open);
      } else {
        waits.forEach(wait -> held.add(wait.item));
      }
      for (Item item : held) {
        boolean tooLong = open.contains(item) && item.handedOut - latest < 0;
        if (item.connection == connection && !tooLong) {
          connection.order(new Settlement.Extend(lease), item.inbound);
        }
      }
    }
    connection.settleOrWake();
  }

  // ---------------------------------------------------------------- loss and end

  @Override
  public void lost(Connection connection) {
    super.lost(connection);
    int forgotten = 0;
    synchronized (this) {
      stopRenewal();
      ledger.clear();
      for (Wait wait : List.copyOf(waits)) {
        if (wait.item.connection == connection) {
          wait.forget();
          forgotten++;
        }
      }
      for (Item item : open) {
        if (item.again != null && item.again.connection == connection) {
          item.again = null;
          forgotten++;
        }
      }
    }
    freed(forgotten);
  }

  @Override
  void forget(Connection connection, Deque<Item> buffered) {
    buffered.removeIf(item -> isForgotten(item, connection));
  }

  // The peer delivers it again.
  @Override
  boolean isForgotten(Item item, Connection connection) {
    if (item.connection != connection) {
      return false;
    }
    if (open.remove(item) && item.inbound.identity() != null) {
      inFlight.remove(item.inbound.identity(), item);
    }
    return true;
  }

  @Override
  boolean isStale(Item item) {
    return item.connection.isOver();
  }

  @Override
  void giveBack(List<Item> items) {
    List<Item> all = new ArrayList<>(items);
    synchronized (this) {
      for (Wait wait : List.copyOf(waits)) {
        all.add(wait.item);
        wait.forget();
      }
      if (!settlesPrefixes) {
        for (Item item : all) {
          open.remove(item);
          item.connection.order(new Settlement.Retry(Duration.ZERO), item.inbound);
        }
      }
    }
    all.stream().map(item -> item.connection).distinct().forEach(Connection::settleOrWake);
  }

  @Override
  boolean awaitsSettlement() {
    return !open.isEmpty();
  }

  @Override
  boolean awaitsRetry() {
    return !waits.isEmpty();
  }

  @Override
  int unsettled() {
    return open.size();
  }

  @Override
  long oldestUnsettledNanos() {
    Item oldest = oldestOpen();
    return oldest == null ? 0 : engine.time.nanoTime() - oldest.handedOut;
  }

  // With the lock held.
  @Nullable Item oldestOpen() {
    return open.isEmpty() ? null : open.iterator().next();
  }

  @Override
  void cancelTimers() {
    synchronized (this) {
      stallCheck.stop();
      stopRenewal();
      for (Wait wait : List.copyOf(waits)) {
        wait.forget();
      }
    }
  }

  void inBackground(Runnable work) {
    try {
      engine.threads.workers().execute(work);
    } catch (RejectedExecutionException e) {
      freed(1); // the Parley is closed, and the peer keeps it
    }
  }

  /** An item that waits for its retry; guarded by the subscription. */
  private final class Wait extends Timeout {
    private final Item item;
    private final boolean keepsKey;

    Wait(Item item, boolean keepsKey) {
      this.item = item;
      this.keepsKey = keepsKey;
    }

    void begin(Duration delay) {
      waits.add(this);
      engine.time.schedule(this, delay.toNanos());
    }

    void forget() {
      waits.remove(this);
      engine.time.cancel(this);
      if (open.remove(item) && item.inbound.identity() != null) {
        inFlight.remove(item.inbound.identity(), item);
      }
      if (keepsKey) {
        releaseKey(item);
      }
    }

    @Override
    public void expired() {
      synchronized (QueueSubscription.this) {
        if (!waits.remove(this)) {
          return;
        }
        item.attempt++;
      }
      handBack(item, keepsKey);
    }
  }
}
