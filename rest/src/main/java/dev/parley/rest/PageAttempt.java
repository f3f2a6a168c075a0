package dev.parley.rest;

import dev.parley.Context;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.TransportException;
import dev.parley.rest.PageLink.Page;
import dev.parley.spi.Attempt;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One try to fetch a page, for as long as the peer may be silent. */
final class PageAttempt extends Timeout implements Attempt<Page> {
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

  PageAttempt(SourceRequest.OfStream request, Time time) {
    this.request = request;
    this.time = time;
    this.limit = request.options().silence();
  }

  Page run(PageExchange exchange) {
    end = time.nanoTime() + timeoutNanos();
    scheduleNext();
    try {
      return exchange.execute(this);
    } catch (RuntimeException e) {
      if (isLate()) {
        throw new TransportException(
            Failure.of(
                    Kind.TRANSIENT,
                    Effect.POSSIBLE,
                    "no page within the " + limit.toMillis() + " ms that the peer may be silent")
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

  void cancel() {
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
  public void succeed(Page page) {}

  @Override
  public void fail(Throwable failure) {}

  private synchronized boolean isLate() {
    return late;
  }
}
