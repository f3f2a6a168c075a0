package dev.parley.engine;

import dev.parley.ChannelClosedException;
import dev.parley.CommunicationInterruptedException;
import dev.parley.Context;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Handler;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Lag;
import dev.parley.Message;
import dev.parley.Ordering;
import dev.parley.Overflow;
import dev.parley.OverloadedException;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.ReconnectPolicy;
import dev.parley.Registration;
import dev.parley.Resumed;
import dev.parley.Shape;
import dev.parley.Signal;
import dev.parley.State;
import dev.parley.StateListener;
import dev.parley.Subscription;
import dev.parley.TypeRef;
import dev.parley.spi.Inbound;
import dev.parley.spi.Link;
import dev.parley.spi.PollLink;
import dev.parley.spi.PushLink;
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What streams and queues have in common: a bounded buffer between the link, which may deliver
 * within its credit, and the user, who pulls or has a {@link Dispatcher} run a handler.
 *
 * <p>One lock, its own monitor, guards everything; drivers, listeners and the user's code are never
 * called with it held.
 *
 * @param <T> the type of the bodies
 * @param <E> the type of the elements
 */
abstract class EngineSubscription<T, E extends Message<?>> extends Running.Entry
    implements Subscription<E>, LinkKeeper.Host {
  private static final Duration DRAIN = Duration.ofSeconds(30);

  final AbstractChannel channel;
  final Engine engine;
  final String name;
  final TypeRef<T> type;
  final States states;
  final LinkKeeper keeper;

  private final Shape shape;
  private final Context context = Context.current();
  private final Headers headers;
  private final Overflow overflow;
  private final Pull<E> pull;
  private final PollLoop pollLoop = new PollLoop(this);

  private final List<Waiter> waiters = new CopyOnWriteArrayList<>(); // woken after each change

  // Guarded by this.
  final LaneLedger ledger;
  private final Window window;
  private boolean paused;
  private boolean closing; // nothing is handed out any more
  private boolean ended; // nothing comes in any more
  private boolean terminating;
  private boolean terminated;
  private volatile @Nullable Dispatcher<E> dispatcher; // written with the lock held
  private final Lanes received; // the last position that came in

  EngineSubscription(
      AbstractChannel channel, Shape shape, String name, TypeRef<T> type, Setup setup) {
    this.channel = channel;
    this.engine = channel.engine;
    this.shape = shape;
    this.name = name;
    this.type = type;
    this.headers = setup.headers;
    this.overflow = setup.overflow;
    this.window = new Window(setup.window, setup.windowBytes, overflow);
    this.pull = new Pull<>(this::next, name);
    this.ledger = new LaneLedger(setup.from);
    this.received = new Lanes(setup.from);
    this.states = new States(engine, shape, name, channel.endpoint);
    if (setup.listener != null) {
      states.register(setup.listener);
    }
    this.keeper =
        new LinkKeeper(channel, states, this, setup.polled, setup.reconnect, setup.silence);
  }

  /** What the options of streams, queues and sessions say alike. */
  record Setup(
      Headers headers,
      int window,
      long windowBytes,
      Overflow overflow,
      @Nullable Position from,
      @Nullable StateListener listener,
      boolean polled,
      @Nullable ReconnectPolicy reconnect,
      Duration silence) {}

  /** Begins to connect. */
  final void begin() {
    if (!channel.running.enter(this)) {
      throw channel.closedException();
    }
    keeper.start();
  }

  // ---------------------------------------------------------------- what the two kinds differ in

  /** Makes the element that is handed out, outside of the lock; null if it was settled instead. */
  abstract @Nullable E element(Item item);

  /**
   * An item is taken from the buffer; returns whether it is to be handed out. With the lock held.
   */
  abstract boolean taken(Item item);

  /**
   * A handler has ended with an element, or with what it threw; returns whether its key is free.
   */
  abstract boolean handled(Item item, @Nullable E element, @Nullable Throwable failure);

  /**
   * Removes what is lost, and not to be handed out for that, from the buffer. With the lock held.
   */
  abstract void forget(Predicate<Item> lost, Deque<Item> buffered);

  /** Returns whether an item is lost and goes with that. With the lock held. */
  abstract boolean isForgotten(Item item, Predicate<Item> lost);

  /** Lanes of a connection go to somebody else, see {@link dev.parley.spi.Handover#release}. */
  abstract void release(Connection connection, Set<String> lanes, Duration limit);

  /**
   * Returns whether an item must not be handed out any more: its connection is over and its
   * redelivery on the way, though that loss was not dealt with yet. With the lock held.
   */
  abstract boolean isStale(Item item);

  /** Returns the same message on a newer connection, in place of an item. With the lock held. */
  abstract @Nullable Item successor(Item item);

  /** Forgets a stale item, or returns what came in its place. With the lock held. */
  final @Nullable Item replaceStale(Item item) {
    Item again = successor(item);
    if (again != null || isForgotten(item, each -> true)) {
      window.free(1);
    }
    return again;
  }

  /** The subscription closes: what was not handed out goes back. Outside of the lock. */
  abstract void giveBack(List<Item> items);

  /** Returns whether a closing subscription still waits for the user. With the lock held. */
  abstract boolean awaitsSettlement();

  /** Returns the number of deliveries that were handed out and not settled. With the lock held. */
  abstract int unsettled();

  abstract long oldestUnsettledNanos();

  abstract Ordering ordering();

  abstract int concurrency();

  // ---------------------------------------------------------------- what comes in

  @Override
  public final void deliver(Connection connection, List<Inbound> inbounds) {
    Runnable room = null;
    int dropped = 0;
    boolean hasOverrun = false;
    synchronized (this) {
      // Once its loss was dealt with, a late message would overtake its own redelivery.
      if (closing || ended || connection.isOver()) {
        return;
      }
      for (Inbound inbound : inbounds) {
        Item item = new Item(inbound, connection, inbound.payload().size().orElse(0));
        List<Item> away = window.add(item, window.useCredit());
        if (away == null) {
          hasOverrun = true;
          break;
        }
        account(item, away);
        dropped += away.size();
      }
      // Room that came free while there was credit left was not granted then.
      if (!hasOverrun && (!window.hasCredit() || overflow != Overflow.BLOCK)) {
        room = credit();
      }
    }
    if (dropped > 0 && engine.observers.length > 0) {
      engine.signal(new Signal.Dropped(name, channel.endpoint, dropped));
    }
    changed();
    tell(room);
    if (hasOverrun) {
      overrun(connection);
    }
  }

  // With the lock held. What is dropped counts as done, or the position would stand still.
  private void account(Item item, List<Item> dropped) {
    if (!dropped.isEmpty()) {
      if (dropped.contains(item)) {
        return;
      }
      dropped.forEach(ledger::done);
    }
    ledger.received(item);
    String position = item.inbound.position();
    if (position != null) {
      received.move(item.inbound.lane(), position);
    }
  }

  /** There is no room, and nothing may be dropped. */
  private void overrun(Connection connection) {
    ParleyException refused =
        new OverloadedException(
            Failure.of(
                overflow == Overflow.FAIL ? Kind.LOCAL : Kind.TRANSIENT,
                Effect.POSSIBLE,
                "the buffer of " + window + " is full, and the peer cannot be held back"));
    if (overflow == Overflow.FAIL) {
      fail(refused);
    } else {
      keeper.dropWithLoss(connection, refused);
    }
  }

  @Override
  public final void moved(Position position) {
    synchronized (this) {
      ledger.moved(position);
      received.move(position);
    }
  }

  @Override
  public void writable() {}

  /** Gives the link as much credit as there is room. */
  final void grant() {
    Runnable room;
    synchronized (this) {
      room = credit();
    }
    tell(room);
  }

  /** Items were handed out or settled: there is room again. */
  final void freed(int count) {
    if (count == 0) {
      return;
    }
    Runnable room;
    synchronized (this) {
      window.free(count);
      room = room();
    }
    tell(room);
  }

  /** An item that needs no acknowledgement was handed out or handled. */
  final void done(Item item) {
    Runnable room;
    synchronized (this) {
      doneWith(item);
      room = room();
    }
    tell(room);
  }

  /** With the lock held; the link is told of the room later. */
  final void doneWith(Item item) {
    ledger.done(item);
    window.free(1);
  }

  /** Returns how to tell the link of room, outside of the lock; null if there is no need. */
  private @Nullable Runnable room() {
    return pollLoop.isWaiting() ? pollLoop::wake : credit();
  }

  private static void tell(@Nullable Runnable room) {
    if (room != null) {
      room.run();
    }
  }

  /** Counts credit for the link there is now, as much as there is room. With the lock held. */
  private @Nullable Runnable credit() {
    Connection connection = window.creditor();
    if (closing
        || ended
        || connection == null
        || keeper.polled(connection.link()) != null
        || !(connection.link() instanceof PushLink link)) {
      return null;
    }
    int more = window.grant();
    return more == 0 ? null : () -> request(connection, link, more);
  }

  private static void request(Connection connection, PushLink link, int more) {
    try {
      link.request(more);
    } catch (Throwable e) {
      connection.lost(e);
    }
  }

  @Override
  public final void settlementsWait(PollLink link) {
    pollLoop.settlementsWait(link);
  }

  @Override
  public final void poll(Connection connection) {
    pollLoop.run(connection);
  }

  /** Returns for how many messages there is room, for who polls; none while it closes. */
  final synchronized int roomToPoll() {
    return closing ? 0 : window.room();
  }

  /** So many were polled, for which no credit was given. */
  final synchronized void lend(int count) {
    window.lend(count);
  }

  // ---------------------------------------------------------------- the connection's life

  /** Returns the last position that came in. */
  final synchronized @Nullable Position received() {
    return received.position();
  }

  @Override
  public final ConnectAttempt attempt(int connection) {
    return new ConnectAttempt(shape, name, channel.endpoint, connection, context, headers);
  }

  @Override
  public void prepare(Connection connection) {}

  @Override
  public void connected(Connection connection, Resumed resumed) {
    release(connection);
  }

  /** The subscriber knows of the connection: its messages may be handed out. */
  final void release(Connection connection) {
    synchronized (this) {
      connection.released = true;
      if (!connection.isOver()) {
        window.creditor(connection);
      }
    }
    grant();
    changed();
  }

  @Override
  public final boolean isHoldingBack() {
    synchronized (this) {
      return !window.hasCredit();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // of the very connection
  public void lost(Connection connection) {
    synchronized (this) {
      // What came in before its first credit was told of, if it is kept, is told of by the next
      // one.
      connection.released = true;
      if (window.creditor() == connection) {
        window.creditor(null);
      }
      drop(item -> item.connection == connection);
    }
  }

  /** Forgets what is lost and was not handed out. With the lock held. */
  final void drop(Predicate<Item> lost) {
    window.forget(items -> forget(lost, items));
    if (dispatcher != null) {
      window.free(dispatcher.forget(lost));
    }
  }

  @Override
  public final void gone(Connection connection) {
    terminateIfIdle();
  }

  @Override
  public void ended() {
    states.move(State.CLOSED);
    endIntake();
    terminateIfIdle();
  }

  @Override
  public void failed(ParleyException cause) {
    states.move(State.FAILED, cause, 0, null); // first, for those whom endIntake wakes
    endIntake();
    terminateIfIdle();
  }

  private void endIntake() {
    synchronized (this) {
      ended = true;
    }
    changed();
  }

  /** Fails for a reason of this program. */
  final void fail(ParleyException cause) {
    Connection last = keeper.stop();
    if (last != null && last.end()) {
      last.abortLink();
      lost(last);
    }
    failed(cause);
  }

  // ---------------------------------------------------------------- pulling

  @Override
  public final Optional<E> poll(Duration limit) throws InterruptedException {
    return Optional.ofNullable(pull.one(limit));
  }

  @Override
  public final List<E> poll(int max, Duration linger) throws InterruptedException {
    return pull.several(max, linger);
  }

  @Override
  public final Iterator<E> iterator() {
    return pull.iterator();
  }

  private @Nullable E next(long limitNanos) throws InterruptedException {
    long end = 0;
    boolean waits = false;
    while (true) {
      Item item;
      Runnable room;
      synchronized (this) {
        if (dispatcher != null) {
          throw new IllegalStateException(
              "the subscription of " + name + " runs a handler: pull, or run a handler, not both");
        }
        item = take();
        if (item == null && isExhausted()) {
          break;
        }
        room = room();
      }
      tell(room);
      if (item != null) {
        E element = element(item);
        if (element != null) {
          return element;
        }
        continue;
      }
      long now = engine.time.nanoTime();
      if (!waits) {
        waits = true;
        end = now + limitNanos;
      }
      long rest = end - now;
      if (rest <= 0) {
        return null;
      }
      awaitInterruptibly(rest, this::hasSomething);
    }
    ParleyException failure = states.failure();
    if (failure != null) {
      throw failure;
    }
    return null;
  }

  private synchronized boolean hasSomething() {
    return isExhausted() || (!paused && head() != null);
  }

  /** Returns whether items wait for their retry. With the lock held. */
  abstract boolean awaitsRetry();

  // With the lock held.
  private @Nullable Item head() {
    return closing ? null : window.peek();
  }

  /** Takes the next item that may be handed out. With the lock held. */
  final @Nullable Item take() {
    while (!paused) {
      Item item = head();
      if (item == null) {
        return null;
      }
      boolean comesBack = window.remove(item);
      if (isStale(item)) {
        Item again = replaceStale(item);
        if (again != null) {
          return again;
        }
      } else if (comesBack || taken(item)) {
        return item;
      }
    }
    return null;
  }

  /** Hands an item out once more, before all others; it may have kept its key meanwhile. */
  final void handBack(Item item, boolean keepsKey) {
    synchronized (this) {
      Dispatcher<E> run = dispatcher;
      if (run == null) {
        window.giveBack(item);
      } else {
        run.handBack(item, keepsKey);
      }
    }
    changed();
  }

  /** Something may have become possible: for those who wait, and for a handler. */
  final void changed() {
    waiters.forEach(Waiter::wake);
    Dispatcher<E> run = dispatcher;
    if (run != null) {
      run.more();
    }
  }

  private boolean await(long limitNanos, BooleanSupplier condition) {
    Waiter waiter = new Waiter(engine.time);
    waiters.add(waiter);
    try {
      return waiter.await(limitNanos, condition);
    } finally {
      waiters.remove(waiter);
    }
  }

  private void awaitInterruptibly(long limitNanos, BooleanSupplier condition)
      throws InterruptedException {
    Waiter waiter = new Waiter(engine.time);
    waiters.add(waiter);
    try {
      waiter.awaitInterruptibly(limitNanos, condition);
    } finally {
      waiters.remove(waiter);
    }
  }

  // ---------------------------------------------------------------- handling

  @Override
  public final CompletableFuture<Void> start(Handler<? super E> handler) {
    Objects.requireNonNull(handler, "handler");
    Dispatcher<E> started;
    synchronized (this) {
      if (dispatcher != null) {
        throw new IllegalStateException(
            "the subscription of " + name + " runs a handler already; subscribe once more");
      }
      started = new Dispatcher<>(this, handler, ordering(), concurrency());
      dispatcher = started;
    }
    started.more();
    terminateIfIdle();
    return started.future();
  }

  @Override
  public final void run(Handler<? super E> handler) {
    CompletableFuture<Void> unusedSinceThisThreadWaits = start(handler);
    try {
      awaitInterruptibly(Long.MAX_VALUE / 4, this::isTerminated);
    } catch (InterruptedException e) {
      abort();
      Thread.currentThread().interrupt();
      throw new CommunicationInterruptedException(
          Failure.of(
              Kind.CANCELLED, Effect.NOT_SENT, "the thread that runs the handler was interrupted"));
    }
    ParleyException failure = states.failure();
    if (failure != null) {
      throw failure;
    }
  }

  /** Returns whether there is nothing more to expect. With the lock held. */
  final boolean isExhausted() {
    return closing || (ended && window.isEmpty() && !awaitsRetry());
  }

  /** A retry was given up on: its key is free. With the lock held. */
  final void releaseKey(Item item) {
    if (dispatcher != null) {
      dispatcher.releaseForgotten(item);
    }
  }

  final boolean hasDispatcher() {
    return dispatcher != null;
  }

  final synchronized boolean isTerminating() {
    return terminating;
  }

  /** Returns what came in and was not handed out. With the lock held. */
  final List<Item> notHandedOut() {
    return window.items();
  }

  /** With the lock held. */
  final boolean hasBuffered() {
    return head() != null;
  }

  /** Returns whether nothing is handed out any more. With the lock held. */
  final boolean isClosing() {
    return closing;
  }

  /** With the lock held. */
  final boolean isPausedOrClosing() {
    return paused || closing;
  }

  @Override
  public final void pause() {
    synchronized (this) {
      paused = true;
    }
  }

  @Override
  public final void resume() {
    synchronized (this) {
      paused = false;
    }
    changed();
  }

  @Override
  public final boolean isPaused() {
    synchronized (this) {
      return paused;
    }
  }

  // ---------------------------------------------------------------- the end

  @Override
  public final void close() {
    close(DRAIN.toNanos());
  }

  private void close(long limitNanos) {
    beginClose();
    terminateIfIdle();
    if (isRunBy(Thread.currentThread())) {
      return; // the handler that called this is waited for by whoever ends last
    }
    if (!await(limitNanos, this::isTerminated)) {
      abort();
    }
  }

  private synchronized boolean isTerminated() {
    return terminated;
  }

  private void beginClose() {
    List<Item> back = new ArrayList<>();
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
      back.addAll(notHandedOut());
      if (dispatcher != null) {
        back.addAll(dispatcher.takeParked());
      }
      window.clear();
    }
    states.move(State.CLOSING);
    giveBack(back);
    waiters.forEach(Waiter::wake);
  }

  @Override
  public final void abort() {
    beginClose();
    Dispatcher<E> running;
    synchronized (this) {
      running = dispatcher;
    }
    if (running != null) {
      running.interrupt();
    }
    terminate(true);
  }

  /** Ends it once nothing is under way any more. */
  final void terminateIfIdle() {
    synchronized (this) {
      boolean over = closing || isExhausted();
      if (!over
          || (dispatcher != null && !dispatcher.isIdle())
          || (closing && dispatcher != null && awaitsSettlement())
          || (!closing && awaitsSettlement())) {
        return;
      }
    }
    terminate(false);
  }

  private void terminate(boolean now) {
    synchronized (this) {
      if (terminating) {
        return;
      }
      terminating = true;
      closing = true;
    }
    cancelTimers();
    Connection last = keeper.stop();
    if (last == null) {
      terminated();
      return;
    }
    PollLink polled = keeper.polled(last.link());
    if (now) {
      last.end();
      last.abortLink();
      pollLoop.wake();
      terminated();
    } else if (polled != null && !last.isOver()) {
      settlementsWait(polled); // the polling thread does the rest
    } else {
      last.settleAll();
      // Another thread may be at it, with an acknowledgement still to make.
      last.whenSettled(() -> {
        if (last.end()) {
          last.closeLink();
        }
        terminated();
      });
    }
  }

  final void terminated() {
    Dispatcher<E> finished;
    synchronized (this) {
      if (terminated) {
        return;
      }
      terminated = true;
      finished = dispatcher;
    }
    released();
    states.move(State.CLOSED);
    channel.running.leave(this);
    waiters.forEach(Waiter::wake);
    if (finished != null) {
      finished.finish(states.failure());
    }
  }

  /** Its last link is released. */
  abstract void released();

  /** Cancels what the kind has scheduled. */
  abstract void cancelTimers();

  @Override
  final void drain(long limitNanos) {
    beginClose();
    terminateIfIdle();
  }

  @Override
  final boolean isRunBy(Thread thread) {
    Dispatcher<E> running;
    synchronized (this) {
      running = dispatcher;
    }
    return running != null && running.isRunBy(thread);
  }

  // ---------------------------------------------------------------- what it tells

  @Override
  public final State state() {
    return states.current();
  }

  @Override
  public final Registration onStateChange(StateListener listener) {
    return states.register(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public final Optional<Position> position() {
    synchronized (this) {
      return Optional.ofNullable(ledger.position());
    }
  }

  @Override
  public final Lag lag() {
    synchronized (this) {
      int waiting = window.size();
      if (dispatcher != null) {
        waiting += dispatcher.parkedCount();
      }
      return new Lag(
          waiting, unsettled(), Duration.ofNanos(oldestUnsettledNanos()), window.dropped());
    }
  }

  @Override
  public final <N> Optional<N> unwrap(Class<N> nativeType) {
    Connection connection = keeper.current();
    Link link = connection == null ? null : connection.link();
    return link == null ? Optional.empty() : link.unwrap(nativeType);
  }

  @Override
  public final String toString() {
    return "Subscription[" + name + " at " + channel.endpoint + ", " + state() + "]";
  }

  final T decode(Item item) {
    Link link = Objects.requireNonNull(item.connection.link(), "link");
    return link.decode(item.inbound, type, engine.codecs);
  }

  final Context context() {
    return context;
  }

  final ChannelClosedException endedException() {
    return new ChannelClosedException(
        Failure.of(
                Kind.LOCAL,
                Effect.NOT_SENT,
                "the subscription of " + name + " at " + channel.endpoint + " is " + state())
            .withCause(states.failure()));
  }
}
