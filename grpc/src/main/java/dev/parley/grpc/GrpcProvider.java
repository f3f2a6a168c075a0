package dev.parley.grpc;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.DuplexChannel;
import dev.parley.StreamChannel;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code grpc} (without TLS) and {@code grpcs}; being on the class path is enough.
 *
 * <p>Parameters of the address, none of which goes to the server: {@code keepAlive=5m}, {@code
 * maxMessageBytes=4194304}, {@code compression=gzip}, {@code loadBalancing=round_robin}, {@code
 * healthCheck=shop.Stock}.
 */
public final class GrpcProvider implements ChannelProvider {
  private final @Nullable GrpcSettings settings; // of a builder

  private final Map<Key, Shared> shared = new HashMap<>(); // guarded by this

  /** For {@link java.util.ServiceLoader}. */
  public GrpcProvider() {
    this.settings = null;
  }

  GrpcProvider(GrpcSettings settings) {
    this.settings = settings;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("grpc", "grpcs");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(CallChannel.class, StreamChannel.class, DuplexChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    if (settings != null) {
      Key key = new Key(context, spec.endpoint());
      return new GrpcDriver(spec.capability(), join(key, settings, spec), () -> leave(key));
    }
    GrpcTransport transport = GrpcSettings.of(spec).transport(spec, context);
    return new GrpcDriver(spec.capability(), transport, transport::close);
  }

  // The calls, streams and sessions of one GrpcChannel go over one native channel.
  private synchronized GrpcTransport join(Key key, GrpcSettings made, ChannelSpec spec) {
    Shared known = shared.get(key);
    if (known == null) {
      known = new Shared(made.transport(spec, key.context));
      shared.put(key, known);
    }
    known.users++;
    return known.transport;
  }

  private synchronized void leave(Key key) {
    Shared known = shared.get(key);
    if (known != null && --known.users == 0) {
      shared.remove(key);
      known.transport.close();
    }
  }

  private record Key(DriverContext context, String endpoint) {}

  private static final class Shared {
    final GrpcTransport transport;
    int users;

    Shared(GrpcTransport transport) {
      this.transport = transport;
    }
  }
}
