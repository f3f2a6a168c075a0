package dev.parley.polling;

import dev.parley.BackPressure;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.Support;
import dev.parley.http.HttpTransport;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SourceDriver;
import java.util.List;
import java.util.Optional;

/** One endpoint that is polled. */
final class PollingDriver implements ChannelDriver {
  private final HttpTransport transport;
  private final PollingSource source;

  PollingDriver(HttpTransport transport, PollingSource source) {
    this.transport = transport;
    this.source = source;
  }

  @Override
  public Features features() {
    return Features.of(Guarantee.AT_LEAST_ONCE, Ordering.TOTAL, BackPressure.CREDIT)
        .with(Feature.RESUME, Support.NATIVE)
        .with(Feature.REPLAY, Support.NATIVE)
        .with(Feature.HEADERS, Support.NATIVE);
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return transport.retryLayers();
  }

  @Override
  public Optional<SourceDriver> source() {
    return Optional.of(source);
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
}
