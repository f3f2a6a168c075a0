package dev.parley.rabbitmq;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code amqp} and {@code amqps}; being on the class path is enough.
 *
 * <p>The path of the address is the virtual host: {@code amqp://broker/shop}; {@code /} without
 * one. Its parameters, none of which goes to the broker as such: {@code heartbeat=20s}, {@code
 * connectTimeout=10s}, {@code connectionName=billing}, {@code maxMessageBytes=134217728}. What they
 * mean is told at {@link RabbitMqChannel}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class RabbitMqProvider implements ChannelProvider {
  private final @Nullable RabbitMqSettings settings; // of a builder

  /** For {@link java.util.ServiceLoader}. */
  public RabbitMqProvider() {
    this.settings = null;
  }

  RabbitMqProvider(RabbitMqSettings settings) {
    this.settings = settings;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("amqp", "amqps");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(SendChannel.class, QueueChannel.class, CallChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    if (settings != null) {
      return new RabbitMqDriver(spec, settings, context);
    }
    RabbitMqChannel.Builder builder = RabbitMqChannel.builder(spec.uri().toString());
    spec.duration("heartbeat").ifPresent(builder::heartbeat);
    spec.duration("connectTimeout").ifPresent(builder::connectTimeout);
    spec.text("connectionName").ifPresent(builder::connectionName);
    spec.number("maxMessageBytes").ifPresent(builder::maxMessageBytes);
    return new RabbitMqDriver(spec, builder.settings(), context);
  }
}
