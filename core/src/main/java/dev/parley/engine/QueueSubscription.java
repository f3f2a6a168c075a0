package dev.parley.engine;

import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Feature;
import dev.parley.Headers;
import dev.parley.Ordering;
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
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
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
  private final OpenItems open;
  private Predicate<Item> releasing = item -> false; // what goes to somebody else just now
  private final RetryWaits waits = new RetryWaits(this);
  private volatile boolean peerHasSettled;
  private volatile @Nullable Waiter settling; // who waits until what is handled is settled
  private final DeadLetters deadLetters;
  private final StallCheck stallCheck;
  private final LeaseRenewal leases;

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
    this.open = new OpenItems(options.remembered());
    this.deadLetters = new DeadLetters(this, options, topic.name());
    this.leases = new LeaseRenewal(this, options.maxProcessing());
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
    OpenItems.Arrival arrival = open.take(item, engine.time.nanoTime());
    switch (arrival) {
      case DONE -> inBackground(() -> acknowledgeAgain(item));
      case NEW, AGAIN -> {}
    }
    return arrival == OpenItems.Arrival.NEW;
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
      deadLetters.takeExpired(item);
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
      deadLetters.takeExhausted(item, failure);
      return false;
    }
    Duration delay =
        after == null ? RetryWaits.delay(options, item.attempt, failure, engine.random) : after;
    boolean inOrder = options.retryMode() == RetryMode.BLOCKING_IN_ORDER;
    boolean closing;
    boolean left = false;
    Item next = null;
    synchronized (this) {
      open.failed(item);
      closing = isClosing();
      if (!closing && !retriesAtPeer) {
        next = successor(item);
      }
      if (next != null) {
        waits.begin(next, inOrder, delay);
      } else if (closing || !retriesAtPeer) {
        left = open.drop(item); // in one go: what the peer delivers in its place is a new one
      }
    }
    if (left) {
      leave(item, closing);
      return false;
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

  /** Leaves an item that is not open any more to the peer, which delivers it again. */
  private void leave(Item item, boolean closing) {
    List<Item> all = item.all();
    if (closing) {
      giveBack(all);
    }
    freed(all.size());
    wakeWhoReleases();
    terminateIfIdle();
  }

  // The same item, or the one the peer delivered in its place after its connection was lost; null
  // if it has yet to. With the lock held.
  @Override
  @Nullable Item successor(Item item) {
    if (!item.isLost() && !releasing.test(item)) {
      return item;
    }
    for (Item again : item.all()) {
      if (!again.isLost() && !releasing.test(again)) {
        open.replace(item, again, engine.time.nanoTime());
        return again;
      }
    }
    return null;
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
    List<Item> all;
    synchronized (this) {
      if (!open.close(item, isDone)) {
        return;
      }
      all = item.all();
      all.forEach(each -> order(settlement, each));
    }
    for (Item each : all) {
      each.connection.settleOrWake();
    }
    freed(all.size());
    wakeWhoReleases();
    terminateIfIdle();
  }

  private void wakeWhoReleases() {
    Waiter waiter = settling;
    if (waiter != null) {
      waiter.wake();
    }
  }

  // In the order of the lock, so that a prefix never goes back. With the lock held.
  private void order(Settlement settlement, Item item) {
    if (item.isLost()) {
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
      leases.restart(connection, isTerminating() ? null : lease);
    }
    super.connected(connection, resumed);
  }

  /** Returns what is held here; what was pulled is the caller's. With the lock held. */
  List<Item> held() {
    List<Item> held = notHandedOut();
    held.addAll(hasDispatcher() ? open.all() : waits.items());
    return held;
  }

  // ---------------------------------------------------------------- loss and end

  @Override
  public void lost(Connection connection) {
    int forgotten;
    synchronized (this) {
      leases.stop();
      ledger.clear();
      Predicate<Item> lost = item -> item.connection == connection;
      forgotten = open.forgetAgain(lost); // first, while what came again is still open
      super.lost(connection);
      forgotten += waits.forget(lost);
    }
    freed(forgotten);
  }

  @Override
  void forget(Predicate<Item> lost, Deque<Item> buffered) {
    buffered.removeIf(item -> isForgotten(item, lost));
  }

  // The peer delivers it again.
  @Override
  boolean isForgotten(Item item, Predicate<Item> lost) {
    if (!lost.test(item)) {
      return false;
    }
    open.drop(item);
    return true;
  }

  @Override
  void release(Connection connection, Set<String> lanes, Duration limit) {
    Predicate<Item> gone =
        item -> item.connection == connection && lanes.contains(item.inbound.lane());
    int forgotten;
    synchronized (this) {
      releasing = gone;
      forgotten = open.forgetAgain(gone); // first, as when all is lost
      drop(gone);
      forgotten += waits.forget(gone);
    }
    freed(forgotten);
    changed(); // keys may be free
    Waiter waiter = new Waiter(engine.time);
    settling = waiter;
    waiter.await(limit.toNanos(), () -> isHandled(connection, gone));
    settling = null;
    synchronized (this) {
      releasing = item -> false;
      open.all().stream().filter(gone).forEach(item -> item.isReleased = true);
      ledger.clear(lanes);
    }
    connection.settleAll();
  }

  private synchronized boolean isHandled(Connection connection, Predicate<Item> items) {
    return connection.isOver() || isTerminating() || open.all().stream().noneMatch(items);
  }

  @Override
  boolean isStale(Item item) {
    return item.isLost();
  }

  @Override
  void giveBack(List<Item> items) {
    List<Item> all = new ArrayList<>(items);
    synchronized (this) {
      all.addAll(waits.forgetAll());
      if (!settlesPrefixes) {
        for (Item item : all) {
          open.drop(item);
          item.connection.order(new Settlement.Retry(Duration.ZERO), item.inbound);
        }
      }
    }
    all.stream().map(item -> item.connection).distinct().forEach(Connection::settleOrWake);
  }

  @Override
  boolean awaitsSettlement() {
    return open.size() > 0;
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
  boolean isOpen(Item item) {
    return open.contains(item);
  }

  // With the lock held.
  @Nullable Item oldestOpen() {
    return open.oldest();
  }

  @Override
  void cancelTimers() {
    synchronized (this) {
      stallCheck.stop();
      leases.stop();
      waits.forgetAll();
    }
  }

  @Override
  void released() {
    source.ended();
  }

  void inBackground(Runnable work) {
    try {
      engine.threads.workers().execute(work);
    } catch (RejectedExecutionException e) {
      freed(1); // the Parley is closed, and the peer keeps it
    }
  }

  /** What waited for its retry here does so no more: the peer delivers it again. */
  void forgetWaiting(Item item, boolean keepsKey) {
    open.drop(item);
    if (keepsKey) {
      releaseKey(item);
    }
  }
}
