package dev.parley.grpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the native channel has nobody to call, and when it has again. With a health check that
 * is what the service itself says.
 */
final class Health {
  private final ManagedChannel channel;
  private final Executor workers;
  private final Consumer<@Nullable Throwable> listener;
  private volatile boolean stopped;
  private boolean down; // guarded by this

  Health(ManagedChannel channel, Executor workers, Consumer<@Nullable Throwable> listener) {
    this.channel = channel;
    this.workers = workers;
    this.listener = listener;
  }

  /** Waits for the next change, and tells of this one on a worker. */
  void watch(boolean connect) {
    ConnectivityState now = channel.getState(connect);
    if (stopped || now == ConnectivityState.SHUTDOWN) {
      return;
    }
    channel.notifyWhenStateChanged(now, () -> watch(false));
    try {
      workers.execute(this::tell);
    } catch (RejectedExecutionException e) {
      stopped = true; // the Parley is closed
    }
  }

  void stop() {
    stopped = true;
  }

  // What it is by now: in between it may have been idle, or dialling, which says nothing.
  private synchronized void tell() {
    ConnectivityState now = channel.getState(false);
    boolean failing = now == ConnectivityState.TRANSIENT_FAILURE;
    if (stopped || down == failing || (!failing && now != ConnectivityState.READY)) {
      return;
    }
    down = failing;
    listener.accept(
        failing
            ? new CallFailure("the channel", Status.UNAVAILABLE, new Metadata(), false, false)
            : null);
  }
}
