package dev.parley.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What Javadoc and README show. */
class RabbitMqSnippets {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  // @start region="binding"
  static final Topic<String> ORDERS =
      Topic.of("orders", String.class)
          .bind(
              RabbitMq.exchange("shop", "orders.{key}")
                  .declareExchange("topic")
                  .consumeFrom("billing")
                  .declareQueue(QueueType.QUORUM)
                  .deadLetter("billing.dead"));

  // @end region="binding"

  // Made before the test's time begins to count: the first start may install it.
  private final Broker broker = Broker.shared();

  private String uri() {
    return "amqp://127.0.0.1:" + broker.port();
  }

  @Test
  void readme() throws Exception {
    String uri = uri();
    try (Parley parley = Parley.create()) {
      SendChannel sends = parley.open(uri, SendChannel.class);
      sends.send(ORDERS, Message.builder("a lamp").key("eu").build());

      QueueChannel queues = parley.open(uri, QueueChannel.class);
      Subscription<Delivery<String>> orders = queues.consume(ORDERS);
      Delivery<String> order = orders.poll(PATIENCE).orElseThrow();
      assertThat(order.key()).contains("eu");
      order.ack();
    }
  }

  @Test
  void builder() {
    String uri = uri();
    // @start region="builder"
    try (RabbitMqChannel channel =
        RabbitMqChannel.builder(uri)
            .credentials("guest", "guest")
            .connectionName("till-7")
            .heartbeat(Duration.ofSeconds(10))
            .build()) {
      channel.send(ORDERS, Message.builder("a lamp").key("eu").build());
    }
    // @end region="builder"
    assertThat(uri).isNotEmpty();
  }
}
