package dev.parley.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What Javadoc and README show. */
class MqttSnippets {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  // @start region="binding"
  static final Topic<String> READINGS =
      Topic.of("readings", String.class).bind(Mqtt.topic("sensors/{key}/reading").qos(1));

  // @end region="binding"

  private static String broker() {
    return "mqtt://127.0.0.1:" + Mosquitto.shared().port();
  }

  @Test
  void readme() throws Exception {
    String broker = broker();
    String clientId = "snippets-" + UUID.randomUUID();
    try (Parley parley = Parley.create()) {
      QueueChannel queues = parley.open(broker + "?clientId=" + clientId, QueueChannel.class);
      SendChannel sends = parley.open(broker, SendChannel.class);
      Subscription<Delivery<String>> readings =
          queues.consume(
              READINGS,
              ConsumeOptions.DEFAULT.deadLetter(
                  DeadLetter.to(sends, Topic.of("dead/readings", dev.parley.Payload.class))));
      await().atMost(PATIENCE).until(() -> readings.state() == State.OPEN);
      sends.send(READINGS, Message.builder("21.5").key("kitchen").build());

      Delivery<String> reading = readings.poll(PATIENCE).orElseThrow();
      assertThat(reading.key()).contains("kitchen");
      reading.ack();
    }
  }

  @Test
  void builder() {
    String broker = broker();
    // @start region="builder"
    try (MqttChannel channel =
        MqttChannel.builder(broker)
            .clientId("thermostat-7")
            .credentials("thermostat", "secret")
            .will("thermostats/7", "lost".getBytes(StandardCharsets.UTF_8), 1, true)
            .outbox(MqttOutbox.ON)
            .build()) {
      channel.send(READINGS, Message.builder("21.5").key("kitchen").build());
    }
    // @end region="builder"
    assertThat(broker).isNotEmpty();
  }
}
