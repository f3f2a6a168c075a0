package dev.parley.engine;

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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A peer of calls whose attempts do what a test scripted, one after the other. */
final class ScriptedCalls implements ChannelProvider {
  final Queue<Consumer<Attempt<Answer<Object>>>> script = new ConcurrentLinkedQueue<>();
  final List<Attempt<?>> attempts = new CopyOnWriteArrayList<>();
  final List<String> keys = new CopyOnWriteArrayList<>();
  final AtomicInteger discarded = new AtomicInteger();
  final AtomicInteger renewals = new AtomicInteger();
  volatile Consumer<Attempt<Answer<Object>>> otherwise = answer("ok");
  volatile boolean replayable = true;
  volatile boolean renewable;
  volatile boolean closed;
  volatile Consumer<Throwable> health = failure -> {};

  static Consumer<Attempt<Answer<Object>>> answer(Object body) {
    return attempt -> {
      attempt.sent();
      attempt.succeed(Answer.of(body, Headers.empty(), null));
    };
  }

  static Consumer<Attempt<Answer<Object>>> failSent(Kind kind) {
    return attempt -> {
      attempt.sent();
      attempt.fail(new TransportException(Failure.of(kind, Effect.POSSIBLE, "connection reset")));
    };
  }

  static Consumer<Attempt<Answer<Object>>> failUnsent() {
    return attempt ->
        attempt.fail(
            new TransportException(
                Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, "connection refused")));
  }

  static Consumer<Attempt<Answer<Object>>> fail(ParleyException failure) {
    return attempt -> {
      attempt.sent();
      attempt.fail(failure);
    };
  }

  static Consumer<Attempt<Answer<Object>>> never() {
    return attempt -> {
      attempt.sent();
      attempt.onCancel(() -> attempt.fail(new java.io.IOException("Canceled")));
    };
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  final ScriptedCalls then(Consumer<Attempt<Answer<Object>>>... steps) {
    script.addAll(List.of(steps));
    return this;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("scripted");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(CallChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    spec.number("size");
    return new Driver();
  }

  private final class Driver implements ChannelDriver, CallDriver {
    @Override
    public Features features() {
      return Features.of(Guarantee.AT_MOST_ONCE, Ordering.NONE, BackPressure.NONE);
    }

    @Override
    public List<RetryLayer> retryLayers() {
      return List.of(new RetryLayer("script", false, "has none"));
    }

    @Override
    public Optional<CallDriver> call() {
      return Optional.of(this);
    }

    @Override
    public void watch(Consumer<Throwable> listener) {
      health = listener;
    }

    @Override
    public <N> Optional<N> unwrap(Class<N> nativeType) {
      return Optional.empty();
    }

    @Override
    public ParleyException translate(Throwable failure) {
      return new TransportException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, String.valueOf(failure.getMessage()))
              .withCause(failure));
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public <Q, R> Exchange<Answer<R>> prepare(
        Operation<Q, R> operation, Q request, CallOptions options) {
      return new Exchange<>() {
        @Override
        @SuppressWarnings("unchecked")
        public void start(Attempt<Answer<R>> attempt) {
          attempts.add(attempt);
          keys.add(String.valueOf(attempt.idempotencyKey()));
          Consumer<Attempt<Answer<Object>>> step = script.poll();
          (step == null ? otherwise : step).accept((Attempt<Answer<Object>>) (Attempt<?>) attempt);
        }

        @Override
        public byte[] fingerprint() {
          return String.valueOf(request).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean isReplayable() {
          return replayable;
        }

        @Override
        public boolean renewCredentials(ParleyException refused) {
          renewals.incrementAndGet();
          return renewable;
        }

        @Override
        public void discard(Answer<R> late) {
          discarded.incrementAndGet();
        }
      };
    }
  }
}
