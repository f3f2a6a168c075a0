package dev.parley.graphql;

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
 * Opens {@code graphql+http} and {@code graphql+https}; being on the class path is enough.
 *
 * <p>Parameters of the address, none of which goes to the server: {@code get=true}, {@code
 * persisted=true}, {@code subscriptions=sse} or {@code multipart}, {@code connectTimeout=2s},
 * {@code maxResponseBytes=1000000}, {@code treat503AsNotProcessed=true}, {@code h2c=true}.
 */
public final class GraphQlProvider implements ChannelProvider {
  private final @Nullable SharedTransport shared; // of a builder
  private final Settings defaults;

  /** For {@link java.util.ServiceLoader}. */
  public GraphQlProvider() {
    this.shared = null;
    this.defaults = Settings.DEFAULT;
  }

  GraphQlProvider(Function<DriverContext, HttpTransport> transports, Settings defaults) {
    this.shared = new SharedTransport(transports);
    this.defaults = defaults;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("graphql+http", "graphql+https");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(CallChannel.class, StreamChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    if (shared != null) {
      return new GraphQlDriver(spec, shared.join(context), defaults, shared::leave);
    }
    HttpTransport.Builder builder = HttpTransport.builder();
    spec.duration("connectTimeout").ifPresent(builder::connectTimeout);
    spec.number("maxResponseBytes").ifPresent(builder::maxResponseBytes);
    spec.flag("treat503AsNotProcessed").ifPresent(builder::treat503AsNotProcessed);
    if (spec.flag("h2c").orElse(false)) {
      builder.h2c();
    }
    Settings settings =
        defaults
            .get(spec.flag("get").orElse(false))
            .persisted(spec.flag("persisted").orElse(false))
            .subscriptions(
                spec.text("subscriptions")
                    .map(GraphQlProvider::protocol)
                    .orElse(SubscriptionProtocol.WEB_SOCKET));
    HttpTransport transport = builder.build(context);
    return new GraphQlDriver(spec, transport, settings, transport::close);
  }

  private static SubscriptionProtocol protocol(String name) {
    return switch (name) {
      case "websocket" -> SubscriptionProtocol.WEB_SOCKET;
      case "sse" -> SubscriptionProtocol.SSE;
      case "multipart" -> SubscriptionProtocol.MULTIPART;
      default ->
          throw Problems.refused(
              "the parameter subscriptions must be websocket, sse or multipart, but is " + name);
    };
  }
}
