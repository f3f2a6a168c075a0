package dev.parley.kafka;

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
 * Opens {@code kafka}; being on the class path is enough.
 *
 * <p>Parameters of the address, none of which goes to the broker as such: {@code group=billing},
 * {@code clientId=shop}, {@code start=earliest} or {@code latest}, {@code connectTimeout=10s},
 * {@code deliveryTimeout=30s}, {@code revokeDrain=30s}. What they mean is told at {@link
 * KafkaChannel}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class KafkaProvider implements ChannelProvider {
  private final @Nullable KafkaSettings settings; // of a builder

  /** For {@link java.util.ServiceLoader}. */
  public KafkaProvider() {
    this.settings = null;
  }

  KafkaProvider(KafkaSettings settings) {
    this.settings = settings;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("kafka");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(SendChannel.class, QueueChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    if (settings != null) {
      return new KafkaDriver(spec, settings, context);
    }
    KafkaChannel.Builder builder = KafkaChannel.builder(spec.uri().toString());
    spec.text("group").ifPresent(builder::group);
    spec.text("clientId").ifPresent(builder::clientId);
    spec.text("start").ifPresent(builder::start);
    spec.duration("connectTimeout").ifPresent(builder::connectTimeout);
    spec.duration("deliveryTimeout").ifPresent(builder::deliveryTimeout);
    spec.duration("revokeDrain").ifPresent(builder::revokeDrain);
    return new KafkaDriver(spec, builder.settings(), context);
  }
}
