package dev.parley.rabbitmq;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Time;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;

/** Makes native connections to one broker: what an address and its settings come to. */
final class Wires {
  private static final int SHUTDOWN_MILLIS = 1_000;

  private final ConnectionFactory factory;
  private final RabbitMqSettings settings;
  private final Time time;

  Wires(ChannelSpec spec, RabbitMqSettings settings, Time time) {
    this.settings = settings;
    this.time = time;
    this.factory = factory(spec, settings);
  }

  /** Returns what makes the native connections. */
  ConnectionFactory factory() {
    return factory;
  }

  /** Returns a connection that is not made yet. */
  Wire wire() {
    return new Wire(factory, settings, time);
  }

  private static ConnectionFactory factory(ChannelSpec spec, RabbitMqSettings settings) {
    ConnectionFactory factory = new ConnectionFactory();
    URI uri = spec.uri();
    if (uri.getHost() == null) {
      throw Failures.refused(
          "the address " + spec.endpoint() + " needs a host, such as amqp://broker:5672/shop");
    }
    boolean secure = spec.scheme().equals("amqps");
    factory.setHost(uri.getHost());
    factory.setPort(ConnectionFactory.portOrDefault(uri.getPort(), secure));
    factory.setVirtualHost(virtualHost(uri));
    factory.setRequestedHeartbeat((int) settings.heartbeat.toSeconds());
    int timeout = (int) settings.connectTimeout.toMillis();
    factory.setConnectionTimeout(timeout);
    factory.setHandshakeTimeout(timeout);
    factory.setChannelRpcTimeout(timeout);
    factory.setShutdownTimeout(SHUTDOWN_MILLIS);
    factory.setSharedExecutor(new DirectExecutor());
    factory.setThreadFactory(Wires::daemon);
    factory.setExceptionHandler(new Quiet());
    if (secure) {
      factory.useSslProtocol(settings.tls == null ? defaultTls() : settings.tls);
      factory.enableHostnameVerification();
    }
    settings.customizer.accept(factory);
    // The engine makes connections anew, by its policy.
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    return factory;
  }

  private static SSLContext defaultTls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw Failures.refused("this JVM has no default TLS context: give the builder one");
    }
  }

  private static String virtualHost(URI uri) {
    String path = uri.getRawPath();
    return path == null || path.length() < 2
        ? "/"
        : URLDecoder.decode(path.substring(1), StandardCharsets.UTF_8);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "parley-rabbitmq");
    thread.setDaemon(true);
    return thread;
  }

  /** The loss of a connection is told to who uses it, and need not be logged besides. */
  private static final class Quiet extends DefaultExceptionHandler {
    @Override
    public void handleUnexpectedConnectionDriverException(
        Connection connection, Throwable exception) {}
  }
}
