package dev.parley.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Javadoc and README show. */
class KafkaSnippets {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  // @start region="binding"
  static final Topic<String> ORDERS =
      Topic.of("orders", String.class).bind(Kafka.topic("shop.orders"));

  // @end region="binding"

  @BeforeAll
  static void createTopics() throws Exception {
    Broker.shared().create("shop.orders", 1);
    Broker.shared().create("shop.orders.dead", 1);
  }

  private static String broker() {
    return "kafka://" + Broker.shared().direct();
  }

  @Test
  void readme() throws Exception {
    String broker = broker();
    try (Parley parley = Parley.create()) {
      SendChannel sends = parley.open(broker, SendChannel.class);
      sends.send(ORDERS, Message.builder("2 pens").key("customer-7").build());

      QueueChannel queues = parley.open(broker + "?group=billing", QueueChannel.class);
      Subscription<Delivery<String>> orders =
          queues.consume(
              ORDERS,
              ConsumeOptions.DEFAULT
                  .concurrency(64)
                  .deadLetter(DeadLetter.to(sends, Topic.of("shop.orders.dead", Payload.class))));
      Delivery<String> order = orders.poll(PATIENCE).orElseThrow();
      assertThat(order.key()).contains("customer-7");
      order.ack();
    }
  }

  @Test
  void builder() {
    // @start region="builder"
    try (KafkaChannel channel =
        KafkaChannel.builder(broker())
            .clientId("shop")
            .group("billing")
            .deliveryTimeout(Duration.ofMinutes(1))
            .property("compression.type", "gzip")
            .build()) {
      channel.send(ORDERS, Message.builder("2 pens").key("customer-7").build());
    }
    // @end region="builder"
    assertThat(broker()).isNotEmpty();
  }
}
