package dev.parley.websocket;

import dev.parley.Headers;
import dev.parley.Kind;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Extension;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.glassfish.tyrus.client.ClientManager;
import org.jspecify.annotations.Nullable;

/** What an endpoint was opened with. */
record Settings(
    @Nullable ClientManager client,
    Consumer<ClientEndpointConfig.Builder> customizer,
    Duration connectTimeout,
    Duration handshakeTimeout,
    Duration writeTimeout,
    Headers headers,
    @Nullable Supplier<String> authorization,
    @Nullable Function<String, Instant> expiry,
    @Nullable SSLContext tls,
    @Nullable Proxy proxy,
    Headers proxyHeaders,
    List<Extension> extensions,
    int maxMessageBytes,
    int maxFrameBytes,
    int windowBytes,
    Map<Integer, Kind> closeCodes,
    boolean reconnectOnCleanClose,
    boolean replays) {

  /** Returns how long the credential of a handshake is still good, or null if not known. */
  @Nullable Duration credentialsLeft(Headers handshake, Instant now) {
    Function<String, Instant> known = expiry;
    return known == null
        ? null
        : handshake
            .first("Authorization")
            .map(value -> Duration.between(now, known.apply(value)))
            .orElse(null);
  }

  /** Returns the HTTP proxy for an address, or null to go there directly. */
  @Nullable InetSocketAddress proxyFor(URI uri) {
    Proxy chosen = proxy != null ? proxy : ofTheJvm(uri).orElse(Proxy.NO_PROXY);
    if (chosen.type() == Proxy.Type.HTTP && chosen.address() instanceof InetSocketAddress address) {
      // Resolved anew for each connect.
      return InetSocketAddress.createUnresolved(address.getHostString(), address.getPort());
    }
    return null;
  }

  private static Optional<Proxy> ofTheJvm(URI uri) {
    ProxySelector selector = ProxySelector.getDefault();
    if (selector == null) {
      return Optional.empty();
    }
    // A selector knows the schemes of HTTP only.
    URI asHttp =
        URI.create(
            (uri.getScheme().equals("wss") ? "https:" : "http:") + "//" + uri.getRawAuthority());
    return selector.select(asHttp).stream()
        .filter(each -> each.type() != Proxy.Type.SOCKS)
        .findFirst();
  }
}
