package dev.parley.mqtt;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfigBuilder;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.lifecycle.MqttClientAutoReconnect;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import dev.parley.spi.ChannelSpec;
import io.reactivex.schedulers.Schedulers;
import java.net.URI;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Makes the native clients of one endpoint: one for each connection, none of which reconnects. */
final class Wires {
  private static final String WEB_SOCKET_CODEC =
      "io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler";

  private final MqttSettings settings;
  private final MqttClientTransportConfig transport;

  Wires(ChannelSpec spec, MqttSettings settings) {
    this.settings = settings;
    this.transport = transport(spec, settings);
  }

  /**
   * Makes a client that is not connected.
   *
   * @param gone told of a connection that could not be made or is lost, but for our own goodbye
   */
  Wire wire(String clientId, Consumer<Throwable> gone) {
    MqttClientBuilder builder =
        settings
            .customizer
            .apply(
                MqttClient.builder()
                    .identifier(clientId)
                    .transportConfig(transport)
                    .executorConfig(ioThread(clientId)))
            .automaticReconnect((MqttClientAutoReconnect) null)
            .addDisconnectedListener(context -> disconnected(context, gone));
    return settings.version == 5
        ? new Wire5(builder.useMqttVersion5().buildAsync(), settings)
        : new Wire3(builder.useMqttVersion3().buildAsync(), settings);
  }

  // Its own, which ends with the connection: the native client would keep a lost session on the
  // thread until the session's expiry.
  private static MqttClientExecutorConfig ioThread(String clientId) {
    return MqttClientExecutorConfig.builder()
        .nettyExecutor(new IoThread("parley-mqtt-" + clientId))
        .nettyThreads(1)
        .applicationScheduler(Schedulers.from(Runnable::run))
        .build();
  }

  /** Starts a daemon; the native client tells executors by identity. */
  private static final class IoThread implements Executor {
    private final String name;

    IoThread(String name) {
      this.name = name;
    }

    @Override
    public void execute(Runnable loop) {
      Thread thread = new Thread(loop, name);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void disconnected(
      MqttClientDisconnectedContext context, Consumer<Throwable> gone) {
    context.getReconnector().reconnect(false);
    if (context.getSource() != MqttDisconnectSource.USER) {
      gone.accept(context.getCause());
    }
  }

  private static MqttClientTransportConfig transport(ChannelSpec spec, MqttSettings settings) {
    URI uri = spec.uri();
    String scheme = spec.scheme();
    boolean secure = scheme.equals("mqtts") || scheme.equals("mqtt+wss");
    boolean web = scheme.startsWith("mqtt+ws");
    String host = uri.getHost();
    if (host == null) {
      throw Failures.refused("the address " + spec.endpoint() + " names no host");
    }
    int port = uri.getPort();
    if (port < 0) {
      port = web ? (secure ? 443 : 80) : (secure ? 8883 : 1883);
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("^/", "");
    if (!web && !path.isEmpty()) {
      throw Failures.refused(
          "the address "
              + spec.endpoint()
              + " has a path, but only MQTT over WebSocket has paths: topics belong to Topic");
    }
    long timeout = settings.connectTimeout.toMillis();
    MqttClientTransportConfigBuilder builder =
        MqttClientTransportConfig.builder()
            .serverHost(host)
            .serverPort(port)
            .socketConnectTimeout(timeout, TimeUnit.MILLISECONDS)
            .mqttConnectTimeout(timeout, TimeUnit.MILLISECONDS);
    if (secure) {
      builder =
          builder.sslConfig(
              settings.tls == null ? MqttClientSslConfig.builder().build() : settings.tls);
    }
    if (web) {
      requireWebSocketCodec(spec);
      builder =
          builder.webSocketConfig(
              MqttWebSocketConfig.builder()
                  .serverPath(path)
                  .handshakeTimeout(timeout, TimeUnit.MILLISECONDS)
                  .build());
    }
    return builder.build();
  }

  // Without it the native client would wait for ever.
  private static void requireWebSocketCodec(ChannelSpec spec) {
    try {
      Class.forName(WEB_SOCKET_CODEC, false, MqttClient.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw Failures.refused(
          spec.endpoint()
              + " needs io.netty:netty-codec-http, which is not on the class path: add it in the"
              + " version of the other io.netty libraries");
    }
  }
}
