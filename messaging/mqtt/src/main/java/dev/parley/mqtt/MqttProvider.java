package dev.parley.mqtt;

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
 * Opens {@code mqtt} and {@code mqtts}, and over WebSocket {@code mqtt+ws} and {@code mqtt+wss};
 * being on the class path is enough.
 *
 * <p>Parameters of the address, none of which goes to the broker as such: {@code version=5} or
 * {@code 3}, {@code clientId=billing}, {@code group=billing}, {@code keepAlive=30s}, {@code
 * sessionExpiry=1h}, {@code connectTimeout=10s}, {@code topicAliases=16}, {@code
 * receiveMaximum=65535}. What they mean is told at {@link MqttChannel}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class MqttProvider implements ChannelProvider {
  private final @Nullable MqttSettings settings; // of a builder

  /** For {@link java.util.ServiceLoader}. */
  public MqttProvider() {
    this.settings = null;
  }

  MqttProvider(MqttSettings settings) {
    this.settings = settings;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("mqtt", "mqtts", "mqtt+ws", "mqtt+wss");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(SendChannel.class, QueueChannel.class, CallChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    if (settings != null) {
      return new MqttDriver(spec, settings, context);
    }
    MqttChannel.Builder builder = MqttChannel.builder(spec.uri().toString());
    spec.number("version").ifPresent(builder::version);
    spec.text("clientId").ifPresent(builder::clientId);
    spec.text("group").ifPresent(builder::group);
    spec.duration("keepAlive").ifPresent(builder::keepAlive);
    spec.duration("sessionExpiry").ifPresent(builder::sessionExpiry);
    spec.duration("connectTimeout").ifPresent(builder::connectTimeout);
    spec.number("receiveMaximum").ifPresent(builder::receiveMaximum);
    spec.number("topicAliases").ifPresent(builder::topicAliases);
    return new MqttDriver(spec, builder.settings(), context);
  }
}
