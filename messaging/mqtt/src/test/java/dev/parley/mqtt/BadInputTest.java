package dev.parley.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import dev.parley.CallChannel;
import dev.parley.Channel;
import dev.parley.ConfigurationException;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.NotRetried;
import dev.parley.Overflow;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.ReconnectPolicy;
import dev.parley.RemoteException;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.UntrustedPeerException;
import dev.parley.testkit.fault.FaultProxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.TrustManagerFactory;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a strict broker refuses, and what Parley refuses before it. */
class BadInputTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Topic<String> OWN = Topic.of("alice/notes", String.class);
  private static final Topic<String> FOREIGN = Topic.of("bob/notes", String.class);
  private static final HeldCertificate AUTHORITY =
      new HeldCertificate.Builder().certificateAuthority(0).rsa2048().build();

  @TempDir static Path folder;
  private static Mosquitto broker;
  private static int tlsPort;

  private final Parley parley = Parley.create();

  @BeforeAll
  static void start() throws Exception {
    HeldCertificate server =
        new HeldCertificate.Builder()
            .addSubjectAlternativeName("127.0.0.1")
            .signedBy(AUTHORITY)
            .rsa2048()
            .build();
    Files.writeString(folder.resolve("cert.pem"), server.certificatePem());
    Files.writeString(folder.resolve("key.pem"), server.privateKeyPkcs8Pem());
    Files.writeString(folder.resolve("passwords"), "alice:" + hash("secret") + "\n");
    Files.writeString(folder.resolve("acl"), "user alice\ntopic readwrite alice/#\n");
    for (int attempt = 1; broker == null; attempt++) {
      try (java.net.ServerSocket free =
          new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
        tlsPort = free.getLocalPort();
      }
      try {
        broker =
            Mosquitto.of(
                String.join(
                    "\n",
                    "listener " + tlsPort + " 127.0.0.1",
                    "certfile " + folder.resolve("cert.pem"),
                    "keyfile " + folder.resolve("key.pem"),
                    "allow_anonymous false",
                    "password_file " + folder.resolve("passwords"),
                    "acl_file " + folder.resolve("acl"),
                    "max_packet_size 2000",
                    ""));
      } catch (IllegalStateException e) {
        if (attempt == 5) {
          throw e;
        }
      }
    }
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(5));
  }

  // As mosquitto_passwd writes it.
  private static String hash(String password) throws GeneralSecurityException {
    byte[] salt = "0123456789ab".getBytes(StandardCharsets.US_ASCII);
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, 101, 512);
    byte[] key =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
    Base64.Encoder encoder = Base64.getEncoder();
    return "$7$101$" + encoder.encodeToString(salt) + "$" + encoder.encodeToString(key);
  }

  private static String uri() {
    return "mqtt://127.0.0.1:" + broker.port();
  }

  private <C extends Channel> C open(MqttChannel.Builder builder, Class<C> capability) {
    return parley.at(uri()).provider(builder.provider()).open(capability);
  }

  private SendChannel alice() {
    return open(MqttChannel.builder(uri()).credentials("alice", "secret"), SendChannel.class);
  }

  private static ParleyException failure(Runnable action) {
    Throwable thrown = catchThrowable(action::run);
    assertThat(thrown).isInstanceOf(ParleyException.class);
    return (ParleyException) thrown;
  }

  // ---------------------------------------------------------------- who may come in

  @Test
  void letsInWhoHasThePassword() {
    assertThat(alice().send(OWN, "hello")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 3})
  void TOK_failsWithAWrongPasswordAfterOneAttempt(int version) {
    try (FaultProxy proxy = FaultProxy.to(broker.port())) {
      String through = "mqtt://127.0.0.1:" + proxy.port();
      SendChannel sends =
          parley
              .at(through)
              .provider(
                  MqttChannel.builder(through)
                      .version(version)
                      .credentials("alice", "guess")
                      .provider())
              .open(SendChannel.class);

      ParleyException failure = failure(() -> sends.send(OWN, "hello"));

      assertThat(failure).isInstanceOf(RemoteException.class);
      assertThat(failure.kind()).isEqualTo(Kind.AUTHENTICATION);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
      assertThat(failure)
          .hasMessageContaining("NOT_AUTHORIZED; give the builder credentials that are good");
      assertThat(failure.getMessage()).doesNotContain("guess");
      assertThat(proxy.accepted()).isEqualTo(1);
    }
  }

  @Test
  void TOK_asksForAFreshTokenOnceAfterARefusal() {
    List<String> tokens = new CopyOnWriteArrayList<>(List.of("expired", "secret", "secret"));
    AtomicInteger asked = new AtomicInteger();
    SendChannel sends =
        open(
            MqttChannel.builder(uri()).token("alice", () -> tokens.get(asked.getAndIncrement())),
            SendChannel.class);

    assertThat(sends.send(OWN, "hello")).isNotNull();
    assertThat(asked).hasValue(2);
  }

  @Test
  void TOK_givesUpASubscriptionThatIsRefusedTwice() {
    AtomicReference<ParleyException> failure = new AtomicReference<>();
    try (FaultProxy proxy = FaultProxy.to(broker.port())) {
      String through = "mqtt://127.0.0.1:" + proxy.port();
      Subscription<Delivery<String>> received =
          parley
              .at(through)
              .provider(MqttChannel.builder(through).credentials("alice", "guess").provider())
              .open(QueueChannel.class)
              .consume(
                  OWN,
                  ConsumeOptions.DEFAULT
                      .deadLetter(DeadLetter.LOG_AND_DROP)
                      .reconnect(
                          ReconnectPolicy.DEFAULT
                              .base(Duration.ofMillis(5))
                              .floor(Duration.ofMillis(1)))
                      .listener(change -> {
                        if (change.to() == State.FAILED) {
                          failure.set(change.failure());
                        }
                      }));
      await().atMost(PATIENCE).until(() -> failure.get() != null);

      assertThat(received.state()).isEqualTo(State.FAILED);
      assertThat(failure.get().kind()).isEqualTo(Kind.AUTHENTICATION);
      assertThat(proxy.accepted()).isEqualTo(2);
    }
  }

  @Test
  void failsForGoodWhereItMayNotPublish() {
    SendChannel sends = alice();

    ParleyException failure = failure(() -> sends.send(FOREIGN, "hello"));

    assertThat(failure).isInstanceOf(RemoteException.class);
    assertThat(((RemoteException) failure).code()).isEqualTo("0x87 NOT_AUTHORIZED");
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
    assertThat(sends.send(OWN, "it still works")).isNotNull();
  }

  // ---------------------------------------------------------------- what is too large

  @Test
  void refusesWhatIsLargerThanTheBrokerTakes() {
    SendChannel sends = alice();

    ParleyException failure = failure(() -> sends.send(OWN, "x".repeat(3_000)));

    assertThat(failure).isInstanceOf(MessageTooLargeException.class);
    assertThat(failure)
        .hasMessageContaining("the message is larger than the packets that the broker takes");
    assertThat(failure.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(sends.send(OWN, "it still works")).isNotNull();
  }

  // ---------------------------------------------------------------- TLS

  @Test
  void speaksTls() throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("authority", AUTHORITY.certificate());
    trust.init(store);
    String secure = "mqtts://127.0.0.1:" + tlsPort;
    SendChannel sends =
        parley
            .at(secure)
            .provider(
                MqttChannel.builder(secure)
                    .credentials("alice", "secret")
                    .tls(MqttClientSslConfig.builder().trustManagerFactory(trust).build())
                    .provider())
            .open(SendChannel.class);

    assertThat(sends.send(OWN, "hello")).isNotNull();
  }

  @Test
  void failsAtOnceWithABrokerThatItDoesNotTrust() {
    try (FaultProxy proxy = FaultProxy.to(tlsPort)) {
      SendChannel sends = parley.open("mqtts://127.0.0.1:" + proxy.port(), SendChannel.class);

      ParleyException failure = failure(() -> sends.send(OWN, "hello"));

      assertThat(failure).isInstanceOf(UntrustedPeerException.class);
      assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
      assertThat(proxy.accepted()).isEqualTo(1);
    }
  }

  // ---------------------------------------------------------------- what Parley refuses

  @Test
  void refusesCallsWhereThereAreNoResponseTopics() {
    assertThatThrownBy(() -> parley.open(uri() + "?version=3", CallChannel.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "has no calls over MQTT 3.1.1, which has no response topics: use version=5");
  }

  @Test
  void refusesAPathThatIsNoWebSocketsPath() {
    assertThatThrownBy(() -> parley.open(uri() + "/notes", SendChannel.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "has a path, but only MQTT over WebSocket has paths: topics belong to Topic");
  }

  @Test
  void refusesToSendToAFilterOrWithoutTheKeyOfItsTopic() {
    SendChannel sends = alice();

    assertThatThrownBy(() -> sends.send(Topic.of("alice/+", String.class), "hello"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "cannot send to alice/+: alice/+ is a filter to consume from; bind the topic to send to"
                + " by a name without + and #, or with {key}");
    assertThatThrownBy(() ->
            sends.send(Topic.of("notes", String.class).bind(Mqtt.topic("alice/{key}")), "hello"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "cannot send to notes: its key is a level of the MQTT topic alice/{key}, so each message"
                + " needs one, without / + #");
  }

  @Test
  void refusesToConsumeWithoutAcknowledgements() {
    QueueChannel queues = parley.open(uri(), QueueChannel.class);

    assertThatThrownBy(() -> queues.consume(OWN.bind(Mqtt.topic("alice/notes").qos(0))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("has no dead letters of its own");
    assertThatThrownBy(() ->
            queues.consume(
                OWN.bind(Mqtt.topic("alice/notes").qos(0)),
                ConsumeOptions.DEFAULT.deadLetter(DeadLetter.LOG_AND_DROP)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "cannot consume alice/notes with QoS 0, which has no acknowledgements: bind it with QoS"
                + " 1 or 2");
  }

  @Test
  void refusesOptionsThatMakeNoSense() {
    MqttChannel.Builder builder = MqttChannel.builder(uri());

    assertThatThrownBy(() -> builder.version(4)).hasMessage("version must be 3 or 5, but is 4");
    assertThatThrownBy(() -> builder.keepAlive(Duration.ZERO))
        .hasMessage("keepAlive must be 1 s to 65535 s, but is PT0S");
    assertThatThrownBy(() -> builder.topicAliases(-1))
        .hasMessage("topicAliases must be 0 to 65535, but is -1");
    assertThatThrownBy(() -> builder.group("a/b"))
        .hasMessage("group must be at least one character, and none of / + #, but is a/b");
    assertThatThrownBy(() -> Mqtt.topic("")).hasMessageContaining("1 to 65535 characters");
    assertThatThrownBy(() -> Mqtt.topic("notes").qos(3))
        .hasMessage("qos must be 0, 1 or 2, but is 3");
    assertThatThrownBy(() -> MqttOutbox.ON.overflow(Overflow.BLOCK))
        .hasMessage(
            "an outbox cannot block, since asynchronous sends must not; choose FAIL, DROP_OLDEST,"
                + " DROP_NEWEST or LATEST");
  }
}
