package dev.parley.ladder;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.UnreachableException;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Waiter;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A subscription on one rung that is being made, or was; it does not reconnect. */
final class Trial implements StateListener {
  final int rung;
  final StreamChannel channel;

  private final Waiter waiter;
  private final Subscription<? extends Message<?>> subscription;
  private volatile @Nullable Resumed resumed;
  private volatile @Nullable ParleyException failure;
  private volatile boolean over;

  Trial(
      int rung,
      StreamChannel channel,
      SourceRequest.OfStream request,
      @Nullable Position from,
      int buffer,
      Waiter waiter) {
    this.rung = rung;
    this.channel = channel;
    this.waiter = waiter;
    StreamOptions wanted = request.options();
    StreamOptions options =
        StreamOptions.DEFAULT
            .buffer(buffer)
            .bufferBytes(wanted.bufferBytes())
            .silence(wanted.silence())
            .reconnect(wanted.reconnect().maxAttempts(0))
            .headers(request.headers())
            .listener(this);
    if (from != null && channel.features().has(Feature.REPLAY)) {
      options = options.from(from);
    }
    this.subscription = stream(request.operation(), request.request(), options);
  }

  @SuppressWarnings("unchecked") // the request is of the operation's type: the engine brought both
  private <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, @Nullable Object request, StreamOptions options) {
    return channel.stream(operation, nullable((Q) request), options);
  }

  @SuppressWarnings("NullAway") // null is the only value of a Void request
  private static <Q> Q nullable(@Nullable Q request) {
    return request;
  }

  @Override
  public void changed(StateChange change) {
    if (change.to() == State.FAILED) {
      failure = change.failure();
    }
    over = change.to().isTerminal();
    waiter.wake();
  }

  @Override
  public void resumed(Resumed connected) {
    resumed = connected;
    waiter.wake();
  }

  /** Returns whether it is known how it went. */
  boolean isDecided() {
    return resumed != null || over;
  }

  /** Returns whether it is connected, or the stream has ended in order. */
  boolean isUp() {
    return isDecided() && failure == null;
  }

  /** Waits until it is known how it went, and returns why it failed, or null if it did not. */
  @Nullable ParleyException await(Duration patience) throws InterruptedException {
    if (!waiter.awaitInterruptibly(patience.toNanos(), this::isDecided)) {
      return late(patience);
    }
    return resumed == null ? failure : null;
  }

  /** Returns why it has failed. */
  ParleyException failure(Duration patience) {
    ParleyException known = failure;
    return known == null ? late(patience) : known;
  }

  Subscription<? extends Message<?>> subscription() {
    return subscription;
  }

  /** Returns what it told of its connection, or null if the stream has ended at once. */
  @Nullable Resumed connection() {
    return resumed;
  }

  boolean resumes() {
    return channel.features().has(Feature.RESUME);
  }

  void abort() {
    subscription.abort();
  }

  @Override
  public String toString() {
    return Objects.toString(channel.uri());
  }

  private ParleyException late(Duration patience) {
    return new UnreachableException(
        Failure.of(
            Kind.TRANSIENT,
            Effect.NOT_SENT,
            "no connection to " + channel.uri() + " within " + patience.toMillis() + " ms"));
  }
}
