package dev.parley.mqtt;

import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.ReconnectPolicy;
import dev.parley.SendChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ForwardingChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT broker with all its native options: messages to it, queues from it, and calls by response
 * topic and correlation data.
 *
 * <p>{@code parley.open("mqtts://broker.shop.example?clientId=billing", QueueChannel.class)} is
 * enough where the defaults do.
 *
 * {@snippet class="dev.parley.mqtt.MqttSnippets" region="builder"}
 *
 * <p><b>Connections.</b> Sends have one, made when something is first sent; calls have another;
 * each subscription has its own, with a session of its own at the broker. A lost one is made anew
 * by the engine's policies, never by the native client.
 *
 * <p><b>Sessions.</b> With a {@code clientId} the session of a subscription is called after it, the
 * topic's name and the group ({@code billing-orders}, and {@code billing-orders-2} for a second
 * subscription of the same at once); it outlives the subscription and the program, for {@code
 * sessionExpiry}, and what is not acknowledged comes again. So two programs must not have the same
 * {@code clientId}: the broker lets the later one take the session over, and the earlier one fails.
 * Without it the session has a random name and ends with its subscription.
 *
 * <p>Defaults: MQTT 5; a random client identifier; keep-alive 30 s; sessions kept for 1 day; 10 s
 * to connect; 16 topic aliases each way; packets of up to 64 MiB; no credentials, no will; {@code
 * mqtts} with the JVM's certificate authorities; {@link MqttOutbox#OFF}; replies to topics under
 * {@code parley/replies}.
 *
 * <p>{@link #features} and {@link #state} are those of sends; it unwraps to the native client of
 * its connection for sends ({@link Mqtt5AsyncClient}, or {@code Mqtt3AsyncClient}) while that
 * stands, and a subscription to its own.
 *
 * <p><b>Threads:</b> safe for use by many threads. Each connection has a daemon thread {@code
 * parley-mqtt-}, called after its client identifier, which ends with it; Netty's {@code
 * globalEventExecutor} ends a second later.
 */
public final class MqttChannel extends ForwardingChannel
    implements SendChannel, QueueChannel, CallChannel {
  private final SendChannel sends;

  private MqttChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, SendChannel.class);
    this.sends = channel(SendChannel.class);
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code mqtts://broker.shop.example:8883}
   */
  public static Builder builder(String uri) {
    return new Builder(uri);
  }

  @Override
  public CallOptions defaultOptions() {
    return sends.defaultOptions();
  }

  @Override
  public <T> Receipt send(Topic<T> topic, Message<T> message) {
    return sends.send(topic, message);
  }

  @Override
  public <T> CompletableFuture<Receipt> submit(
      Topic<T> topic, Message<T> message, CallOptions options) {
    return sends.submit(topic, message, options);
  }

  @Override
  public <T> Call<Receipt> newSend(Topic<T> topic, Message<T> message, CallOptions options) {
    return sends.newSend(topic, message, options);
  }

  /**
   * Consumes a topic or a filter.
   *
   * @throws dev.parley.ConfigurationException if it is bound with QoS 0, or dead letters are left
   *     to the peer, which MQTT has none of
   */
  @Override
  public <T> Subscription<Delivery<T>> consume(Topic<T> topic, ConsumeOptions options) {
    return queues().consume(topic, options);
  }

  /**
   * Makes a call; MQTT 5.
   *
   * @throws dev.parley.ConfigurationException over MQTT 3.1.1, which has no response topics
   */
  @Override
  public <Q, R> Call<R> newCall(Operation<Q, R> operation, Q request, CallOptions options) {
    return calls().newCall(operation, request, options);
  }

  @Override
  public <Q, R> R call(Operation<Q, R> operation, Q request) {
    return calls().call(operation, request);
  }

  @Override
  public <Q, R> R call(Operation<Q, R> operation, Q request, CallOptions options) {
    return calls().call(operation, request, options);
  }

  /** Returns the channel of queues alone, which tells what queues promise. */
  public QueueChannel queues() {
    return channel(QueueChannel.class);
  }

  /** Returns the channel of calls alone, which tells what calls promise. */
  public CallChannel calls() {
    return channel(CallChannel.class);
  }

  /** Makes an {@link MqttChannel}, or a provider of channels. */
  public static final class Builder extends ForwardingChannel.Builder<MqttChannel, Builder> {
    private final MqttSettings mqtt = new MqttSettings();

    private Builder(String uri) {
      super(uri);
    }

    /** Sets the version of the protocol: 5, or 3 for 3.1.1. Defaults to 5. */
    public Builder version(int version) {
      if (version != 3 && version != 5) {
        throw new IllegalArgumentException("version must be 3 or 5, but is " + version);
      }
      mqtt.version = version;
      return this;
    }

    /** Sets what the sessions of subscriptions are called after. Defaults to a random name. */
    public Builder clientId(String clientId) {
      if (clientId.isEmpty()) {
        throw new IllegalArgumentException("clientId must not be empty");
      }
      mqtt.clientId = clientId;
      return this;
    }

    /** Sets the group that shares deliveries ({@code $share/group/…}). Defaults to none. */
    public Builder group(String group) {
      if (!group.matches("[^/+#\\x00]+")) {
        throw new IllegalArgumentException(
            "group must be at least one character, and none of / + #, but is " + group);
      }
      mqtt.group = group;
      return this;
    }

    /**
     * Sets how long a connection may be silent before the client asks for a sign of life. Defaults
     * to 30 s.
     */
    public Builder keepAlive(Duration keepAlive) {
      mqtt.keepAlive = between(keepAlive, 1, 65_535, "keepAlive");
      return this;
    }

    /**
     * Sets how long the broker keeps the session of a subscription that is not connected; MQTT 5.
     * Defaults to 1 day.
     */
    public Builder sessionExpiry(Duration sessionExpiry) {
      mqtt.sessionExpiry = between(sessionExpiry, 1, 0xFFFF_FFFEL, "sessionExpiry");
      return this;
    }

    /** Sets how long the connection may take, and CONNECT after it. Defaults to 10 s each. */
    public Builder connectTimeout(Duration connectTimeout) {
      if (connectTimeout.toMillis() < 1) {
        throw new IllegalArgumentException(
            "connectTimeout must be at least 1 ms, but is " + connectTimeout);
      }
      mqtt.connectTimeout = connectTimeout;
      return this;
    }

    /**
     * Sets how many messages the broker may have under way to a subscription; MQTT 5. However many
     * come, no more than {@code maxUnsettled} are handed out, so this bounds memory, and what a
     * member of a group holds back from others. Mosquitto up to 2.0.11 does not keep to it, and
     * such a connection is made anew. Defaults to 65535, which leaves it to the broker.
     */
    public Builder receiveMaximum(int messages) {
      if (messages < 1 || messages > 65_535) {
        throw new IllegalArgumentException("receiveMaximum must be 1 to 65535, but is " + messages);
      }
      mqtt.receiveMaximum = messages;
      return this;
    }

    /** Sets how many topic aliases may be used, each way; MQTT 5. Defaults to 16; 0 is none. */
    public Builder topicAliases(int topicAliases) {
      if (topicAliases < 0 || topicAliases > 65_535) {
        throw new IllegalArgumentException(
            "topicAliases must be 0 to 65535, but is " + topicAliases);
      }
      mqtt.topicAliases = topicAliases;
      return this;
    }

    /**
     * Sets the largest packet that the broker may send; it drops larger ones, and counts them as
     * delivered. MQTT 5. Defaults to 64 MiB; the protocol's own limit is 256 MiB.
     */
    public Builder maxPacketBytes(int bytes) {
      if (bytes < 128 || bytes > 268_435_460) {
        throw new IllegalArgumentException(
            "maxPacketBytes must be 128 to 268435460, but is " + bytes);
      }
      mqtt.maxPacketBytes = bytes;
      return this;
    }

    /** Sets user name and password. Defaults to none. */
    public Builder credentials(String username, String password) {
      Credentials given =
          new Credentials(
              Objects.requireNonNull(username, "username"),
              password.getBytes(StandardCharsets.UTF_8));
      mqtt.credentials = () -> given;
      mqtt.renewsCredentials = false;
      return this;
    }

    /**
     * Sends a token as the password. The supplier is asked for each connection, on a worker or the
     * thread that dials, and may block; after a refusal it is asked once more. Defaults to none.
     *
     * @param username the user name that goes with it; on MQTT 3.1.1 there is no password without
     */
    public Builder token(String username, Supplier<String> token) {
      Objects.requireNonNull(username, "username");
      Objects.requireNonNull(token, "token");
      mqtt.credentials =
          () -> new Credentials(username, token.get().getBytes(StandardCharsets.UTF_8));
      mqtt.renewsCredentials = true;
      return this;
    }

    /**
     * Sets a mechanism of enhanced authentication (AUTH); MQTT 5. {@code
     * unwrap(Mqtt5AsyncClient.class)} has {@code reauth()}. Defaults to none.
     */
    public Builder enhancedAuth(Mqtt5EnhancedAuthMechanism mechanism) {
      mqtt.enhancedAuth = Objects.requireNonNull(mechanism, "mechanism");
      return this;
    }

    /**
     * Sets what the broker publishes when a connection of this channel is lost without a goodbye;
     * each connection has it. Defaults to none.
     */
    public Builder will(String topic, byte[] payload, int qos, boolean retained) {
      Mqtt address = Mqtt.topic(topic).qos(qos);
      mqtt.will =
          Packet.of(address.topic("the will", null), payload.clone(), address.qos(), retained);
      return this;
    }

    /**
     * Sets whom to trust and what to prove. Host names are checked. Defaults to the JVM's
     * certificate authorities.
     */
    public Builder tls(MqttClientSslConfig config) {
      mqtt.tls = Objects.requireNonNull(config, "config");
      return this;
    }

    /** Sets what replies' topics begin with. Defaults to {@code parley/replies}. */
    public Builder responseTopic(String prefix) {
      mqtt.responsePrefix = Mqtt.topic(prefix).topic("replies", null);
      return this;
    }

    /** Sets where messages wait that cannot go out now. Defaults to {@link MqttOutbox#OFF}. */
    public Builder outbox(MqttOutbox outbox) {
      mqtt.outbox = Objects.requireNonNull(outbox, "outbox");
      return this;
    }

    /**
     * Sets how the connection of an outbox is made anew; that of a subscription is told by its
     * options. Defaults to {@link ReconnectPolicy#DEFAULT}.
     */
    public Builder reconnect(ReconnectPolicy reconnect) {
      mqtt.reconnect = Objects.requireNonNull(reconnect, "reconnect");
      return this;
    }

    /**
     * Changes the native builder of each connection: proxies, executors, listeners and all else.
     * Its own reconnection is switched off afterwards.
     */
    public Builder customize(UnaryOperator<MqttClientBuilder> customizer) {
      Objects.requireNonNull(customizer, "customizer");
      UnaryOperator<MqttClientBuilder> before = mqtt.customizer;
      mqtt.customizer = builder -> customizer.apply(before.apply(builder));
      return this;
    }

    @Override
    public ChannelProvider provider() {
      return new MqttProvider(settings());
    }

    @Override
    protected MqttChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new MqttChannel(opening, ownParley);
    }

    MqttSettings settings() {
      return mqtt.copy();
    }

    private static Duration between(Duration duration, long least, long most, String name) {
      if (duration.toSeconds() < least || duration.toSeconds() > most) {
        throw new IllegalArgumentException(
            name + " must be " + least + " s to " + most + " s, but is " + duration);
      }
      return duration;
    }
  }
}
