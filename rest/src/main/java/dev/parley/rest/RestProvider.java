package dev.parley.rest;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.StreamChannel;
import dev.parley.http.HttpTransport;
import dev.parley.http.SharedTransport;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code http} and {@code https}; being on the class path is enough.
 *
 * <p>Parameters of the address, none of which goes to the server: {@code connectTimeout=2s}, {@code
 * maxResponseBytes=1000000}, {@code treat503AsNotProcessed=true}, {@code h2c=true}.
 */
public final class RestProvider implements ChannelProvider {
  private final @Nullable SharedTransport shared; // of a builder

  /** For {@link java.util.ServiceLoader}. */
  public RestProvider() {
    this.shared = null;
  }

  RestProvider(Function<DriverContext, HttpTransport> settings) {
    this.shared = new SharedTransport(settings);
  }

  @Override
  public Set<String> schemes() {
    return Set.of("http", "https");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(CallChannel.class, StreamChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    if (shared != null) {
      return new RestDriver(spec, shared.join(context), shared::leave);
    }
    HttpTransport.Builder builder = HttpTransport.builder();
    spec.duration("connectTimeout").ifPresent(builder::connectTimeout);
    spec.number("maxResponseBytes").ifPresent(builder::maxResponseBytes);
    spec.flag("treat503AsNotProcessed").ifPresent(builder::treat503AsNotProcessed);
    if (spec.flag("h2c").orElse(false)) {
      builder.h2c();
    }
    HttpTransport transport = builder.build(context);
    return new RestDriver(spec, transport, transport::close);
  }
}
