package dev.parley.rest;

import dev.parley.BackPressure;
import dev.parley.CallOptions;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.StreamChannel;
import dev.parley.Support;
import dev.parley.http.Http;
import dev.parley.http.HttpOperation;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Answer;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Exchange;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SourceDriver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** One REST endpoint. */
final class RestDriver implements ChannelDriver, CallDriver {
  private static final int MAX_CACHED = 10_000;

  private final HttpTransport transport;
  private final Runnable release;
  private final String base;
  private final boolean stream;
  private final ConcurrentMap<Operation<?, ?>, Bound<?>> bound = new ConcurrentHashMap<>();

  RestDriver(ChannelSpec spec, HttpTransport transport, Runnable release) {
    this.transport = transport;
    this.release = release;
    this.base = HttpOperation.base(spec);
    this.stream = spec.capability() == StreamChannel.class;
  }

  @Override
  public Features features() {
    Features features =
        stream
            ? Features.of(Guarantee.AT_LEAST_ONCE, Ordering.TOTAL, BackPressure.CREDIT)
                .with(Feature.RESUME, Support.NATIVE)
                .with(Feature.REPLAY, Support.NATIVE)
            : Features.of(Guarantee.AT_LEAST_ONCE, Ordering.NONE, BackPressure.TRANSPORT);
    return features.with(Feature.HEADERS, Support.NATIVE);
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
    return Optional.of(new PageSource(this));
  }

  @Override
  public <Q, R> Exchange<Answer<R>> prepare(
      Operation<Q, R> operation, @Nullable Q request, CallOptions options) {
    return bound(operation).exchange(request);
  }

  @Override
  public Idempotency idempotency(Operation<?, ?> operation) {
    return bound(operation).idempotency;
  }

  // Its threads are there to block.
  @Override
  public boolean completesOnIoThread() {
    return false;
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return transport.unwrap(nativeType);
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return transport.translate(nativeFailure);
  }

  @Override
  public void close() {
    release.run();
  }

  @SuppressWarnings("unchecked") // the map holds a Bound<R> for each Operation<?, R>
  <R> Bound<R> bound(Operation<?, R> operation) {
    Bound<?> known = bound.get(operation);
    if (known == null) {
      Http http = operation.binding(Http.class);
      if (http == null) {
        throw Problems.refused(
            "the operation "
                + operation.name()
                + " has no binding to HTTP: add one, such as .bind(Http.get(\"/orders/{id}\"))");
      }
      known = new Bound<>(operation, http, transport, base);
      // Operations are constants; a program that makes ever new ones must not fill the map.
      if (bound.size() < MAX_CACHED) {
        bound.put(operation, known);
      }
    }
    return (Bound<R>) known;
  }
}
