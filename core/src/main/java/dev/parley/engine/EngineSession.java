package dev.parley.engine;

import dev.parley.CommunicationInterruptedException;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.Registration;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.Shape;
import dev.parley.Signal;
import dev.parley.State;
import dev.parley.StateListener;
import dev.parley.Subscription;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.DuplexLink;
import dev.parley.spi.Inlet;
import dev.parley.spi.Link;
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A session: what comes in is a {@link StreamSubscription}; what goes out keeps its order here. */
final class EngineSession<O, I> implements Session<O, I>, StreamSubscription.Dialer {
  private final AbstractChannel channel;
  private final DuplexDriver driver;
  private final Operation<O, I> operation;
  private final SessionOptions options;
  private final StreamSubscription<I> inbound;

  /** Held while a message goes to the link, so that messages go one after the other. */
  private final ReentrantLock sending = new ReentrantLock();

  // Guarded by this.
  private final Deque<Out> outbox = new ArrayDeque<>();
  private final List<Waiter> waiters = new ArrayList<>(1);
  private @Nullable DuplexLink link;
  private @Nullable Connection connection;
  private boolean completed;
  private @Nullable DuplexLink completedOn;
  private int changes; // of what a sender may wait for: window, link, outbox

  private record Out(Object message, boolean isGreeting) {}

  EngineSession(
      AbstractChannel channel,
      DuplexDriver driver,
      Operation<O, I> operation,
      SessionOptions options) {
    this.channel = channel;
    this.driver = driver;
    this.operation = operation;
    this.options = options;
    this.inbound =
        new StreamSubscription<>(
            channel,
            Shape.DUPLEX,
            operation.name(),
            operation.replyType(),
            new EngineSubscription.Setup(
                options.headers(),
                options.buffer(),
                options.bufferBytes(),
                options.overflow(),
                null,
                options.listener().orElse(null),
                false,
                options.reconnect().orElse(null),
                options.silence()),
            this,
            Ordering.TOTAL,
            1,
            null);
  }

  /** Connects, and waits for that; throws what prevented it. */
  void openWithin(long limitNanos) {
    Waiter waiter = new Waiter(channel.engine.time);
    Registration hearing = inbound.onStateChange(change -> waiter.wake());
    boolean interrupted = false;
    try {
      inbound.begin();
      waiter.awaitInterruptibly(limitNanos, () -> state() == State.OPEN || state().isTerminal());
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      hearing.close();
    }
    State reached = state();
    if (reached == State.OPEN) {
      return;
    }
    ParleyException failure = inbound.states.failure();
    abort();
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new CommunicationInterruptedException(
          Failure.of(Kind.CANCELLED, Effect.NOT_SENT, "the thread that opens it was interrupted"));
    }
    if (failure != null) {
      throw failure;
    }
    if (reached.isTerminal()) {
      throw inbound.endedException();
    }
    throw new DeadlineExceededException(
        Failure.of(
            Kind.TRANSIENT,
            Effect.NOT_SENT,
            "no session of "
                + operation.name()
                + " at "
                + channel.endpoint
                + " within "
                + options.connectWithin().toMillis()
                + " ms"));
  }

  // ---------------------------------------------------------------- the link's life

  @Override
  public Link connect(Inlet inlet, @Nullable Position from, ConnectAttempt attempt)
      throws Exception {
    return driver.connect(
        new DuplexDriver.SessionRequest(
            operation, options, attempt.headers(), attempt.attempt(), attempt.context()),
        inlet);
  }

  @Override
  public void connected(Connection made) {
    synchronized (this) {
      if (made.isOver()) {
        return; // lost before this came to be told
      }
      link = (DuplexLink) made.link();
      connection = made;
      List<Object> greeting = options.greeting();
      for (int i = greeting.size() - 1; i >= 0; i--) {
        outbox.addFirst(new Out(greeting.get(i), true));
      }
    }
    pump();
  }

  @Override
  public void lost() {
    synchronized (this) {
      link = null;
      connection = null;
      outbox.removeIf(Out::isGreeting);
    }
    wakeAll();
  }

  @Override
  public void writable() {
    synchronized (this) {
      if (outbox.isEmpty() && waiters.isEmpty()) {
        return;
      }
    }
    try {
      channel.engine.threads.workers().execute(this::pump);
    } catch (RejectedExecutionException e) {
      wakeAll(); // the Parley is closed
    }
  }

  // ---------------------------------------------------------------- sending

  @Override
  public void send(O message) throws InterruptedException {
    offerWithin(message, Long.MAX_VALUE / 4);
  }

  @Override
  public boolean offer(O message, Duration limit) throws InterruptedException {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("limit must not be negative, but is " + limit);
    }
    return offerWithin(message, limit.toNanos());
  }

  private boolean offerWithin(O message, long limitNanos) throws InterruptedException {
    Objects.requireNonNull(message, "message");
    long end = channel.engine.time.nanoTime() + limitNanos;
    while (true) {
      Waiter waiter = new Waiter(channel.engine.time);
      int before;
      synchronized (this) {
        waiters.add(waiter); // before the try, so that no change is missed
        before = changes;
      }
      try {
        if (trySend(message)) {
          return true;
        }
        long rest = end - channel.engine.time.nanoTime();
        if (rest <= 0 || !waiter.awaitInterruptibly(rest, () -> changed(before))) {
          return false;
        }
      } finally {
        synchronized (this) {
          waiters.remove(waiter);
        }
      }
    }
  }

  private synchronized boolean changed(int before) {
    return changes != before;
  }

  private boolean trySend(O message) {
    requireOpen();
    sending.lock();
    try {
      DuplexLink current;
      synchronized (this) {
        current = link;
        if (current == null) {
          if (options.reconnect().isPresent() && outbox.size() < options.outbox()) {
            outbox.add(new Out(message, false));
            return true;
          }
          return false;
        }
      }
      return drainOutbox(current) && offer(current, message);
    } finally {
      sending.unlock();
    }
  }

  private void requireOpen() {
    if (state().isTerminal() || state() == State.CLOSING) {
      throw inbound.endedException();
    }
    synchronized (this) {
      if (completed) {
        throw new IllegalStateException(
            "the session of " + operation.name() + " was completed: nothing more can be sent");
      }
    }
  }

  /** Ends the outgoing direction, once on each link. With sending held. */
  @SuppressWarnings("ReferenceEquality") // of the very link
  private void completeIfDue(DuplexLink current) throws Exception {
    synchronized (this) {
      if (!completed || completedOn == current) {
        return;
      }
      completedOn = current;
    }
    current.complete();
  }

  private void pump() {
    sending.lock();
    try {
      DuplexLink current;
      synchronized (this) {
        current = link;
      }
      if (current != null && drainOutbox(current)) {
        completeIfDue(current);
      }
    } catch (Exception e) {
      // The connection is lost, and the subscription knows.
      channel.engine.signal(new Signal.CallbackFailed(operation.name(), channel.endpoint, e));
    } finally {
      sending.unlock();
    }
    wakeAll();
  }

  // With sending held; returns whether all has gone out.
  private boolean drainOutbox(DuplexLink current) {
    while (true) {
      Out next;
      synchronized (this) {
        next = outbox.peek();
      }
      if (next == null) {
        return true;
      }
      try {
        if (!offer(current, next.message())) {
          return false;
        }
      } catch (ParleyException e) {
        if (e.kind() != Kind.LOCAL) {
          throw e;
        }
        // No link would take it, and those behind it shall not wait for that.
        channel.engine.signal(new Signal.CallbackFailed(operation.name(), channel.endpoint, e));
      }
      synchronized (this) {
        outbox.remove(next);
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very link that failed
  private boolean offer(DuplexLink current, Object message) {
    try {
      return current.offer(message);
    } catch (Throwable e) {
      Connection broken;
      synchronized (this) {
        broken = link == current ? connection : null;
      }
      ParleyException problem = channel.translate(e);
      if (broken != null && problem.kind() != Kind.LOCAL) {
        broken.lost(e);
      }
      throw problem;
    }
  }

  private void wakeAll() {
    List<Waiter> wake;
    synchronized (this) {
      changes++;
      wake = List.copyOf(waiters);
    }
    wake.forEach(Waiter::wake);
  }

  // ---------------------------------------------------------------- the rest

  @Override
  public Subscription<Message<I>> inbound() {
    return inbound;
  }

  @Override
  public void complete() {
    requireOpen();
    sending.lock();
    try {
      DuplexLink current;
      synchronized (this) {
        completed = true;
        current = link;
      }
      if (current != null && drainOutbox(current)) {
        completeIfDue(current);
      } // else once the outbox is empty
    } catch (ParleyException e) {
      throw e;
    } catch (Exception e) {
      throw channel.translate(e);
    } finally {
      sending.unlock();
    }
  }

  @Override
  public State state() {
    return inbound.state();
  }

  @Override
  public Registration onStateChange(StateListener listener) {
    return inbound.onStateChange(listener);
  }

  @Override
  public void close() {
    pump();
    inbound.close();
    wakeAll();
  }

  @Override
  public void abort() {
    inbound.abort();
    wakeAll();
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return inbound.unwrap(nativeType);
  }

  @Override
  public String toString() {
    return "Session[" + operation.name() + " at " + channel.endpoint + ", " + state() + "]";
  }
}
