package dev.parley.webhooks;

import dev.parley.Channel;
import dev.parley.SendChannel;
import dev.parley.http.HttpTransport;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import java.util.Set;
import java.util.function.Function;

/** Opens the endpoint of a builder. There is none to be found: without keys nothing can be sent. */
final class WebhookProvider implements ChannelProvider {
  private final Endpoint endpoint;
  private final Function<DriverContext, HttpTransport> transport;

  WebhookProvider(Endpoint endpoint, Function<DriverContext, HttpTransport> transport) {
    this.endpoint = endpoint;
    this.transport = transport;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("http", "https");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(SendChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    return new WebhookDriver(transport.apply(context), endpoint);
  }
}
