package dev.parley.mqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3ConnectBuilder;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import dev.parley.Headers;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Publisher;

/** MQTT 3.1.1: no headers, no expiry, and sessions that the broker keeps as it likes. */
final class Wire3 implements Wire {
  /** The protocol has no such limit; this is what the native client takes. */
  private static final int SEND_MAXIMUM = 65_535;

  private final Mqtt3AsyncClient client;
  private final MqttSettings settings;

  Wire3(Mqtt3AsyncClient client, MqttSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  @Override
  public Publisher<Incoming> incoming(boolean manual) {
    return client.toRx().publishes(MqttGlobalPublishFilter.ALL, manual).map(Wire3::incoming);
  }

  @Override
  public CompletableFuture<Session> connect(Start start) {
    Mqtt3ConnectBuilder connect =
        Mqtt3Connect.builder()
            .cleanSession(!start.resumes())
            .keepAlive((int) settings.keepAlive.toSeconds());
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
    }
    if (settings.will != null) {
      connect = connect.willPublish(built(settings.will));
    }
    return client
        .connect(connect.build())
        .thenApply(ack ->
            new Session(ack.isSessionPresent(), SEND_MAXIMUM, MqttSettings.MAX_PACKET_BYTES));
  }

  @Override
  public CompletableFuture<Integer> subscribe(String filter, int qos) {
    return client
        .subscribeWith()
        .topicFilter(filter)
        .qos(Wire5.qos(qos))
        .send()
        .thenApply(ack -> ack.getReturnCodes().get(0).getCode());
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
    return client.disconnect();
  }

  @Override
  public Object nativeClient() {
    return client;
  }

  private static Mqtt3Publish built(Packet packet) {
    return Mqtt3Publish.builder()
        .topic(packet.topic())
        .payload(packet.payload())
        .qos(Wire5.qos(packet.qos()))
        .retain(packet.retained())
        .build();
  }

  private static Incoming incoming(Mqtt3Publish publish) {
    return new Incoming(
        publish.getTopic().toString(),
        publish.getPayloadAsBytes(),
        -1,
        null,
        null,
        Headers.empty(),
        publish,
        publish::acknowledge);
  }
}
