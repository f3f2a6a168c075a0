package dev.parley.grpc;

import dev.parley.BackPressure;
import dev.parley.CallOptions;
import dev.parley.Channel;
import dev.parley.DuplexChannel;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.StreamChannel;
import dev.parley.Support;
import dev.parley.spi.Answer;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.Exchange;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SourceDriver;
import io.grpc.MethodDescriptor.MethodType;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One gRPC endpoint. */
final class GrpcDriver implements ChannelDriver, CallDriver {
  private static final int MAX_CACHED = 10_000;

  private final Class<? extends Channel> capability;
  private final GrpcTransport transport;
  private final Runnable release;
  private volatile @Nullable Health watched;
  private final ConcurrentMap<Operation<?, ?>, Bound<?, ?>> bound = new ConcurrentHashMap<>();

  GrpcDriver(Class<? extends Channel> capability, GrpcTransport transport, Runnable release) {
    this.capability = capability;
    this.transport = transport;
    this.release = release;
  }

  @Override
  public Features features() {
    if (capability == StreamChannel.class) {
      return Features.of(Guarantee.AT_LEAST_ONCE, Ordering.TOTAL, BackPressure.CREDIT)
          .with(Feature.RESUME, Support.NATIVE)
          .with(Feature.REPLAY, Support.NATIVE)
          .with(Feature.HEADERS, Support.NATIVE);
    }
    if (capability == DuplexChannel.class) {
      return Features.of(Guarantee.AT_MOST_ONCE, Ordering.TOTAL, BackPressure.CREDIT)
          .with(Feature.HALF_CLOSE, Support.NATIVE);
    }
    return Features.of(Guarantee.AT_LEAST_ONCE, Ordering.NONE, BackPressure.TRANSPORT)
        .with(Feature.HEADERS, Support.NATIVE);
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return transport.retryLayers();
  }

  @Override
  public Optional<CallDriver> call() {
    return Optional.of(this);
  }

  @Override
  public Optional<SourceDriver> source() {
    return Optional.of(new GrpcSource(this, transport));
  }

  @Override
  public Optional<DuplexDriver> duplex() {
    return Optional.of(new GrpcSessions(this, transport));
  }

  @Override
  public <Q, R> Exchange<Answer<R>> prepare(
      Operation<Q, R> operation, @Nullable Q request, CallOptions callOptions) {
    Bound<Q, R> known = bound(operation);
    known.require(MethodType.UNARY);
    return new UnaryExchange<>(transport, known, known.encode(request));
  }

  @Override
  public Idempotency idempotency(Operation<?, ?> operation) {
    return bound(operation).idempotency;
  }

  @Override
  public void watch(Consumer<@Nullable Throwable> health) {
    Health watching = transport.health(health);
    watched = watching;
    watching.watch(transport.settings().checksHealth());
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return transport.unwrap(nativeType);
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return Statuses.translate(nativeFailure);
  }

  @Override
  public void close() {
    Health watching = watched;
    if (watching != null) {
      watching.stop();
    }
    release.run();
  }

  @SuppressWarnings("unchecked") // the map holds a Bound<Q, R> for each Operation<Q, R>
  <Q, R> Bound<Q, R> bound(Operation<Q, R> operation) {
    Bound<?, ?> known = bound.get(operation);
    if (known == null) {
      Grpc<Q, R> grpc = operation.binding(Grpc.class);
      if (grpc == null) {
        throw Problems.refused(
            "the operation "
                + operation.name()
                + " has no binding to gRPC: add one, such as"
                + " .bind(Grpc.method(StockGrpc.getGetMethod()))");
      }
      known = new Bound<>(operation, grpc, transport.context().codecs(), transport.settings());
      // Operations are constants; a program that makes ever new ones must not fill the map.
      if (bound.size() < MAX_CACHED) {
        bound.put(operation, known);
      }
    }
    return (Bound<Q, R>) known;
  }
}
