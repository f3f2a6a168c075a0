package dev.parley.benchmarks;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;

/** HiveMQ's client as its users have it: futures and a callback, acknowledged by hand. */
final class HiveMqClient extends MessageClient {
  private final Mqtt5AsyncClient publisher;
  private final Mqtt5AsyncClient consumer;
  private final Mqtt5Publish message;

  HiveMqClient(int port, String topic, byte[] payload) {
    publisher = connected(port);
    consumer = connected(port);
    message =
        Mqtt5Publish.builder().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).build();
  }

  private static Mqtt5AsyncClient connected(int port) {
    Mqtt5AsyncClient client =
        Mqtt5Client.builder().serverHost("127.0.0.1").serverPort(port).buildAsync();
    client.connect().join();
    return client;
  }

  @Override
  void consume() {
    consumer.publishes(
        MqttGlobalPublishFilter.ALL,
        publish -> {
          publish.acknowledge();
          consumed();
        },
        true);
    consumer
        .subscribeWith()
        .topicFilter(message.getTopic().toString())
        .qos(MqttQos.AT_LEAST_ONCE)
        .send()
        .join();
  }

  @Override
  void publish() {
    var unused = publisher.publish(message).whenComplete((done, failure) -> published(failure));
  }

  @Override
  public void close() {
    publisher.disconnect().join();
    consumer.disconnect().join();
  }
}
