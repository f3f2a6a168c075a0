package dev.parley.mqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import dev.parley.Headers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Publisher;

/** MQTT 5. */
final class Wire5 implements Wire {
  private final Mqtt5AsyncClient client;
  private final MqttSettings settings;

  Wire5(Mqtt5AsyncClient client, MqttSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  @Override
  public Publisher<Incoming> incoming(boolean manual) {
    return client.toRx().publishes(MqttGlobalPublishFilter.ALL, manual).map(Wire5::incoming);
  }

  @Override
  public CompletableFuture<Session> connect(Start start) {
    Mqtt5ConnectBuilder connect =
        Mqtt5Connect.builder()
            .cleanStart(!start.resumes())
            .sessionExpiryInterval(start.resumes() ? settings.sessionExpiry.toSeconds() : 0)
            .keepAlive((int) settings.keepAlive.toSeconds())
            .restrictions()
            .receiveMaximum(start.receiveMaximum())
            .maximumPacketSize(settings.maxPacketBytes)
            .topicAliasMaximum(settings.topicAliases)
            .sendTopicAliasMaximum(settings.topicAliases)
            .applyRestrictions();
    Credentials credentials = settings.credentials.get();
    byte[] password = credentials.password();
    if (credentials.username() != null && password != null) {
      connect =
          connect
              .simpleAuth()
              .username(credentials.username())
              .password(password)
              .applySimpleAuth();
    } else if (credentials.username() != null) {
      connect = connect.simpleAuth().username(credentials.username()).applySimpleAuth();
    } else if (password != null) {
      connect = connect.simpleAuth().password(password).applySimpleAuth();
    }
    if (settings.enhancedAuth != null) {
      connect = connect.enhancedAuth(settings.enhancedAuth);
    }
    if (settings.will != null) {
      connect = connect.willPublish(built(settings.will));
    }
    return client
        .connect(connect.build())
        .thenApply(ack ->
            new Session(
                ack.isSessionPresent(),
                ack.getRestrictions().getReceiveMaximum(),
                ack.getRestrictions().getMaximumPacketSize()));
  }

  @Override
  public CompletableFuture<Integer> subscribe(String filter, int qos) {
    // Retained messages come once for each session, not once for each connection.
    return client
        .subscribeWith()
        .topicFilter(filter)
        .qos(qos(qos))
        .retainHandling(Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST)
        .retainAsPublished(true)
        .send()
        .thenApply(ack -> granted(ack.getReasonCodes().get(0)));
  }

  private static int granted(Mqtt5SubAckReasonCode code) {
    return code.getCode();
  }

  @Override
  public CompletableFuture<?> ping() {
    return client.unsubscribeWith().topicFilter(MqttSettings.NOWHERE).send();
  }

  @Override
  public CompletableFuture<?> publish(Packet packet) {
    return client.publish(built(packet));
  }

  @Override
  public CompletableFuture<?> disconnect(boolean endSession) {
    return client.disconnect(
        endSession
            ? Mqtt5Disconnect.builder().sessionExpiryInterval(0).build()
            : Mqtt5Disconnect.builder().build());
  }

  @Override
  public Object nativeClient() {
    return client;
  }

  static MqttQos qos(int level) {
    return switch (level) {
      case 0 -> MqttQos.AT_MOST_ONCE;
      case 1 -> MqttQos.AT_LEAST_ONCE;
      default -> MqttQos.EXACTLY_ONCE;
    };
  }

  private static Mqtt5Publish built(Packet packet) {
    Mqtt5PublishBuilder.Complete publish =
        Mqtt5Publish.builder()
            .topic(packet.topic())
            .payload(packet.payload())
            .qos(qos(packet.qos()))
            .retain(packet.retained());
    if (packet.expirySeconds() >= 0) {
      publish = publish.messageExpiryInterval(packet.expirySeconds());
    }
    if (packet.contentType() != null) {
      publish = publish.contentType(packet.contentType());
    }
    if (packet.responseTopic() != null) {
      publish = publish.responseTopic(packet.responseTopic());
    }
    if (packet.correlation() != null) {
      publish = publish.correlationData(packet.correlation());
    }
    if (!packet.headers().isEmpty()) {
      List<Mqtt5UserProperty> properties = new ArrayList<>();
      packet.headers().forEach((name, value) -> properties.add(Mqtt5UserProperty.of(name, value)));
      publish = publish.userProperties(Mqtt5UserProperties.of(properties));
    }
    return packet.customizer().apply(publish.build());
  }

  private static Incoming incoming(Mqtt5Publish publish) {
    return new Incoming(
        publish.getTopic().toString(),
        publish.getPayloadAsBytes(),
        publish.getMessageExpiryInterval().orElse(-1),
        publish.getContentType().map(MqttUtf8String::toString).orElse(null),
        publish.getCorrelationData().map(Wire5::bytes).orElse(null),
        headers(publish.getUserProperties()),
        publish,
        publish::acknowledge);
  }

  private static Headers headers(Mqtt5UserProperties properties) {
    if (properties.asList().isEmpty()) {
      return Headers.empty();
    }
    String[] namesAndValues =
        properties.asList().stream()
            .filter(property -> !printable(property.getName().toString()).isEmpty())
            .flatMap(property ->
                java.util.stream.Stream.of(
                    printable(property.getName().toString()),
                    printable(property.getValue().toString())))
            .toArray(String[]::new);
    return Headers.of(namesAndValues);
  }

  // A user property may hold what a header must not.
  private static String printable(String text) {
    return text.replace('\r', ' ').replace('\n', ' ').replace('\0', ' ');
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
