package dev.parley.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.CallOptions;
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
import dev.parley.RetryPolicy;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.UnreachableException;
import dev.parley.testkit.conformance.Note;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a broker refuses, and what Parley refuses before it. */
class BadInputTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final CallOptions PATIENT =
      CallOptions.DEFAULT.deadline(Duration.ofSeconds(50)).attemptTimeout(PATIENCE);
  private static final ConsumeOptions DROPPING =
      ConsumeOptions.DEFAULT
          .deadLetter(DeadLetter.LOG_AND_DROP)
          .reconnect(
              ReconnectPolicy.DEFAULT.base(Duration.ofMillis(20)).cap(Duration.ofMillis(100)));

  private final Broker broker = Broker.shared();
  private final String own = UUID.randomUUID().toString();
  private final Topic<String> notes = Topic.of(own, String.class);
  private final Parley parley = Parley.builder().codecs(Note.codecs()).build();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(5));
  }

  private KafkaChannel open(String user, String password) {
    return KafkaChannel.builder("kafka://" + broker.sasl())
        .credentials(user, password)
        .group(own)
        .open(parley);
  }

  private <E extends ParleyException> E failSend(SendChannel channel, Class<E> type) {
    return catchThrowableOfType(
        type, () -> channel.newSend(notes, Message.of("hello"), PATIENT).execute());
  }

  private ParleyException failConsume(QueueChannel channel) {
    Subscription<Delivery<String>> subscription = channel.consume(notes, DROPPING);
    await().atMost(PATIENCE).until(() -> subscription.state() == State.FAILED);
    Throwable thrown = catchThrowable(() -> subscription.poll(PATIENCE));
    assertThat(thrown).isInstanceOf(ParleyException.class);
    return (ParleyException) thrown;
  }

  @Test
  void failsAtOnce_whenTheTopicIsUnknownAndNoneMayBeCreated() {
    KafkaChannel channel =
        KafkaChannel.builder("kafka://" + broker.direct()).group(own).open(parley);

    RemoteException failure = failSend(channel, RemoteException.class);

    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
    assertThat(failure)
        .hasMessageContaining("UNKNOWN_TOPIC_OR_PARTITION; create the topic, since the broker");
    assertThat(failConsume(channel))
        .isInstanceOf(RemoteException.class)
        .hasMessageContaining("UNKNOWN_TOPIC_OR_PARTITION");
  }

  @Test
  void failsAsAuthentication_whenThePasswordIsWrong() {
    RemoteException failure = failSend(open(Broker.USER, "wrong"), RemoteException.class);

    assertThat(failure.kind()).isEqualTo(Kind.AUTHENTICATION);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(failure).hasMessageContaining("SaslAuthenticationException; give the builder");
    assertThat(failure).hasMessageNotContaining("wrong");
    assertThat(failConsume(open(Broker.USER, "wrong")).kind()).isEqualTo(Kind.AUTHENTICATION);
  }

  @Test
  void failsForGood_whenTheUserMayNot() throws Exception {
    broker.create(own, 1);

    RemoteException failure = failSend(open(Broker.USER, Broker.PASSWORD), RemoteException.class);

    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure).hasMessageContaining("TOPIC_AUTHORIZATION_FAILED");
    assertThat(failConsume(open(Broker.USER, Broker.PASSWORD)))
        .isInstanceOf(RemoteException.class)
        .hasMessageContaining("AUTHORIZATION_FAILED");
  }

  @Test
  void failsForGood_whenTheMessageIsLargerThanTheBrokerTakes() throws Exception {
    broker.create(own, 1);
    SendChannel sends = parley.open("kafka://" + broker.direct(), SendChannel.class);

    for (int size : List.of(500_000, 2_000_000)) { // by the broker, and by the client
      MessageTooLargeException failure =
          catchThrowableOfType(
              MessageTooLargeException.class,
              () -> sends.newSend(notes, Message.of("x".repeat(size)), PATIENT).execute());
      assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    }
    assertThat(sends.send(notes, Message.of("small")).remoteId()).contains(own + "-0@0");
  }

  @Test
  void DLQ_1_putsWhatCannotBeDecodedIntoTheDeadLetters_withItsReason() throws Exception {
    broker.create(own, 1);
    broker.create(own + "-dead", 1);
    KafkaChannel channel =
        KafkaChannel.builder("kafka://" + broker.direct()).group(own).open(parley);
    Topic<Payload> dead = Topic.of(own + "-dead", Payload.class);
    channel.send(
        Topic.of(own, Payload.class),
        Message.builder(Payload.of("no note".getBytes(StandardCharsets.UTF_8), Note.CONTENT_TYPE))
            .key("customer-7")
            .build());
    channel.send(Topic.of(own, Note.class), Message.of(new Note("n1", "fine")));
    List<String> handled = new CopyOnWriteArrayList<>();

    Subscription<Delivery<Note>> received =
        channel.consume(
            Topic.of(own, Note.class),
            ConsumeOptions.DEFAULT.deadLetter(DeadLetter.to(channel, dead)));
    var unused = received.start(delivery -> handled.add(delivery.body().id()));
    Optional<Delivery<Payload>> letter = channel.consume(dead, DROPPING).poll(PATIENCE);
    await().atMost(PATIENCE).until(() -> !handled.isEmpty());

    assertThat(handled).containsExactly("n1");
    assertThat(letter).isPresent();
    assertThat(letter.get().body().toByteArray()).asString().isEqualTo("no note");
    assertThat(letter.get().key()).contains("customer-7");
    assertThat(letter.get().headers().first("parley-dead-letter-reason").orElse(""))
        .contains("CodecException");
  }

  @Test
  void failsAsUnreachable_whenTheAddressIsWrong() {
    SendChannel sends = KafkaChannel.builder("kafka://no-such-host.invalid:9092").open(parley);

    UnreachableException failure =
        catchThrowableOfType(
            UnreachableException.class,
            () ->
                sends.newSend(notes, Message.of("x"), PATIENT.retry(RetryPolicy.NEVER)).execute());

    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(failure).hasMessageContaining("host name cannot be resolved");
  }

  @Test
  void refusesToConsumeWithoutAGroup() {
    QueueChannel channel = parley.open("kafka://" + broker.direct(), QueueChannel.class);

    assertThat(catchThrowable(() -> channel.consume(notes, DROPPING)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("without a group")
        .hasMessageContaining("?group=billing");
  }

  @Test
  void refusesOptionsThatCannotBe() {
    KafkaChannel.Builder builder = KafkaChannel.builder("kafka://" + broker.direct());

    assertThat(catchThrowable(() -> builder.start("middle")))
        .hasMessage("start must be earliest or latest, but is middle");
    assertThat(catchThrowable(() -> builder.group(""))).hasMessage("group must not be empty");
    assertThat(catchThrowable(() -> builder.deliveryTimeout(Duration.ZERO)))
        .hasMessage("deliveryTimeout must be at least 1 ms, but is PT0S");
    assertThat(catchThrowable(() -> Kafka.topic("a").partition(-1)))
        .hasMessage("partition must be at least 0, but is -1");
    assertThat(catchThrowable(() -> Kafka.topic("a b")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("a b cannot be a topic of Kafka");
  }
}
