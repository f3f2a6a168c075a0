package dev.parley.benchmarks;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A client that publishes with QoS 1 and, if it is to, consumes that itself, with settlement. */
abstract class MqttClient implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;

  private final Semaphore published = new Semaphore(0);
  private final Semaphore consumed = new Semaphore(0);
  private final boolean consumes;
  final String topic = UUID.randomUUID().toString();

  MqttClient(boolean consumes) {
    this.consumes = consumes;
  }

  /** Publishes so many at once; returns when all are acknowledged, and have come. */
  final void send(int messages) throws InterruptedException {
    for (int i = 0; i < messages; i++) {
      publish();
    }
    await(published, messages);
    if (consumes) {
      await(consumed, messages);
    }
  }

  private static void await(Semaphore done, int messages) throws InterruptedException {
    if (!done.tryAcquire(messages, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(messages - done.availablePermits() + " are missing");
    }
  }

  abstract void publish();

  final void published(Throwable failure) {
    if (failure == null) {
      published.release();
    } else {
      failure.printStackTrace();
    }
  }

  final void consumed() {
    consumed.release();
  }

  /** The clients that are compared. */
  enum Kind {
    HIVEMQ("HiveMQ, raw") {
      @Override
      MqttClient open(int port, byte[] payload, boolean consumes) {
        return new Raw(port, payload, consumes);
      }
    },
    PARLEY("Parley") {
      @Override
      MqttClient open(int port, byte[] payload, boolean consumes) throws Exception {
        return new OfParley(port, payload, consumes);
      }
    };

    final String title;

    Kind(String title) {
      this.title = title;
    }

    abstract MqttClient open(int port, byte[] payload, boolean consumes) throws Exception;
  }

  /** As its users have it: futures and a callback, acknowledged by hand. */
  private static final class Raw extends MqttClient {
    private final Mqtt5AsyncClient publisher;
    private final Mqtt5AsyncClient consumer;
    private final Mqtt5Publish message;

    Raw(int port, byte[] payload, boolean consumes) {
      super(consumes);
      publisher = connected(port);
      consumer = connected(port);
      message =
          Mqtt5Publish.builder().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).build();
      if (consumes) {
        consumer.publishes(
            MqttGlobalPublishFilter.ALL,
            publish -> {
              publish.acknowledge();
              consumed();
            },
            true);
        consumer.subscribeWith().topicFilter(topic).qos(MqttQos.AT_LEAST_ONCE).send().join();
      }
    }

    private static Mqtt5AsyncClient connected(int port) {
      Mqtt5AsyncClient client =
          Mqtt5Client.builder().serverHost("127.0.0.1").serverPort(port).buildAsync();
      client.connect().join();
      return client;
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

  /** A handler on Parley's workers; its return acknowledges. */
  private static final class OfParley extends MqttClient {
    private final Parley parley = Parley.create();
    private final Topic<Payload> orders = Topic.of(topic, Payload.class);
    private final SendChannel sends;
    private final Message<Payload> message;

    OfParley(int port, byte[] payload, boolean consumes) throws InterruptedException {
      super(consumes);
      String uri = "mqtt://127.0.0.1:" + port;
      sends = parley.open(uri, SendChannel.class);
      message = Message.of(Payload.of(payload, "application/octet-stream"));
      if (consumes) {
        Semaphore stands = new Semaphore(0);
        Subscription<Delivery<Payload>> received =
            parley
                .open(uri, QueueChannel.class)
                .consume(
                    orders,
                    ConsumeOptions.DEFAULT
                        .maxUnsettled(Mqtts.BLOCK)
                        .deadLetter(DeadLetter.LOG_AND_DROP)
                        .listener(change -> {
                          if (change.to() == State.OPEN) {
                            stands.release();
                          }
                        }));
        var unused = received.start(delivery -> consumed());
        await(stands, 1);
      }
    }

    @Override
    void publish() {
      var unused =
          sends.submit(orders, message).whenComplete((done, failure) -> published(failure));
    }

    @Override
    public void close() {
      parley.close(Duration.ofSeconds(2));
    }
  }
}
