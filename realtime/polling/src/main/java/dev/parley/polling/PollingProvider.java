package dev.parley.polling;

import dev.parley.Channel;
import dev.parley.StreamChannel;
import dev.parley.http.HttpOperation;
import dev.parley.http.HttpTransport;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Opens {@code poll+http}, {@code poll+https}, {@code longpoll+http} and {@code longpoll+https};
 * being on the class path is enough.
 *
 * <p>Parameters of the address, none of which goes to the server: {@code interval=1s}, {@code
 * maxInterval=30s}, {@code hold=30s} (long polling only), {@code connectTimeout=5s}, {@code
 * maxResponseBytes=1000000}, {@code h2c=true}.
 */
public final class PollingProvider implements ChannelProvider {
  /** Shorter than servers keep idle connections: a poll on a closed one fails. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(4);

  private final Rhythm rhythm;
  private final Supplier<HttpTransport.Builder> transports;
  private final DoubleSupplier random;

  /** For {@link java.util.ServiceLoader}. */
  public PollingProvider() {
    this(Rhythm.DEFAULT, HttpTransport::builder, () -> ThreadLocalRandom.current().nextDouble());
  }

  PollingProvider(
      Rhythm rhythm, Supplier<HttpTransport.Builder> transports, DoubleSupplier random) {
    this.rhythm = rhythm;
    this.transports = transports;
    this.random = random;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("poll+http", "poll+https", "longpoll+http", "longpoll+https");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(StreamChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    String base = HttpOperation.base(spec);
    Rhythm own = rhythm(spec);
    HttpTransport.Builder builder = transports.get();
    spec.duration("connectTimeout").ifPresent(builder::connectTimeout);
    spec.number("maxResponseBytes").ifPresent(builder::maxResponseBytes);
    if (spec.flag("h2c").orElse(false)) {
      builder.h2c();
    }
    HttpTransport built = builder.keepAlive(KEEP_ALIVE).build(context);
    return new PollingDriver(built, new PollingSource(built, own, base, random));
  }

  private Rhythm rhythm(ChannelSpec spec) {
    boolean isLong = spec.scheme().startsWith("longpoll");
    Optional<Duration> fastest = spec.duration("interval");
    Optional<Duration> slowest = spec.duration("maxInterval");
    Optional<Duration> hold = isLong ? spec.duration("hold") : Optional.empty();
    try {
      Rhythm own = rhythm.isLong(isLong);
      if (fastest.isPresent() || slowest.isPresent()) {
        Duration from = fastest.orElse(own.fastest());
        Duration longest = own.slowest().compareTo(from) < 0 ? from : own.slowest();
        own = own.every(from, slowest.orElse(longest));
      }
      return hold.isPresent() ? own.hold(hold.get()) : own;
    } catch (IllegalArgumentException e) {
      throw BoundPoll.refused("the address " + spec.endpoint() + " cannot be: " + e.getMessage());
    }
  }
}
