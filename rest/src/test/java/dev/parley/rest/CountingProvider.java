package dev.parley.rest;

import dev.parley.Channel;
import dev.parley.Features;
import dev.parley.ParleyException;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connects of streams, which over HTTP look like any other request. */
record CountingProvider(ChannelProvider provider, AtomicInteger connects)
    implements ChannelProvider {
  @Override
  public Set<String> schemes() {
    return provider.schemes();
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return provider.capabilities(scheme);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    ChannelDriver driver = provider.open(spec, context);
    PollSource source = (PollSource) driver.source().orElseThrow();
    PollSource counting =
        new PollSource() {
          @Override
          public void check(SourceRequest request) {
            source.check(request);
          }

          @Override
          public PollLink connect(SourceRequest request) throws Exception {
            PollLink link = source.connect(request);
            connects.incrementAndGet();
            return link;
          }
        };
    return new ChannelDriver() {
      @Override
      public Features features() {
        return driver.features();
      }

      @Override
      public List<RetryLayer> retryLayers() {
        return driver.retryLayers();
      }

      @Override
      public Optional<CallDriver> call() {
        return driver.call();
      }

      @Override
      public Optional<SourceDriver> source() {
        return Optional.of(counting);
      }

      @Override
      public <N> Optional<N> unwrap(Class<N> nativeType) {
        return driver.unwrap(nativeType);
      }

      @Override
      public ParleyException translate(Throwable nativeFailure) {
        return driver.translate(nativeFailure);
      }

      @Override
      public void close() {
        driver.close();
      }
    };
  }
}
