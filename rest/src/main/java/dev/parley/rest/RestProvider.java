package dev.parley.rest;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.StreamChannel;
import dev.parley.http.HttpTransport;
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
  private final @Nullable Function<DriverContext, HttpTransport> settings; // of a builder

  // Guarded by this.
  private @Nullable HttpTransport shared;
  private int users;

  /** For {@link java.util.ServiceLoader}. */
  public RestProvider() {
    this.settings = null;
  }

  RestProvider(Function<DriverContext, HttpTransport> settings) {
    this.settings = settings;
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
    if (settings != null) {
      return new RestDriver(spec, join(settings, context), this::leave);
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

  // The calls and the streams of one RestChannel go over one transport.
  private synchronized HttpTransport join(
      Function<DriverContext, HttpTransport> made, DriverContext context) {
    HttpTransport known = shared;
    if (known == null) {
      known = made.apply(context);
      shared = known;
    }
    users++;
    return known;
  }

  private synchronized void leave() {
    HttpTransport last = shared;
    if (--users == 0 && last != null) {
      shared = null;
      last.close();
    }
  }
}
