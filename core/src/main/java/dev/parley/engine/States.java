package dev.parley.engine;

import dev.parley.ParleyException;
import dev.parley.ReconnectPolicy;
import dev.parley.Registration;
import dev.parley.Resumed;
import dev.parley.Shape;
import dev.parley.Signal;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The life of one channel, subscription or session, and who hears of it: one at a time and in
 * order, on whichever thread brings the news.
 */
final class States {
  private final Engine engine;
  private final Shape shape;
  private final String name;
  private final String endpoint;
  private final List<StateListener> listeners = new CopyOnWriteArrayList<>();
  private final Queue<Runnable> news = new ArrayDeque<>();
  private volatile State current = State.OPENING;
  private volatile @Nullable ParleyException failure;
  private long suspendAfterNanos = ReconnectPolicy.DEFAULT.suspendedAfter().toNanos();

  // Guarded by news.
  private @Nullable Resumed lastResumed;
  private @Nullable Suspension suspension; // while it is recovering
  private boolean telling;

  States(Engine engine, Shape shape, String name, String endpoint) {
    this.engine = engine;
    this.shape = shape;
    this.name = name;
    this.endpoint = endpoint;
  }

  /** Sets when what is recovering counts as suspended; before the first move. */
  void suspendAfter(Duration duration) {
    suspendAfterNanos = duration.toNanos();
  }

  State current() {
    return current;
  }

  /** Returns why it has failed, or null if it has not. */
  @Nullable ParleyException failure() {
    return failure;
  }

  Registration register(StateListener listener) {
    Resumed missed;
    synchronized (news) {
      listeners.add(listener);
      missed = lastResumed;
    }
    if (missed != null) {
      tell(() -> safely(listener, each -> each.resumed(missed)));
    }
    return () -> listeners.remove(listener);
  }

  /** Moves on; returns false if it has already ended, or is in that state. */
  boolean move(State to, @Nullable ParleyException cause, int attempt, @Nullable Duration delay) {
    synchronized (news) {
      State from = current;
      if (from.isTerminal() || from == to || (from == State.CLOSING && !to.isTerminal())) {
        return false;
      }
      if (from == State.SUSPENDED && to == State.RECOVERING) {
        return false;
      }
      if (to == State.FAILED) {
        failure = cause;
      }
      if (suspension != null) {
        engine.time.cancel(suspension);
        suspension = null;
      }
      if (to == State.RECOVERING) {
        suspension = new Suspension(cause, attempt);
        engine.time.schedule(suspension, suspendAfterNanos);
      }
      step(new StateChange(from, to, cause, attempt, delay));
    }
    drain();
    return true;
  }

  // With the lock of news.
  private void step(StateChange change) {
    current = change.to();
    news.add(() -> {
      listeners.forEach(listener -> safely(listener, each -> each.changed(change)));
      if (engine.observers.length > 0) {
        engine.signal(new Signal.StateChanged(shape, name, endpoint, change));
      }
    });
  }

  boolean move(State to) {
    return move(to, null, 0, null);
  }

  /** Tells of a connection. */
  void resumed(Resumed resumed) {
    synchronized (news) {
      lastResumed = resumed;
      news.add(() -> {
        listeners.forEach(listener -> safely(listener, each -> each.resumed(resumed)));
        if (engine.observers.length > 0) {
          engine.signal(new Signal.Connected(shape, name, endpoint, resumed));
        }
      });
    }
    drain();
  }

  /**
   * Does something once everything so far is told: at once, or, while another thread is telling, on
   * one of its own behind that.
   */
  void whenTold(Runnable action) {
    synchronized (news) {
      if (telling || !news.isEmpty()) {
        news.add(() -> onDialer(action));
        return;
      }
    }
    action.run();
  }

  private void onDialer(Runnable action) {
    try {
      engine.threads.dialers().execute(action);
    } catch (RejectedExecutionException e) {
      // The Parley is closed, and with it what this is about.
    }
  }

  private void tell(Runnable one) {
    synchronized (news) {
      news.add(one);
    }
    drain();
  }

  private void drain() {
    while (true) {
      Runnable next;
      synchronized (news) {
        if (telling || news.isEmpty()) {
          return;
        }
        telling = true;
        next = news.remove();
      }
      try {
        next.run();
      } finally {
        synchronized (news) {
          telling = false;
        }
      }
    }
  }

  private void safely(StateListener listener, Consumer<StateListener> call) {
    try {
      call.accept(listener);
    } catch (RuntimeException e) {
      callbackFailed(e);
    }
  }

  /** The user's code, or a driver's, threw where nobody can be told but the observer. */
  void callbackFailed(RuntimeException failure) {
    engine.signal(new Signal.CallbackFailed(name, endpoint, failure));
  }

  /** Makes what has been recovering for long suspended. */
  private final class Suspension extends Timeout {
    private final @Nullable ParleyException cause;
    private final int attempt;

    Suspension(@Nullable ParleyException cause, int attempt) {
      this.cause = cause;
      this.attempt = attempt;
    }

    @Override
    public void expired() {
      try {
        engine.threads.workers().execute(this::suspend);
      } catch (RejectedExecutionException e) {
        // The Parley is closed, and with it what this is about.
      }
    }

    @SuppressWarnings("ReferenceEquality") // a later loss has a suspension of its own
    private void suspend() {
      synchronized (news) {
        if (suspension != this) {
          return;
        }
        suspension = null;
        step(new StateChange(State.RECOVERING, State.SUSPENDED, cause, attempt, null));
      }
      drain();
    }
  }
}
