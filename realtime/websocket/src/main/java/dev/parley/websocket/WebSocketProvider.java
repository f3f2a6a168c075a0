package dev.parley.websocket;

import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.DuplexChannel;
import dev.parley.StreamChannel;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code ws} and {@code wss}; being on the class path is enough.
 *
 * <p>Parameters of the address, none of which goes to the server: {@code connectTimeout=2s}, {@code
 * handshakeTimeout=5s}, {@code maxMessageBytes=1000000}, {@code replays=true}, {@code
 * reconnectOnCleanClose=true}.
 */
public final class WebSocketProvider implements ChannelProvider {
  private final @Nullable Settings settings; // of a builder

  /** For {@link java.util.ServiceLoader}. */
  public WebSocketProvider() {
    this.settings = null;
  }

  WebSocketProvider(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Set<String> schemes() {
    return Set.of("ws", "wss");
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String scheme) {
    return Set.of(DuplexChannel.class, StreamChannel.class, CallChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    if (settings != null) {
      return new WebSocketDriver(spec, settings, context);
    }
    WebSocketChannel.Builder builder = WebSocketChannel.builder(spec.uri().toString());
    spec.duration("connectTimeout").ifPresent(builder::connectTimeout);
    spec.duration("handshakeTimeout").ifPresent(builder::handshakeTimeout);
    spec.number("maxMessageBytes").ifPresent(builder::maxMessageBytes);
    if (spec.flag("replays").orElse(false)) {
      builder.replays();
    }
    if (spec.flag("reconnectOnCleanClose").orElse(false)) {
      builder.reconnectOnCleanClose();
    }
    return new WebSocketDriver(spec, builder.settings(), context);
  }
}
