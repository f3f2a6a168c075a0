package dev.parley.engine;

import dev.parley.Context;
import dev.parley.Headers;
import dev.parley.Outgoing;
import dev.parley.ParleyException;
import dev.parley.Shape;
import dev.parley.spi.Attempt;
import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One attempt of an {@link Invocation}: its own timer entry, and what the driver reports to. */
final class AttemptImpl<T> extends Timeout implements Attempt<T>, Outgoing {
  /** How often a blocked caller's interrupt flag is looked at: a socket read does not notice it. */
  private static final long INTERRUPT_CHECK = TimeUnit.MILLISECONDS.toNanos(25);

  /** Where in its life it is. */
  enum Phase {
    RUNNING,
    SUCCEEDED,
    FAILED,
    STOPPED
  }

  /** Why the engine stopped it. */
  enum Stop {
    TIMEOUT,
    CANCELLED,
    INTERRUPTED,
    ABORTED,
    SUPERSEDED
  }

  private final CallState<T> call;
  private final byte number; // no policy allows more than ten
  private final long startedNanos;
  private Headers headers;
  private @Nullable List<Consumer<@Nullable ParleyException>> endActions;

  // Written with this locked.
  private volatile Phase phase = Phase.RUNNING;
  private @Nullable Object outcome; // the result, the native failure or the Stop, by the phase
  private @Nullable Runnable onCancel;

  private volatile boolean sent;
  private volatile boolean notProcessed;

  AttemptImpl(CallState<T> call, int number, Headers headers, long startedNanos) {
    this.call = call;
    this.number = (byte) number;
    this.headers = headers;
    this.startedNanos = startedNanos;
  }

  /**
   * Starts its clock, unless it was stopped meanwhile: whoever stopped it found nothing to cancel.
   */
  synchronized void startTimer() {
    if (phase == Phase.RUNNING) {
      Time time = call.engine().time;
      long rest = restNanos(time.nanoTime());
      time.schedule(this, call.caller() == null ? rest : Math.min(rest, INTERRUPT_CHECK));
    }
  }

  private long restNanos(long now) {
    return timeoutNanos() - (now - startedNanos);
  }

  @Override
  public void expired() {
    long now = call.engine().time.nanoTime();
    Thread caller = call.caller();
    if (restNanos(now) <= 0) {
      stop(Stop.TIMEOUT);
    } else if (caller != null && caller.isInterrupted()) {
      stop(Stop.INTERRUPTED);
    } else {
      startTimer(); // again
    }
  }

  @Override
  public void succeed(T value) {
    boolean inTime;
    synchronized (this) {
      inTime = phase == Phase.RUNNING;
      if (inTime) {
        outcome = value;
        phase = Phase.SUCCEEDED;
        onCancel = null;
      }
    }
    if (inTime) {
      ended();
    } else {
      call.discard(value);
    }
  }

  @Override
  public void fail(Throwable cause) {
    synchronized (this) {
      if (phase != Phase.RUNNING) {
        return;
      }
      outcome = cause;
      phase = Phase.FAILED;
      onCancel = null;
    }
    ended();
  }

  /** Stops it for a reason of the engine's; does nothing if it has ended. */
  void stop(Stop reason) {
    Runnable action;
    synchronized (this) {
      if (phase != Phase.RUNNING) {
        return;
      }
      outcome = reason;
      phase = Phase.STOPPED;
      action = onCancel;
      onCancel = null;
    }
    if (action != null) {
      runStop(action);
    }
    ended();
  }

  private void ended() {
    call.engine().time.cancel(this);
    call.attemptEnded(this);
  }

  private void runStop(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      call.callbackFailed(e);
    }
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (phase == Phase.RUNNING) {
        onCancel = action;
        return;
      }
      if (phase != Phase.STOPPED) {
        return;
      }
    }
    runStop(action);
  }

  Phase phase() {
    return phase;
  }

  boolean hasSucceeded() {
    return phase == Phase.SUCCEEDED;
  }

  @Nullable Stop stopReason() {
    return phase == Phase.STOPPED ? (Stop) outcome : null;
  }

  /** Returns the result of an attempt that succeeded. */
  @SuppressWarnings({"unchecked", "NullAway"}) // succeed() set it; it may be null for a Void
  T result() {
    return (T) outcome;
  }

  /** Returns the native failure of an attempt that failed. */
  @SuppressWarnings("NullAway") // fail() set it
  Throwable nativeFailure() {
    return (Throwable) outcome;
  }

  boolean wasSent() {
    return sent;
  }

  boolean wasRefusedUnprocessed() {
    return notProcessed;
  }

  long elapsedNanos() {
    return call.engine().time.nanoTime() - startedNanos;
  }

  void runEndActions(@Nullable ParleyException outcome) {
    List<Consumer<@Nullable ParleyException>> actions = endActions;
    if (actions != null) {
      for (Consumer<@Nullable ParleyException> action : actions) {
        try {
          action.accept(outcome);
        } catch (RuntimeException e) {
          call.callbackFailed(e);
        }
      }
    }
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public Headers headers() {
    return headers;
  }

  @Override
  public @Nullable String idempotencyKey() {
    return call.key();
  }

  @Override
  public Context context() {
    return call.contextWithDeadline();
  }

  @Override
  public long timeoutNanos() {
    return Math.min(call.options.attemptTimeoutNanos(), call.end() - startedNanos);
  }

  @Override
  public void sent() {
    sent = true;
  }

  @Override
  public void notProcessed() {
    notProcessed = true;
  }

  @Override
  public boolean isCancelled() {
    return phase == Phase.STOPPED;
  }

  @Override
  public Shape shape() {
    return call.shape();
  }

  @Override
  public String name() {
    return call.name();
  }

  @Override
  public String endpoint() {
    return call.endpoint();
  }

  @Override
  public int attempt() {
    return number;
  }

  @Override
  public void headers(Headers newHeaders) {
    headers = newHeaders;
  }

  @Override
  public void onEnd(Consumer<@Nullable ParleyException> action) {
    if (endActions == null) {
      endActions = new ArrayList<>(1);
    }
    endActions.add(action);
  }
}
