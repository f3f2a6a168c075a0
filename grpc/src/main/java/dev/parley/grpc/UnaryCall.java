package dev.parley.grpc;

import dev.parley.spi.Attempt;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One native call of one attempt: waited for by a thread, or told to somebody. */
final class UnaryCall extends Trace implements Runnable {
  private final GrpcTransport transport;
  private final Attempt<?> attempt;
  private final @Nullable Thread waiting;
  private final @Nullable Consumer<UnaryCall> whenDone;

  private final long mark;
  private final long started;
  private volatile @Nullable ClientCall<Object, Object> call;
  private volatile boolean cancelled;

  // Written by one native callback after the other, read once done is set.
  private @Nullable Metadata headers;
  private @Nullable Metadata trailers;
  private @Nullable Object reply;
  private @Nullable Status status;
  private volatile boolean done;

  UnaryCall(
      GrpcTransport transport,
      Attempt<?> attempt,
      @Nullable Thread waiting,
      @Nullable Consumer<UnaryCall> whenDone) {
    this.transport = transport;
    this.attempt = attempt;
    this.waiting = waiting;
    this.whenDone = whenDone;
    this.mark = transport.mark();
    this.started = transport.context().time().nanoTime();
  }

  void start(Bound<?, ?> bound, Metadata metadata, Object request) {
    ClientCall<Object, Object> made = transport.newCall(bound, this);
    call = made;
    made.start(new Listener(), metadata);
    try {
      made.request(2); // one message, and the end behind it
      made.sendMessage(request);
      made.halfClose();
    } catch (RuntimeException | Error e) {
      made.cancel("the request could not be sent", e);
      throw e;
    }
    if (cancelled) {
      cancel();
    }
  }

  /** The engine stops the attempt; after as much time as that may mean a dead connection. */
  @Override
  public void run() {
    // Before anybody hears of its end, and calls again.
    if (transport.context().time().nanoTime() - started >= attempt.timeoutNanos() / 2) {
      transport.suspect(mark);
    }
    cancel();
  }

  private void cancel() {
    cancelled = true;
    ClientCall<?, ?> made = call;
    if (made != null) {
      made.cancel("the attempt was cancelled", null);
    }
    LockSupport.unpark(waiting);
  }

  /**
   * Waits until it has ended or was cancelled.
   *
   * @throws InterruptedException if the thread is interrupted, whose flag stays set
   */
  void await() throws InterruptedException {
    while (!done && !cancelled) {
      LockSupport.park(this);
      if (Thread.currentThread().isInterrupted() && !done) {
        cancel();
        throw new InterruptedException();
      }
    }
  }

  @Override
  void sent() {
    super.sent();
    attempt.sent();
  }

  @Nullable Object reply() {
    return reply;
  }

  /** Returns how it ended; one that was cancelled may not have. */
  Status status() {
    Status known = done ? status : null;
    return known == null ? Status.CANCELLED : known;
  }

  Metadata headers() {
    Metadata known = headers;
    return known == null ? new Metadata() : known;
  }

  Metadata trailers() {
    Metadata known = trailers;
    return known == null ? new Metadata() : known;
  }

  ClientCall<Object, Object> call() {
    return Objects.requireNonNull(call, "call");
  }

  CallFailure failure(String method, Status failed) {
    return new CallFailure(method, failed, trailers(), wasSent(), wasAnswered());
  }

  private final class Listener extends ClientCall.Listener<Object> {
    @Override
    public void onHeaders(Metadata received) {
      transport.heard();
      headers = received;
    }

    @Override
    public void onMessage(Object message) {
      reply = message;
    }

    @Override
    public void onClose(Status ended, Metadata received) {
      if (wasAnswered()) {
        transport.heard();
      }
      status = ended;
      trailers = received;
      done = true;
      LockSupport.unpark(waiting);
      if (whenDone != null) {
        whenDone.accept(UnaryCall.this);
      }
    }
  }
}
