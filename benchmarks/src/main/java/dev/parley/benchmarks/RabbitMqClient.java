package dev.parley.benchmarks;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * RabbitMQ's client as its users have it: confirms by a listener that knows what is out, and a
 * callback that acknowledges by hand.
 */
final class RabbitMqClient extends MessageClient {
  private static final int KEPT = 10_000;

  private final Connection publishing;
  private final Connection consuming;
  private final Channel publisher;
  private final Channel consumer;
  private final NavigableSet<Long> unconfirmed = new ConcurrentSkipListSet<>();
  private final String queue;
  private final byte[] payload;

  RabbitMqClient(int port, String queue, byte[] payload) throws Exception {
    this.queue = queue;
    this.payload = payload;
    publishing = connected(port);
    consuming = connected(port);
    publisher = publishing.createChannel();
    consumer = consuming.createChannel();
    publisher.confirmSelect();
    publisher.addConfirmListener(
        (number, multiple) -> confirmed(number, multiple, null),
        (number, multiple) -> confirmed(number, multiple, new IOException("refused")));
  }

  /** Declares a durable queue that drops its oldest messages when nobody takes them. */
  static void declare(int port, String queue) throws Exception {
    try (Connection connection = connected(port)) {
      connection
          .createChannel()
          .queueDeclare(queue, true, false, false, Map.of("x-max-length", KEPT));
    }
  }

  private static Connection connected(int port) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(port);
    return factory.newConnection();
  }

  private void confirmed(long number, boolean multiple, IOException failure) {
    NavigableSet<Long> told = unconfirmed.subSet(multiple ? 0 : number, true, number, true);
    while (told.pollFirst() != null) {
      published(failure);
    }
  }

  @Override
  void consume() throws IOException {
    consumer.basicQos(Messages.BLOCK);
    consumer.basicConsume(
        queue,
        false,
        (tag, delivery) -> {
          consumer.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
          consumed();
        },
        tag -> {});
  }

  @Override
  void publish() throws IOException {
    unconfirmed.add(publisher.getNextPublishSeqNo());
    publisher.basicPublish("", queue, true, MessageProperties.PERSISTENT_BASIC, payload);
  }

  @Override
  public void close() throws IOException {
    publishing.close();
    consuming.close();
  }
}
