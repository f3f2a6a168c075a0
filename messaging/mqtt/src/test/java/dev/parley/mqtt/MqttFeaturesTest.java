package dev.parley.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.parley.CallChannel;
import dev.parley.ConsumeOptions;
import dev.parley.Context;
import dev.parley.DeadLetter;
import dev.parley.Deadline;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.spi.Time;
import dev.parley.testkit.fault.FaultProxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MQTT itself offers, through Parley, at a real Mosquitto. */
class MqttFeaturesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ConsumeOptions OPTIONS =
      ConsumeOptions.DEFAULT.deadLetter(DeadLetter.LOG_AND_DROP);

  private final String own = UUID.randomUUID().toString();
  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(5));
  }

  private String uri(String parameters) {
    return "mqtt://127.0.0.1:" + Mosquitto.shared().port() + parameters;
  }

  private Topic<String> topic(String below) {
    return Topic.of(own + "/" + below, String.class);
  }

  private <T> Subscription<Delivery<T>> consume(String uri, Topic<T> topic) {
    return consume(parley.open(uri, QueueChannel.class), topic);
  }

  private static <T> Subscription<Delivery<T>> consume(QueueChannel channel, Topic<T> topic) {
    Subscription<Delivery<T>> subscription = channel.consume(topic, OPTIONS);
    await().atMost(PATIENCE).until(() -> subscription.state() == State.OPEN);
    return subscription;
  }

  private static <T> Delivery<T> take(Subscription<Delivery<T>> subscription)
      throws InterruptedException {
    return subscription.poll(PATIENCE).orElseThrow();
  }

  // ---------------------------------------------------------------- quality of service

  @ParameterizedTest
  @CsvSource({"5, 0", "5, 1", "5, 2", "3, 0", "3, 1", "3, 2"})
  void carriesEachQualityOfServiceInBothVersions(int version, int qos) throws Exception {
    String uri = uri("?version=" + version);
    Topic<String> topic = topic("qos");
    Subscription<Delivery<String>> received =
        consume(uri, topic.bind(Mqtt.topic(topic.name()).qos(2)));

    Receipt receipt =
        parley
            .open(uri, SendChannel.class)
            .send(topic.bind(Mqtt.topic(topic.name()).qos(qos)), "hello");

    assertThat(receipt.level())
        .isEqualTo(qos == 0 ? Receipt.Level.WRITTEN_TO_TRANSPORT : Receipt.Level.ACCEPTED_BY_PEER);
    Delivery<String> delivery = take(received);
    assertThat(delivery.body()).isEqualTo("hello");
    delivery.ack();
  }

  @Test
  void acknowledgesInTheOrderOfArrival() throws Exception {
    List<Integer> arrived = Collections.synchronizedList(new ArrayList<>());
    List<Integer> acknowledged = Collections.synchronizedList(new ArrayList<>());
    try (Tap tap =
        new Tap(
            Mosquitto.shared().port(),
            new Tap.Watcher() {
              @Override
              public boolean toBroker(Tap.Line line, Frame frame) {
                if (frame.type() == Frame.PUBACK) {
                  acknowledged.add(frame.packetId());
                }
                return true;
              }

              @Override
              public boolean toClient(Tap.Line line, Frame frame) {
                if (frame.type() == Frame.PUBLISH) {
                  arrived.add(frame.packetId());
                }
                return true;
              }
            })) {
      Subscription<Delivery<String>> received =
          consume("mqtt://127.0.0.1:" + tap.port(), topic("order"));
      SendChannel sends = parley.open(uri(""), SendChannel.class);
      List<Delivery<String>> deliveries = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        sends.send(topic("order"), "n" + i);
        deliveries.add(take(received));
      }

      for (int i : new int[] {3, 1, 4, 2}) {
        deliveries.get(i).ack();
      }
      assertThat(acknowledged).isEmpty();
      deliveries.get(0).ack();

      await().atMost(PATIENCE).until(() -> acknowledged.size() == 5);
      assertThat(acknowledged).isEqualTo(arrived);
    }
  }

  // ---------------------------------------------------------------- topics

  @Test
  void keepsTheLastMessageForThoseWhoComeLater() throws Exception {
    Topic<String> state = topic("state").bind(Mqtt.topic(own + "/state").retained());
    SendChannel sends = parley.open(uri(""), SendChannel.class);
    sends.send(state, "off");
    sends.send(state, "on");

    Delivery<String> delivery = take(consume(uri(""), state));

    assertThat(delivery.body()).isEqualTo("on");
    assertThat(delivery.unwrap(Mqtt5Publish.class).orElseThrow().isRetain()).isTrue();
    delivery.ack();
    sends.send(state, ""); // clears it
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s/+/state", "%s/#"})
  void consumesByWildcards(String filter) throws Exception {
    Subscription<Delivery<String>> received =
        consume(uri(""), topic("wild").bind(Mqtt.topic(String.format(filter, own))));
    parley.open(uri(""), SendChannel.class).send(topic("lamp 1/state"), "on");

    Delivery<String> delivery = take(received);

    assertThat(Mqtt.topicOf(delivery)).isEqualTo(own + "/lamp 1/state");
    assertThat(delivery.key()).contains(own + "/lamp 1/state");
    delivery.ack();
  }

  @Test
  void carriesTheKeyAsALevelOfTheTopic() throws Exception {
    Topic<String> readings =
        Topic.of("readings", String.class).bind(Mqtt.topic(own + "/{key}/reading"));
    Subscription<Delivery<String>> received = consume(uri(""), readings);
    parley
        .open(uri(""), SendChannel.class)
        .send(readings, Message.builder("21.5").key("sensor 7").build());

    Delivery<String> delivery = take(received);

    assertThat(Mqtt.topicOf(delivery)).isEqualTo(own + "/sensor 7/reading");
    assertThat(delivery.key()).contains("sensor 7");
    delivery.ack();
  }

  @Test
  void namesATopicInFullOnceOnly() throws Exception {
    List<String> payloads = Collections.synchronizedList(new ArrayList<>());
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    try (Tap tap =
        new Tap(
            Mosquitto.shared().port(),
            new Tap.Watcher() {
              @Override
              public boolean toBroker(Tap.Line line, Frame frame) {
                if (frame.type() == Frame.PUBLISH) {
                  payloads.add(new String(frame.payload(), StandardCharsets.UTF_8));
                  sizes.add(frame.bytes().length);
                }
                return true;
              }

              @Override
              public boolean toClient(Tap.Line line, Frame frame) {
                return true;
              }
            })) {
      SendChannel sends = parley.open("mqtt://127.0.0.1:" + tap.port(), SendChannel.class);
      sends.send(topic("alias"), "one");
      sends.send(topic("alias"), "two");

      assertThat(payloads).containsExactly("one", "two");
      assertThat(sizes.get(0) - sizes.get(1)).isEqualTo((own + "/alias").length());
    }
  }

  // ---------------------------------------------------------------- what travels along

  @Test
  void carriesHeadersIdKeyTraceAndDeadline() throws Exception {
    Subscription<Delivery<String>> received = consume(uri(""), topic("along"));
    Context context =
        Context.empty()
            .with(Context.TRACE_PARENT, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .withDeadline(Deadline.after(Duration.ofHours(1), Time.system()));
    Message<String> message =
        Message.builder("hello")
            .header("colour", "red")
            .id("m 1")
            .key("k 1")
            .context(context)
            .build();
    SendChannel sends = parley.open(uri(""), SendChannel.class);
    context.run(() -> sends.send(topic("along"), message));

    Delivery<String> delivery = take(received);

    assertThat(delivery.headers().first("colour")).contains("red");
    assertThat(delivery.id()).contains("m 1");
    assertThat(delivery.key()).contains("k 1");
    assertThat(delivery.context().get(Context.TRACE_PARENT))
        .contains("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assertThat(delivery.context().deadline().orElseThrow().remaining())
        .isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
    delivery.ack();
  }

  @Test
  void DLN_5_setsNoExpiryOnItsOwn() throws Exception {
    Subscription<Delivery<String>> received = consume(uri(""), topic("for ever"));
    parley.open(uri(""), SendChannel.class).send(topic("for ever"), "hello");

    Delivery<String> delivery = take(received);

    assertThat(delivery.unwrap(Mqtt5Publish.class).orElseThrow().getMessageExpiryInterval())
        .isEmpty();
    delivery.ack();
  }

  // ---------------------------------------------------------------- sessions

  @ParameterizedTest
  @ValueSource(ints = {5, 3})
  void CON_3_deliversWhatCameWhileNobodyWasThere(int version) throws Exception {
    String uri = uri("?version=" + version + "&clientId=" + own);
    consume(uri, topic("kept")).close();
    SendChannel sends = parley.open(uri(""), SendChannel.class);
    for (int i = 0; i < 50; i++) {
      sends.send(topic("kept"), "n" + i);
    }

    Subscription<Delivery<String>> received = consume(uri, topic("kept"));
    for (int i = 0; i < 50; i++) {
      Delivery<String> delivery = take(received);
      assertThat(delivery.body()).isEqualTo("n" + i);
      delivery.ack();
    }
  }

  @Test
  void endsASessionWithoutAClientIdWithItsSubscription() throws Exception {
    Subscription<Delivery<String>> first = consume(uri(""), topic("gone"));
    first.close();
    parley.open(uri(""), SendChannel.class).send(topic("gone"), "early");
    Subscription<Delivery<String>> second = consume(uri(""), topic("gone"));
    parley.open(uri(""), SendChannel.class).send(topic("gone"), "late");

    Delivery<String> delivery = take(second);

    assertThat(delivery.body()).isEqualTo("late");
    delivery.ack();
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 3})
  void publishesTheWillOfALostConnection(int version) throws Exception {
    Subscription<Delivery<String>> wills = consume(uri(""), topic("will"));
    try (FaultProxy proxy = FaultProxy.to(Mosquitto.shared().port());
        MqttChannel channel =
            MqttChannel.builder("mqtt://127.0.0.1:" + proxy.port())
                .version(version)
                .will(own + "/will", "lost".getBytes(StandardCharsets.UTF_8), 1, false)
                .open(parley)) {
      channel.send(topic("anything"), "hello");
      proxy.cutAll();

      Delivery<String> will = take(wills);

      assertThat(will.body()).isEqualTo("lost");
      will.ack();
    }
  }

  @Test
  void publishesNoWillAfterAGoodbye() throws Exception {
    Subscription<Delivery<String>> wills = consume(uri(""), topic("will"));
    try (MqttChannel channel =
        MqttChannel.builder(uri(""))
            .will(own + "/will", "lost".getBytes(StandardCharsets.UTF_8), 1, false)
            .open(parley)) {
      channel.send(topic("anything"), "hello");
    }
    parley.open(uri(""), SendChannel.class).send(topic("will"), "marker");

    Delivery<String> first = take(wills);

    assertThat(first.body()).isEqualTo("marker");
    first.ack();
  }

  // ---------------------------------------------------------------- calls

  @Test
  void answersARequestThatWasConsumed() {
    Topic<String> requests = topic("requests");
    SendChannel sends = parley.open(uri(""), SendChannel.class);
    CompletableFuture<Void> unused =
        consume(uri(""), requests)
            .start(request ->
                sends.send(
                    Topic.of("replies", String.class).bind(Mqtt.replyTo(request)),
                    request.body().toUpperCase(java.util.Locale.ROOT)));

    String reply =
        parley
            .open(uri(""), CallChannel.class)
            .call(Operation.of(own + "/requests", String.class, String.class), "hello");

    assertThat(reply).isEqualTo("HELLO");
  }
}
