package dev.parley.websocket;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.glassfish.grizzly.http.server.HttpServer;
import org.glassfish.grizzly.http.server.NetworkListener;
import org.glassfish.grizzly.ssl.SSLEngineConfigurator;
import org.glassfish.grizzly.strategies.WorkerThreadIOStrategy;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;
import org.glassfish.tyrus.container.grizzly.server.WebSocketAddOn;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/** A real WebSocket server on the loopback address, with endpoints that are objects. */
public final class TestServer extends TyrusServerContainer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("org.glassfish");
  private static final int MOST_BYTES = 32 << 20;

  private final TyrusWebSocketEngine engine;
  private final HttpServer server = new HttpServer();
  private final NetworkListener listener = new NetworkListener("test", "127.0.0.1", 0);

  private final AtomicInteger upgrades = new AtomicInteger();

  private TestServer() {
    super((Set<Class<?>>) null);
    LOG.setLevel(Level.WARNING);
    engine = TyrusWebSocketEngine.builder(this).incomingBufferSize(MOST_BYTES).build();
    setDefaultMaxSessionIdleTimeout(-1); // 0 would start threads
    setDefaultMaxBinaryMessageBufferSize(MOST_BYTES);
    setDefaultMaxTextMessageBufferSize(MOST_BYTES);
  }

  /** Starts one; each path has an endpoint of its own for each connection. */
  static TestServer start(Map<String, Supplier<Endpoint>> endpoints) {
    return start(endpoints, null, builder -> {});
  }

  static TestServer start(
      Map<String, Supplier<Endpoint>> endpoints,
      SSLContext tls,
      Consumer<ServerEndpointConfig.Builder> configure) {
    TestServer started = new TestServer();
    try {
      for (Map.Entry<String, Supplier<Endpoint>> each : endpoints.entrySet()) {
        ServerEndpointConfig.Builder builder =
            ServerEndpointConfig.Builder.create(Made.class, each.getKey());
        configure.accept(builder);
        ServerEndpointConfig asked =
            builder.configurator(started.new Making(each.getValue())).build();
        started.engine.register(asked, "/");
      }
      started.open(tls);
      return started;
    } catch (IOException | DeploymentException e) {
      throw new IllegalStateException(e);
    }
  }

  private void open(SSLContext tls) throws IOException, DeploymentException {
    listener
        .getTransport()
        .setWorkerThreadPoolConfig(
            ThreadPoolConfig.defaultConfig().setCorePoolSize(16).setMaxPoolSize(64));
    listener.getTransport().setIOStrategy(WorkerThreadIOStrategy.getInstance());
    listener.getKeepAlive().setIdleTimeoutInSeconds(-1);
    if (tls != null) {
      listener.setSecure(true);
      listener.setSSLEngineConfig(new SSLEngineConfigurator(tls, false, false, false));
    }
    listener.registerAddOn(new WebSocketAddOn(this, "/"));
    server.addListener(listener);
    server.start();
    super.start("/", 0);
  }

  /** Returns how many upgrades were answered; an endpoint hears of its own a moment later. */
  int upgrades() {
    return upgrades.get();
  }

  int port() {
    return listener.getPort();
  }

  @Override
  public void register(Class<?> endpointClass) {
    throw new IllegalStateException("endpoints are objects");
  }

  @Override
  public void register(ServerEndpointConfig config) {
    throw new IllegalStateException("endpoints are objects");
  }

  @Override
  public Map<String, Object> getProperties() {
    return Map.of();
  }

  @Override
  public WebSocketEngine getWebSocketEngine() {
    return engine;
  }

  @Override
  public void close() {
    super.stop();
    server.shutdownNow();
  }

  /** Tyrus wants a class of its own for an endpoint. */
  public static final class Made extends Endpoint {
    private final Endpoint endpoint;

    Made(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
      endpoint.onOpen(session, config);
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
      endpoint.onClose(session, reason);
    }

    @Override
    public void onError(Session session, Throwable problem) {
      endpoint.onError(session, problem);
    }
  }

  private final class Making extends ServerEndpointConfig.Configurator {
    private final Supplier<Endpoint> maker;

    Making(Supplier<Endpoint> maker) {
      this.maker = maker;
    }

    @Override
    public <T> T getEndpointInstance(Class<T> type) {
      return type.cast(new Made(maker.get()));
    }

    @Override
    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
      List<String> common = new ArrayList<>(requested);
      common.retainAll(supported);
      return common.isEmpty() ? "" : common.get(0);
    }

    @Override
    public void modifyHandshake(
        ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
      upgrades.incrementAndGet();
    }

    @Override
    public boolean checkOrigin(String origin) {
      return true;
    }
  }
}
