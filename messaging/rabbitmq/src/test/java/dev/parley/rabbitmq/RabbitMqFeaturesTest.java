package dev.parley.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import dev.parley.CallChannel;
import dev.parley.ConsumeOptions;
import dev.parley.Context;
import dev.parley.DeadLetter;
import dev.parley.Deadline;
import dev.parley.Delivery;
import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.spi.Time;
import dev.parley.testkit.fault.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What RabbitMQ itself offers, through Parley, at a real broker. */
class RabbitMqFeaturesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ConsumeOptions OPTIONS =
      ConsumeOptions.DEFAULT
          .deadLetter(DeadLetter.LOG_AND_DROP)
          .reconnect(
              ReconnectPolicy.DEFAULT.base(Duration.ofMillis(10)).floor(Duration.ofMillis(1)));

  // Made before the test's time begins to count: the first start may install it.
  private final Broker broker = Broker.shared();

  private final String own = UUID.randomUUID().toString();
  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(5));
  }

  private String uri() {
    return "amqp://127.0.0.1:" + broker.port();
  }

  private RabbitMq queue(QueueType type) {
    return RabbitMq.queue(own).declareQueue(type).argument("x-expires", 600_000);
  }

  private Topic<String> topic(RabbitMq binding) {
    return Topic.of(own, String.class).bind(binding);
  }

  private SendChannel sends() {
    return parley.open(uri(), SendChannel.class);
  }

  private Subscription<Delivery<String>> consume(RabbitMq binding) {
    return consume(uri(), binding, OPTIONS);
  }

  private Subscription<Delivery<String>> consume(
      String uri, RabbitMq binding, ConsumeOptions options) {
    Subscription<Delivery<String>> subscription =
        parley.open(uri, QueueChannel.class).consume(topic(binding), options);
    await().atMost(PATIENCE).until(() -> subscription.state() == State.OPEN);
    return subscription;
  }

  private static <T> Delivery<T> take(Subscription<Delivery<T>> subscription)
      throws InterruptedException {
    return subscription.poll(PATIENCE).orElseThrow();
  }

  private static AMQP.BasicProperties properties(Delivery<?> delivery) {
    return delivery.unwrap(com.rabbitmq.client.Delivery.class).orElseThrow().getProperties();
  }

  // ---------------------------------------------------------------- topology

  @Test
  void routesByTheKeyThroughADeclaredExchange() throws Exception {
    RabbitMq binding =
        RabbitMq.exchange(own, "orders.{key}")
            .declareExchange("topic")
            .consumeFrom(own)
            .declareQueue(QueueType.CLASSIC)
            .argument("x-expires", 600_000);
    Subscription<Delivery<String>> received = consume(binding);
    sends().send(topic(binding), Message.builder("a lamp").key("eu").build());

    Delivery<String> delivery = take(received);

    assertThat(delivery.body()).isEqualTo("a lamp");
    assertThat(delivery.key()).contains("eu");
    assertThat(
            delivery
                .unwrap(com.rabbitmq.client.Delivery.class)
                .orElseThrow()
                .getEnvelope()
                .getRoutingKey())
        .isEqualTo("orders.eu");
    delivery.ack();
  }

  @Test
  void givesEachTemporaryQueueEverything_andTellsOfItsLoss() throws Exception {
    RabbitMq news =
        RabbitMq.exchange(own, "news").declareExchange("fanout").declareQueue(QueueType.TEMPORARY);
    List<Gap> gaps = new CopyOnWriteArrayList<>();
    StateListener listener =
        new StateListener() {
          @Override
          public void changed(StateChange change) {}

          @Override
          public void resumed(Resumed resumed) {
            gaps.add(resumed.gap());
          }
        };
    try (FaultProxy proxy = FaultProxy.to(broker.port())) {
      Subscription<Delivery<String>> first = consume(news);
      Subscription<Delivery<String>> second =
          consume("amqp://127.0.0.1:" + proxy.port(), news, OPTIONS.listener(listener));
      sends().send(topic(news), "it rains");
      for (Subscription<Delivery<String>> each : List.of(first, second)) {
        Delivery<String> delivery = take(each);
        assertThat(delivery.body()).isEqualTo("it rains");
        delivery.ack();
      }
      proxy.cutAll();
      await().atMost(PATIENCE).until(() -> gaps.size() >= 2);
    }

    assertThat(gaps).startsWith(Gap.NONE, Gap.LOST);
  }

  @Test
  void givesWhatExpiresToTheDeadLetters() throws Exception {
    RabbitMq binding = queue(QueueType.CLASSIC).deadLetter(own + ".dead");
    sends().send(topic(binding.expiry(Duration.ofMillis(1))), "too late");

    Delivery<String> dead =
        take(consume(RabbitMq.queue(own + ".dead").declareQueue(QueueType.CLASSIC)));

    assertThat(dead.body()).isEqualTo("too late");
    dead.ack();
  }

  @Test
  void prefersConsumersWithAHigherPriority() throws Exception {
    Subscription<Delivery<String>> low = consume(queue(QueueType.CLASSIC).consumerPriority(-1));
    Subscription<Delivery<String>> high = consume(queue(QueueType.CLASSIC).consumerPriority(9));
    for (int i = 0; i < 10; i++) {
      sends().send(topic(queue(QueueType.CLASSIC)), "n" + i);
    }

    for (int i = 0; i < 10; i++) {
      Delivery<String> delivery = take(high);
      assertThat(delivery.body()).isEqualTo("n" + i);
      delivery.ack();
    }
    assertThat(low.poll(Duration.ofMillis(1))).isEmpty();
  }

  // ---------------------------------------------------------------- deliveries

  @ParameterizedTest
  @EnumSource(
      value = QueueType.class,
      names = {"CLASSIC", "QUORUM"})
  void tellsOfARedelivery(QueueType type) throws Exception {
    sends().send(topic(queue(type)), "hello");
    Subscription<Delivery<String>> first = consume(queue(type));
    assertThat(take(first).attempt()).hasValue(1);
    first.abort();

    Delivery<String> again = take(consume(queue(type)));

    assertThat(again.body()).isEqualTo("hello");
    if (type == QueueType.QUORUM) {
      assertThat(again.attempt()).hasValue(2); // the broker counts
    }
    assertThat(
            again
                .unwrap(com.rabbitmq.client.Delivery.class)
                .orElseThrow()
                .getEnvelope()
                .isRedeliver())
        .isTrue();
    again.ack();
  }

  @Test
  void carriesHeadersIdKeyTraceAndDeadline() throws Exception {
    Subscription<Delivery<String>> received = consume(queue(QueueType.CLASSIC));
    Context context =
        Context.empty()
            .with(Context.TRACE_PARENT, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .withDeadline(Deadline.after(Duration.ofHours(1), Time.system()));
    Message<String> message =
        Message.builder("hello")
            .header("colour", "red")
            .header("colour", "blue")
            .id("m 1")
            .key("k 1")
            .context(context)
            .build();
    context.run(() -> sends().send(topic(queue(QueueType.CLASSIC)), message));

    Delivery<String> delivery = take(received);

    assertThat(delivery.headers().all("colour")).containsExactly("red", "blue");
    assertThat(delivery.id()).contains("m 1");
    assertThat(delivery.key()).contains("k 1");
    assertThat(delivery.context().get(Context.TRACE_PARENT))
        .contains("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    assertThat(delivery.context().deadline().orElseThrow().remaining())
        .isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
    assertThat(Long.parseLong(properties(delivery).getExpiration()))
        .isBetween(3_000_000L, 3_600_000L);
    delivery.ack();
  }

  @Test
  void DLN_5_setsNoExpiryOnItsOwn_andPersists() throws Exception {
    Subscription<Delivery<String>> received = consume(queue(QueueType.CLASSIC));
    sends().send(topic(queue(QueueType.CLASSIC)), "for ever");
    sends().send(topic(queue(QueueType.CLASSIC).nonPersistent()), "for now");

    Delivery<String> kept = take(received);
    Delivery<String> transientOne = take(received);

    assertThat(properties(kept).getExpiration()).isNull();
    assertThat(properties(kept).getDeliveryMode()).isEqualTo(2);
    assertThat(properties(transientOne).getDeliveryMode()).isEqualTo(1);
    kept.ack();
    transientOne.ack();
  }

  // ---------------------------------------------------------------- calls

  @Test
  void answersARequestThatWasConsumed() {
    Subscription<Delivery<String>> requests = consume(queue(QueueType.CLASSIC));
    SendChannel sends = sends();
    CompletableFuture<Void> unused =
        requests.start(request ->
            sends.send(
                Topic.of("replies", String.class).bind(RabbitMq.replyTo(request)),
                request.body().toUpperCase(Locale.ROOT)));

    String reply =
        parley
            .open(uri(), CallChannel.class)
            .call(Operation.of(own, String.class, String.class), "hello");

    assertThat(reply).isEqualTo("HELLO");
  }
}
