package dev.parley.engine;

import dev.parley.Context;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Position;
import dev.parley.Shape;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.spi.Inlet;
import dev.parley.spi.Link;
import dev.parley.spi.PollSource;
import dev.parley.spi.PushSource;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import org.jspecify.annotations.Nullable;

final class EngineStreamChannel extends AbstractChannel implements StreamChannel {
  private final SourceDriver source;

  EngineStreamChannel(Parts parts, SourceDriver source) {
    super(parts, Shape.STREAM);
    this.source = source;
  }

  @Override
  public <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, @Nullable Q request, StreamOptions options) {
    Position from = options.from().orElse(null);
    source.check(
        new SourceRequest.OfStream(
            operation, request, options, from, options.headers(), 0, Context.current()));
    StreamSubscription.Dialer dialer =
        (inlet, resumeFrom, attempt) ->
            connect(
                source,
                inlet,
                new SourceRequest.OfStream(
                    operation,
                    request,
                    options,
                    resumeFrom,
                    attempt.headers(),
                    attempt.attempt(),
                    attempt.context()));
    StreamSubscription<R> subscription =
        new StreamSubscription<>(
            this,
            Shape.STREAM,
            operation.name(),
            operation.replyType(),
            new EngineSubscription.Setup(
                options.headers(),
                options.buffer(),
                options.bufferBytes(),
                options.overflow(),
                from,
                options.listener().orElse(null),
                source instanceof PollSource,
                options.reconnect(),
                options.silence()),
            dialer,
            options.ordering(),
            options.concurrency(),
            options.reload().orElse(null));
    subscription.begin();
    return subscription;
  }

  static Link connect(SourceDriver source, Inlet inlet, SourceRequest request) throws Exception {
    if (source instanceof PollSource poll) {
      return poll.connect(request);
    }
    return ((PushSource) source).connect(request, inlet);
  }
}
