package dev.parley.engine;

import dev.parley.CallCancelledException;
import dev.parley.ParleyException;
import dev.parley.Reply;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The asynchronous view of a call: cancelling it cancels the call. */
final class CallFuture<V> extends CompletableFuture<V> {
  private final Invocation<Object, ?> invocation;
  private final boolean bodyAlone;
  private final boolean awaited;
  private @Nullable ParleyException failure; // written before it completes

  @SuppressWarnings("unchecked") // finish() is called with the invocation's own result
  private CallFuture(Invocation<?, ?> invocation, boolean bodyAlone, boolean awaited) {
    this.invocation = (Invocation<Object, ?>) invocation;
    this.bodyAlone = bodyAlone;
    this.awaited = awaited;
  }

  static <R> CallFuture<Reply<R>> ofReply(Invocation<?, R> invocation, boolean awaited) {
    return new CallFuture<>(invocation, false, awaited);
  }

  static <R> CallFuture<R> ofBody(Invocation<?, R> invocation, boolean awaited) {
    return new CallFuture<>(invocation, true, awaited);
  }

  /** Returns whether nobody but {@link #await} looks at it, so that it has no stages to run. */
  boolean isAwaited() {
    return awaited;
  }

  @SuppressWarnings({
    "unchecked",
    "NullAway"
  }) // see the factories; a result is null for a Void only
  void finish(@Nullable Object result, @Nullable ParleyException failed) {
    failure = failed;
    if (failed == null) {
      complete((V) (bodyAlone ? invocation.body(result) : invocation.reply(result)));
    } else if (failed instanceof CallCancelledException) {
      super.cancel(false);
    } else {
      completeExceptionally(failed);
    }
  }

  /** Waits for a blocking caller; its interrupt ends the call. */
  @SuppressWarnings("NullAway") // it failed, so there is a failure
  V await() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return get();
        } catch (InterruptedException e) {
          interrupted = true;
          invocation.stop(AttemptImpl.Stop.INTERRUPTED);
        } catch (ExecutionException | CancellationException e) {
          throw failure;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    invocation.cancel();
    return cancelled;
  }
}
