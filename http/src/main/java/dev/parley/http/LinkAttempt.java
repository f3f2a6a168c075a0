package dev.parley.http;

import dev.parley.Context;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.TransportException;
import dev.parley.spi.Attempt;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One exchange of a source: to connect, or to fetch. It may take as long as the peer may be silent,
 * or a time of its own, ends when its thread is interrupted, and is repeated once with renewed
 * credentials. For adapters.
 *
 * <p><b>Threads:</b> it runs on the thread that made it; any thread may cancel it.
 *
 * @param <T> the type of the result
 */
public final class LinkAttempt<T> extends Timeout implements Attempt<T> {
  /** How often the thread's interrupt flag is looked at: a socket read does not notice it. */
  private static final long INTERRUPT_CHECK = TimeUnit.MILLISECONDS.toNanos(25);

  private final SourceRequest.OfStream request;
  private final Time time;
  private final Duration limit;
  private final Thread thread = Thread.currentThread();
  private long end;

  // Guarded by this.
  private @Nullable Runnable stop;
  private boolean cancelled;
  private boolean late;
  private boolean done;

  /** Prepares it for as long as the peer may be silent; the time is that of the engine. */
  public LinkAttempt(SourceRequest.OfStream request, Time time) {
    this(request, time, request.options().silence());
  }

  /** Prepares it for a time of its own. */
  public LinkAttempt(SourceRequest.OfStream request, Time time, Duration limit) {
    this.request = request;
    this.time = time;
    this.limit = limit;
  }

  /**
   * Runs it.
   *
   * @throws ParleyException if it failed
   */
  public T run(HttpExchange<T> exchange) {
    end = time.nanoTime() + timeoutNanos();
    scheduleNext();
    try {
      return runWithCredentials(exchange);
    } catch (RuntimeException e) {
      if (isLate()) {
        throw new TransportException(
            Failure.of(
                    Kind.TRANSIENT,
                    Effect.POSSIBLE,
                    "no answer within the " + limit.toMillis() + " ms that the peer may be silent")
                .withCause(e));
      }
      throw e;
    } finally {
      synchronized (this) {
        done = true;
      }
      time.cancel(this);
    }
  }

  private T runWithCredentials(HttpExchange<T> exchange) {
    try {
      return exchange.execute(this);
    } catch (ParleyException e) {
      if (e.kind() == Kind.AUTHENTICATION && exchange.renewCredentials(e)) {
        return exchange.execute(this);
      }
      throw e;
    }
  }

  /** Stops it, or keeps it from starting. */
  public void cancel() {
    Runnable action;
    synchronized (this) {
      cancelled = true;
      action = stop;
    }
    if (action != null) {
      action.run();
    }
  }

  @Override
  public void expired() {
    boolean over = end - time.nanoTime() <= 0;
    if (!over && !thread.isInterrupted()) {
      synchronized (this) {
        if (!done) {
          scheduleNext();
        }
      }
      return;
    }
    synchronized (this) {
      late = over;
    }
    cancel();
  }

  private void scheduleNext() {
    time.schedule(this, Math.min(INTERRUPT_CHECK, end - time.nanoTime()));
  }

  @Override
  public int number() {
    return 1;
  }

  @Override
  public Headers headers() {
    return request.headers();
  }

  @Override
  public @Nullable String idempotencyKey() {
    return null;
  }

  @Override
  public Context context() {
    return request.context();
  }

  @Override
  public long timeoutNanos() {
    return limit.toNanos();
  }

  @Override
  public void sent() {}

  @Override
  public void notProcessed() {}

  @Override
  public void onCancel(Runnable action) {
    synchronized (this) {
      stop = action;
      if (!cancelled) {
        return;
      }
    }
    action.run();
  }

  @Override
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void succeed(T result) {}

  @Override
  public void fail(Throwable failure) {}

  private synchronized boolean isLate() {
    return late;
  }
}
