package dev.parley.sse;

import dev.parley.Channel;
import dev.parley.StreamChannel;
import dev.parley.http.HttpTransport;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Opens {@code sse+http} and {@code sse+https}; being on the class path is enough.
 *
 * <p>Parameters of the address, none of which goes to the server: {@code replays=true}, {@code
 * maxLineBytes=1000000}, {@code maxEventBytes=1000000}, {@code connectTimeout=2s}, {@code
 * h2c=true}.
 */
public final class SseProvider implements ChannelProvider {
  static final int MAX_LINE_BYTES = 1 << 20;
  static final int MAX_EVENT_BYTES = 8 << 20;

  private final Supplier<HttpTransport.Builder> transports;
  private final Bound.Settings defaults;

  /** For {@link java.util.ServiceLoader}. */
  public SseProvider() {
    this(HttpTransport::builder, new Bound.Settings(false, MAX_LINE_BYTES, MAX_EVENT_BYTES));
  }

  SseProvider(Supplier<HttpTransport.Builder> transports, Bound.Settings defaults) {
    this.transports = transports;
    this.defaults = defaults;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("sse+http", "sse+https");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(StreamChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    HttpTransport.Builder builder = transports.get();
    spec.duration("connectTimeout").ifPresent(builder::connectTimeout);
    if (spec.flag("h2c").orElse(false)) {
      builder.h2c();
    }
    Bound.Settings settings =
        new Bound.Settings(
            spec.flag("replays").orElse(defaults.replays()),
            atLeastOne("maxLineBytes", spec.number("maxLineBytes").orElse(defaults.maxLineBytes())),
            atLeastOne(
                "maxEventBytes", spec.number("maxEventBytes").orElse(defaults.maxEventBytes())));
    // A stream may be quiet, and last: how long is for the engine to watch, also with a client
    // that was brought.
    builder.customize(okHttp -> okHttp.readTimeout(Duration.ZERO).callTimeout(Duration.ZERO));
    return new SseDriver(spec, builder.build(context), settings);
  }

  static int atLeastOne(String option, int bytes) {
    if (bytes < 1) {
      throw Problems.refused(option + " must be at least 1, but is " + bytes);
    }
    return bytes;
  }
}
