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
final class UnaryCall extends Trace {
  private final Attempt<?> attempt;
  private final @Nullable Thread waiting;
  private final @Nullable Consumer<UnaryCall> whenDone;

  private volatile @Nullable ClientCall<byte[], byte[]> call;
  private volatile boolean cancelled;

  // Written by one native callback after the other, read once done is set.
  private Metadata headers = new Metadata();
  private @Nullable Metadata trailers;
  private byte @Nullable [] reply;
  private @Nullable Status status;
  private volatile boolean done;

  UnaryCall(Attempt<?> attempt, @Nullable Thread waiting, @Nullable Consumer<UnaryCall> whenDone) {
    this.attempt = attempt;
    this.waiting = waiting;
    this.whenDone = whenDone;
  }

  void start(GrpcTransport transport, Bound<?, ?> bound, Metadata metadata, byte[] request) {
    ClientCall<byte[], byte[]> started = transport.newCall(bound, this);
    call = started;
    started.start(new Listener(transport), metadata);
    try {
      started.request(2); // one message, and the end behind it
      started.sendMessage(request);
      started.halfClose();
    } catch (RuntimeException | Error e) {
      started.cancel("the request could not be sent", e);
      throw e;
    }
    if (cancelled) {
      cancel();
    }
  }

  void cancel() {
    cancelled = true;
    ClientCall<?, ?> started = call;
    if (started != null) {
      started.cancel("the attempt was cancelled", null);
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

  byte @Nullable [] reply() {
    return reply;
  }

  /** Returns how it ended; one that was cancelled may not have. */
  Status status() {
    Status known = done ? status : null;
    return known == null ? Status.CANCELLED : known;
  }

  Metadata headers() {
    return headers;
  }

  Metadata trailers() {
    Metadata known = trailers;
    return known == null ? new Metadata() : known;
  }

  ClientCall<byte[], byte[]> call() {
    return Objects.requireNonNull(call, "call");
  }

  CallFailure failure(String method, Status failed) {
    return new CallFailure(method, failed, trailers(), wasSent(), wasAnswered());
  }

  private final class Listener extends ClientCall.Listener<byte[]> {
    private final GrpcTransport transport;

    Listener(GrpcTransport transport) {
      this.transport = transport;
    }

    @Override
    public void onHeaders(Metadata received) {
      transport.heard();
      headers = received;
    }

    @Override
    public void onMessage(byte[] message) {
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
