package dev.parley.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import dev.parley.Channel;
import dev.parley.ConfigurationException;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.MessageTooLargeException;
import dev.parley.NotRetried;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.ReconnectPolicy;
import dev.parley.RemoteException;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.UntrustedPeerException;
import dev.parley.testkit.fault.FaultProxy;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the broker refuses, and what Parley refuses before it. */
class BadInputTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  // Made before the test's time begins to count: the first start may install it.
  private final Broker broker = Broker.shared();

  private final String own = "alice-" + UUID.randomUUID();
  private final Topic<String> queue =
      Topic.of(own, String.class)
          .bind(
              RabbitMq.queue(own)
                  .declareQueue(QueueType.CLASSIC)
                  .argument("x-expires", 600_000)
                  .deadLetter(own + ".dead"));
  private final Parley parley = Parley.create();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(5));
  }

  private String uri() {
    return "amqp://127.0.0.1:" + broker.port();
  }

  private <C extends Channel> C open(RabbitMqChannel.Builder builder, Class<C> capability) {
    return parley.at(uri()).provider(builder.provider()).open(capability);
  }

  private RabbitMqChannel.Builder alice() {
    return RabbitMqChannel.builder(uri()).credentials("alice", "secret");
  }

  private SendChannel sends() {
    return parley.open(uri(), SendChannel.class);
  }

  private static ParleyException failure(Runnable action) {
    Throwable thrown = catchThrowable(action::run);
    assertThat(thrown).isInstanceOf(ParleyException.class);
    return (ParleyException) thrown;
  }

  private ParleyException failure(QueueChannel channel, Topic<?> topic) {
    AtomicReference<ParleyException> failure = new AtomicReference<>();
    channel.consume(
        topic,
        ConsumeOptions.DEFAULT
            .deadLetter(DeadLetter.LOG_AND_DROP)
            .reconnect(
                ReconnectPolicy.DEFAULT.base(Duration.ofMillis(5)).floor(Duration.ofMillis(1)))
            .listener(change -> {
              if (change.to() == State.FAILED) {
                failure.set(change.failure());
              }
            }));
    await().atMost(PATIENCE).until(() -> failure.get() != null);
    return failure.get();
  }

  // ---------------------------------------------------------------- who may come in

  @Test
  void letsInWhoHasThePassword() {
    assertThat(open(alice(), SendChannel.class).send(queue, "hello")).isNotNull();
  }

  @Test
  void TOK_failsWithAWrongPasswordAfterOneAttempt() {
    try (FaultProxy proxy = FaultProxy.to(broker.port())) {
      String through = "amqp://127.0.0.1:" + proxy.port();
      SendChannel sends =
          parley
              .at(through)
              .provider(RabbitMqChannel.builder(through).credentials("alice", "guess").provider())
              .open(SendChannel.class);

      ParleyException failure = failure(() -> sends.send(queue, "hello"));

      assertThat(failure).isInstanceOf(RemoteException.class);
      assertThat(failure.kind()).isEqualTo(Kind.AUTHENTICATION);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure)
          .hasMessageContaining(
              "the broker refused the connection with 403 ACCESS_REFUSED; give the builder"
                  + " credentials that are good");
      assertThat(failure.getMessage()).doesNotContain("guess");
      assertThat(proxy.accepted()).isEqualTo(1);
    }
  }

  @Test
  void TOK_asksForAFreshTokenOnceAfterARefusal() {
    List<String> tokens = List.of("expired", "secret", "secret");
    AtomicInteger asked = new AtomicInteger();
    SendChannel sends =
        open(
            RabbitMqChannel.builder(uri())
                .token("alice", () -> tokens.get(asked.getAndIncrement())),
            SendChannel.class);

    assertThat(sends.send(queue, "hello")).isNotNull();
    assertThat(asked).hasValue(2);
  }

  @Test
  void TOK_givesUpASubscriptionThatIsRefusedTwice() {
    QueueChannel channel =
        open(RabbitMqChannel.builder(uri()).credentials("alice", "guess"), QueueChannel.class);

    assertThat(failure(channel, queue).kind()).isEqualTo(Kind.AUTHENTICATION);
  }

  @Test
  void failsForGoodWithoutTheVirtualHost() {
    SendChannel sends = parley.open(uri() + "/nowhere", SendChannel.class);

    ParleyException failure = failure(() -> sends.send(queue, "hello"));

    assertThat(failure).isInstanceOf(RemoteException.class);
    assertThat(((RemoteException) failure).code()).isEqualTo("530 NOT_ALLOWED");
    assertThat(failure).hasMessageContaining("vhost nowhere not found");
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
  }

  @Test
  void failsForGoodWhereItMayNotPublish() {
    SendChannel sends = open(alice(), SendChannel.class);
    Topic<String> foreign = Topic.of("foreign", String.class).bind(RabbitMq.exchange("bob", "x"));

    ParleyException failure = failure(() -> sends.send(foreign, "hello"));

    assertThat(((RemoteException) failure).code()).isEqualTo("403 ACCESS_REFUSED");
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
    assertThat(sends.send(queue, "it still works")).isNotNull();
  }

  @Test
  void failsForGoodWhereItMayNotConsume() {
    ParleyException failure =
        failure(open(alice(), QueueChannel.class), Topic.of("bob", String.class));

    assertThat(((RemoteException) failure).code()).isEqualTo("403 ACCESS_REFUSED");
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
  }

  // Which alice may not.
  @Test
  void consumesAlsoWhereItMayNotDeclareALock() throws Exception {
    open(alice(), SendChannel.class).send(queue, "hello");
    Subscription<Delivery<String>> received =
        open(alice(), QueueChannel.class).consume(queue, ConsumeOptions.DEFAULT);

    Delivery<String> delivery = received.poll(PATIENCE).orElseThrow();
    assertThat(delivery.body()).isEqualTo("hello");
    delivery.ack();
  }

  // ---------------------------------------------------------------- what is not there

  @Test
  void failsForGoodWithoutTheExchange() {
    SendChannel sends = sends();
    Topic<String> missing =
        Topic.of("missing", String.class).bind(RabbitMq.exchange(own + ".exchange", "x"));

    ParleyException failure = failure(() -> sends.send(missing, "hello"));

    assertThat(((RemoteException) failure).code()).isEqualTo("404 NOT_FOUND");
    assertThat(failure).hasMessageContaining("no exchange '" + own + ".exchange' in vhost '/'");
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(sends.send(queue, "it still works")).isNotNull();
  }

  @Test
  void failsForGoodWithoutAQueueToRouteTo_unlessThatIsOptional() {
    SendChannel sends = sends();
    Topic<String> missing = Topic.of(own + ".missing", String.class);

    ParleyException failure = failure(() -> sends.send(missing, "hello"));

    assertThat(((RemoteException) failure).code()).isEqualTo("312 NO_ROUTE");
    assertThat(failure)
        .hasMessageContaining(
            "no queue is bound to exchange '' for routing key '"
                + own
                + ".missing'; declare one, or bind the topic as optional()");
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(sends.send(missing.bind(RabbitMq.queue(own + ".missing").optional()), "hello"))
        .isNotNull();
  }

  @Test
  void failsForGoodWithoutTheQueueToConsume() {
    ParleyException failure =
        failure(parley.open(uri(), QueueChannel.class), Topic.of(own + ".missing", String.class));

    assertThat(((RemoteException) failure).code()).isEqualTo("404 NOT_FOUND");
    assertThat(failure).hasMessageContaining("no queue '" + own + ".missing' in vhost '/'");
  }

  @Test
  void failsForGoodWhereTheQueueWasDeclaredOtherwise() {
    SendChannel sends = sends();
    sends.send(queue, "hello");
    Topic<String> otherwise =
        queue.bind(queue.binding(RabbitMq.class).argument("x-expires", 700_000));

    ParleyException failure = failure(() -> sends.send(otherwise, "hello"));

    assertThat(((RemoteException) failure).code()).isEqualTo("406 PRECONDITION_FAILED");
    assertThat(failure).hasMessageContaining("inequivalent arg 'x-expires' for queue");
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(
            ((RemoteException) failure(parley.open(uri(), QueueChannel.class), otherwise)).code())
        .isEqualTo("406 PRECONDITION_FAILED");
  }

  // ---------------------------------------------------------------- what cannot be taken or read

  @Test
  void refusesWhatIsLargerThanTheBrokerTakes() {
    String large = "x".repeat(1 << 21);
    SendChannel sends = sends();

    ParleyException failure = failure(() -> sends.send(queue, large));

    assertThat(failure).isInstanceOf(MessageTooLargeException.class);
    assertThat(failure).hasMessageContaining("the message is larger than the broker takes");
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(sends.send(queue, "it still works")).isNotNull();
    SendChannel knowing = parley.open(uri() + "?maxMessageBytes=1000000", SendChannel.class);
    assertThat(failure(() -> knowing.send(queue, large)).effect()).isEqualTo(Effect.NOT_SENT);
  }

  @Test
  void DLQ_1_keepsWhatCannotBeReadWithTheReason() throws Exception {
    Topic<Integer> numbers = Topic.of(own, Integer.class).bind(queue.binding(RabbitMq.class));
    Payload rubbish = Payload.of(new byte[] {1, 2, 3}, "application/json");
    sends()
        .send(
            Topic.of(own, Payload.class).bind(queue.binding(RabbitMq.class)),
            Message.builder(rubbish).id("m 1").header("colour", "red").build());
    Subscription<Delivery<Integer>> received =
        parley.open(uri(), QueueChannel.class).consume(numbers, ConsumeOptions.DEFAULT);
    var unused = received.start(delivery -> {});
    Subscription<Delivery<Payload>> dead =
        parley
            .open(uri(), QueueChannel.class)
            .consume(
                Topic.of("dead", Payload.class)
                    .bind(RabbitMq.queue(own + ".dead").declareQueue(QueueType.CLASSIC)),
                ConsumeOptions.DEFAULT.deadLetter(DeadLetter.LOG_AND_DROP));

    Delivery<Payload> letter = dead.poll(PATIENCE).orElseThrow();

    assertThat(letter.id()).contains("m 1");
    assertThat(letter.headers().first("colour")).contains("red");
    assertThat(letter.headers().first("parley-dead-letter-topic")).contains(own);
    assertThat(letter.headers().first("parley-dead-letter-reason").orElseThrow())
        .startsWith("dev.parley.CodecException: ");
    letter.ack();
  }

  // ---------------------------------------------------------------- TLS

  @Test
  void speaksTls() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("authority", Broker.AUTHORITY.certificate());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    String secure = "amqps://127.0.0.1:" + broker.tlsPort();
    SendChannel sends =
        parley
            .at(secure)
            .provider(RabbitMqChannel.builder(secure).tls(context).provider())
            .open(SendChannel.class);

    assertThat(sends.send(queue, "hello")).isNotNull();
  }

  @Test
  void failsAtOnceWithABrokerThatItDoesNotTrust() {
    try (FaultProxy proxy = FaultProxy.to(broker.tlsPort())) {
      SendChannel sends = parley.open("amqps://127.0.0.1:" + proxy.port(), SendChannel.class);

      ParleyException failure = failure(() -> sends.send(queue, "hello"));

      assertThat(failure).isInstanceOf(UntrustedPeerException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(proxy.accepted()).isEqualTo(1);
    }
  }

  // ---------------------------------------------------------------- what makes no sense

  @Test
  void refusesToConsumeWhatItCannot() {
    QueueChannel queues = parley.open(uri(), QueueChannel.class);

    assertThatThrownBy(() ->
            queues.consume(
                Topic.of("orders", String.class).bind(RabbitMq.exchange("shop", "orders"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "cannot consume orders: it is bound to an exchange; name the queue with"
                + " consumeFrom(…), or declare a TEMPORARY one");
    assertThatThrownBy(() -> queues.consume(queue, ConsumeOptions.DEFAULT.group("billing")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("another group is another queue: bind the topic to it");
    assertThatThrownBy(() -> queues.consume(Topic.of("orders", String.class)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "cannot consume orders: its queue has no dead letters; bind the topic with"
                + " deadLetter(…), or choose ConsumeOptions.deadLetter(DeadLetter.to(channel,"
                + " topic)) or DeadLetter.LOG_AND_DROP");
  }

  @Test
  void refusesToSendWithoutTheKeyOfTheRoutingKey() {
    assertThatThrownBy(() ->
            sends()
                .send(
                    Topic.of("orders", String.class)
                        .bind(RabbitMq.exchange("shop", "orders.{key}")),
                    "hello"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "cannot send to orders: its key is a part of the routing key orders.{key}, so each"
                + " message needs one");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    RabbitMqChannel.Builder builder = RabbitMqChannel.builder(uri());

    assertThatThrownBy(() -> builder.heartbeat(Duration.ZERO))
        .hasMessage("heartbeat must be 1 s to 65535 s, but is PT0S");
    assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO))
        .hasMessage("connectTimeout must be at least 1 ms, but is PT0S");
    assertThatThrownBy(() -> builder.maxMessageBytes(0))
        .hasMessage("maxMessageBytes must be at least 1, but is 0");
    assertThatThrownBy(() -> RabbitMq.queue(""))
        .hasMessage("the name of a queue must have 1 to 255 bytes, but has 0");
    assertThatThrownBy(() -> RabbitMq.queue("q").expiry(Duration.ZERO))
        .hasMessage("expiry must be at least 1 ms, but is PT0S");
    assertThatThrownBy(() -> RabbitMq.queue("q").declareExchange("topic"))
        .hasMessage("there is no exchange to declare: bind to one first");
    assertThatThrownBy(() -> parley.open("amqp:broker", SendChannel.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("needs a host, such as amqp://broker:5672/shop");
    assertThat(Failures.kind(AMQP.CONNECTION_FORCED)).isEqualTo(Kind.TRANSIENT);
  }
}
