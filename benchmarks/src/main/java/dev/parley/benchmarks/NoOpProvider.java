package dev.parley.benchmarks;

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
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.BlockingExchange;
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

/**
 * A peer that costs nothing: one exchange and one answer for all calls, so that what remains is the
 * pipeline.
 */
final class NoOpProvider implements ChannelProvider {
  private static final Runnable STOP = () -> {};

  @Override
  public Set<String> schemes() {
    return Set.of("noop", "noop-io");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(CallChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    return new Driver(spec.scheme().equals("noop-io"));
  }

  private static final class Driver implements ChannelDriver, CallDriver {
    private final Answer<String> answer = Answer.of("answer", Headers.empty(), null);
    private final boolean io;

    private final BlockingExchange<Answer<String>> exchange =
        new BlockingExchange<>() {
          @Override
          public Answer<String> execute(Attempt<Answer<String>> attempt) {
            attempt.onCancel(STOP);
            attempt.sent();
            return answer;
          }

          @Override
          public void start(Attempt<Answer<String>> attempt) {
            attempt.onCancel(STOP);
            attempt.sent();
            attempt.succeed(answer);
          }
        };

    Driver(boolean io) {
      this.io = io;
    }

    @Override
    @SuppressWarnings("unchecked") // all operations of this benchmark answer with text
    public <Q, R> Exchange<Answer<R>> prepare(
        Operation<Q, R> operation, Q request, CallOptions options) {
      return (Exchange<Answer<R>>) (Exchange<?>) exchange;
    }

    @Override
    public boolean completesOnIoThread() {
      return io;
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
    public ParleyException translate(Throwable failure) {
      return new ParleyException(
          Failure.of(Kind.LOCAL, Effect.POSSIBLE, "failed").withCause(failure));
    }

    @Override
    public void close() {}
  }
}
