package dev.parley.websocket;

import dev.parley.Headers;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.HandshakeResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.glassfish.tyrus.spi.ClientContainer;
import org.jspecify.annotations.Nullable;

/** Puts the headers of one connect into its request. */
final class Handshake extends ClientEndpointConfig.Configurator {
  private final ClientEndpointConfig.Configurator custom;
  private final Headers headers;

  private Handshake(ClientEndpointConfig.Configurator custom, Headers headers) {
    this.custom = custom;
    this.headers = headers;
  }

  /** Returns the native configuration of one connect. */
  static ClientEndpointConfig config(
      WebSocketDriver driver, WebSocket binding, Headers headers, @Nullable Dial dial) {
    Settings settings = driver.settings();
    ClientEndpointConfig.Builder builder =
        ClientEndpointConfig.Builder.create()
            .preferredSubprotocols(binding.subProtocols())
            .extensions(settings.extensions());
    if (settings.tls() != null) {
      builder.sslContext(settings.tls());
    }
    settings.customizer().accept(builder);
    binding.customizer().accept(builder);
    ClientEndpointConfig custom = builder.build();
    ClientEndpointConfig.Builder whole =
        ClientEndpointConfig.Builder.create()
            .preferredSubprotocols(custom.getPreferredSubprotocols())
            .extensions(custom.getExtensions())
            .encoders(custom.getEncoders())
            .decoders(custom.getDecoders())
            .configurator(new Handshake(custom.getConfigurator(), headers));
    if (custom.getSSLContext() != null) {
      whole.sslContext(custom.getSSLContext());
    }
    ClientEndpointConfig made = whole.build();
    made.getUserProperties().putAll(custom.getUserProperties());
    made.getUserProperties()
        .put(ClientContainer.WLS_INCOMING_BUFFER_SIZE, Socket.incomingBufferSize(settings));
    if (dial != null) {
      made.getUserProperties().put(Dial.KEY, dial);
    }
    return made;
  }

  @Override
  public void beforeRequest(Map<String, List<String>> request) {
    for (String name : headers.names()) {
      request.keySet().removeIf(each -> each.equalsIgnoreCase(name));
      request.put(name, new ArrayList<>(headers.all(name)));
    }
    custom.beforeRequest(request);
  }

  @Override
  public void afterResponse(HandshakeResponse response) {
    custom.afterResponse(response);
  }
}
