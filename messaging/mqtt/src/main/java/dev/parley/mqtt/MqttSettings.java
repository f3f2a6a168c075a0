package dev.parley.mqtt;

import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import dev.parley.ReconnectPolicy;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a builder or an address says. Not changed once a driver has it. */
final class MqttSettings {
  /** Nobody is subscribed to it: UNSUBSCRIBE of it changes nothing, and must be answered. */
  static final String NOWHERE = "parley/nowhere";

  /** What the protocol can say. */
  static final int MAX_PACKET_BYTES = 268_435_460;

  int version = 5;
  @Nullable String clientId;
  @Nullable String group;
  Duration keepAlive = Duration.ofSeconds(30);
  Duration sessionExpiry = Duration.ofDays(1);
  Duration connectTimeout = Duration.ofSeconds(10);
  int receiveMaximum = 65_535;
  int topicAliases = 16;
  int maxPacketBytes = 64 << 20;
  Supplier<Credentials> credentials = () -> Credentials.NONE;
  boolean renewsCredentials;
  @Nullable Mqtt5EnhancedAuthMechanism enhancedAuth;
  @Nullable Packet will;
  @Nullable MqttClientSslConfig tls;
  String responsePrefix = "parley/replies";
  MqttOutbox outbox = MqttOutbox.OFF;
  ReconnectPolicy reconnect = ReconnectPolicy.DEFAULT;
  UnaryOperator<MqttClientBuilder> customizer = UnaryOperator.identity();

  MqttSettings copy() {
    MqttSettings copy = new MqttSettings();
    copy.version = version;
    copy.clientId = clientId;
    copy.group = group;
    copy.keepAlive = keepAlive;
    copy.sessionExpiry = sessionExpiry;
    copy.connectTimeout = connectTimeout;
    copy.receiveMaximum = receiveMaximum;
    copy.topicAliases = topicAliases;
    copy.maxPacketBytes = maxPacketBytes;
    copy.credentials = credentials;
    copy.renewsCredentials = renewsCredentials;
    copy.enhancedAuth = enhancedAuth;
    copy.will = will;
    copy.tls = tls;
    copy.responsePrefix = responsePrefix;
    copy.outbox = outbox;
    copy.reconnect = reconnect;
    copy.customizer = customizer;
    return copy;
  }
}
