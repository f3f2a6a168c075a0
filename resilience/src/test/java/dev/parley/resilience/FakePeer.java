package dev.parley.resilience;

import dev.parley.BackPressure;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Channel;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.TransportException;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Exchange;
import dev.parley.spi.RetryLayer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A peer that answers every call in the same way, until it is told otherwise. */
final class FakePeer implements ChannelProvider, ChannelDriver, CallDriver {
  enum Mood {
    ANSWERING,
    FAILING,
    THROTTLING,
    SILENT
  }

  volatile Mood mood = Mood.ANSWERING;
  final AtomicInteger seen = new AtomicInteger();
  final List<Attempt<?>> silent = new CopyOnWriteArrayList<>();

  @Override
  public Set<String> schemes() {
    return Set.of("fake");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(CallChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    return this;
  }

  @Override
  public Features features() {
    return Features.of(Guarantee.AT_MOST_ONCE, Ordering.NONE, BackPressure.NONE);
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return List.of();
  }

  @Override
  public Optional<CallDriver> call() {
    return Optional.of(this);
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return Optional.empty();
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return new ParleyException(
        Failure.of(Kind.LOCAL, Effect.POSSIBLE, "unexpected").withCause(nativeFailure));
  }

  @Override
  public void close() {}

  @Override
  public <Q, R> Exchange<Answer<R>> prepare(
      Operation<Q, R> operation, Q request, CallOptions options) {
    return new Exchange<>() {
      @Override
      @SuppressWarnings("unchecked") // all operations of these tests answer with text
      public void start(Attempt<Answer<R>> attempt) {
        seen.incrementAndGet();
        attempt.sent();
        switch (mood) {
          case ANSWERING -> attempt.succeed(Answer.of((R) "ok", Headers.empty(), null));
          case FAILING ->
              attempt.fail(
                  new TransportException(
                      Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "connection reset")));
          case THROTTLING ->
              attempt.fail(
                  new TransportException(
                      Failure.of(Kind.THROTTLED, Effect.NOT_PROCESSED, "status 429")));
          case SILENT -> silent.add(attempt);
        }
      }
    };
  }
}
