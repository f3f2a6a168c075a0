package dev.parley.sse;

import dev.parley.BackPressure;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.Support;
import dev.parley.http.HttpOperation;
import dev.parley.http.HttpTransport;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SourceDriver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** One endpoint of server-sent events. */
final class SseDriver implements ChannelDriver {
  private static final int MAX_CACHED = 10_000;

  private final HttpTransport transport;
  private final Bound.Settings settings;
  private final String base;
  private final String endpoint;
  private final ConcurrentMap<Operation<?, ?>, Bound> bound = new ConcurrentHashMap<>();

  SseDriver(ChannelSpec spec, HttpTransport transport, Bound.Settings settings) {
    this.transport = transport;
    this.settings = settings;
    this.base = HttpOperation.base(spec);
    this.endpoint = spec.endpoint();
  }

  @Override
  public Features features() {
    Support replay = settings.replays() ? Support.NATIVE : Support.ABSENT;
    return Features.of(
            settings.replays() ? Guarantee.AT_LEAST_ONCE : Guarantee.AT_MOST_ONCE,
            Ordering.TOTAL,
            BackPressure.TRANSPORT)
        .with(Feature.RESUME, replay)
        .with(Feature.REPLAY, replay)
        .with(Feature.HEADERS, Support.NATIVE);
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return transport.retryLayers();
  }

  @Override
  public Optional<SourceDriver> source() {
    return Optional.of(new SseSource(this));
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
    transport.close();
  }

  DriverContext context() {
    return transport.context();
  }

  String endpoint() {
    return endpoint;
  }

  Bound bound(Operation<?, ?> operation) {
    Bound known = bound.get(operation);
    if (known == null) {
      known = Bound.of(operation, transport, base, settings);
      // Operations are constants; a program that makes ever new ones must not fill the map.
      if (bound.size() < MAX_CACHED) {
        bound.put(operation, known);
      }
    }
    return known;
  }
}
