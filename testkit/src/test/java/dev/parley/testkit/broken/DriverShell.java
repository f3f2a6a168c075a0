package dev.parley.testkit.broken;

import dev.parley.Channel;
import dev.parley.Features;
import dev.parley.ParleyException;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.ReconnectOwner;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SendDriver;
import dev.parley.spi.SourceDriver;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A driver around a good one; what breaks it overrides a method. */
class DriverShell implements ChannelDriver {
  final ChannelDriver inner;

  DriverShell(ChannelDriver inner) {
    this.inner = inner;
  }

  /** Puts a shell around every driver that a provider opens. */
  static ChannelProvider around(ChannelProvider good, UnaryOperator<ChannelDriver> shell) {
    return new ChannelProvider() {
      @Override
      public Set<String> schemes() {
        return good.schemes();
      }

      @Override
      public Set<Class<? extends Channel>> capabilities(String scheme) {
        return good.capabilities(scheme);
      }

      @Override
      public ChannelDriver open(ChannelSpec spec, DriverContext context) {
        return shell.apply(good.open(spec, context));
      }
    };
  }

  @Override
  public Features features() {
    return inner.features();
  }

  @Override
  public ReconnectOwner reconnect() {
    return inner.reconnect();
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return inner.retryLayers();
  }

  @Override
  public Optional<CallDriver> call() {
    return inner.call();
  }

  @Override
  public Optional<SendDriver> send() {
    return inner.send();
  }

  @Override
  public Optional<SourceDriver> source() {
    return inner.source();
  }

  @Override
  public Optional<DuplexDriver> duplex() {
    return inner.duplex();
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return inner.unwrap(nativeType);
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return inner.translate(nativeFailure);
  }

  @Override
  public void close() {
    inner.close();
  }
}
