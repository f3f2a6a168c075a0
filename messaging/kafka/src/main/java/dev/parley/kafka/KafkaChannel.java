package dev.parley.kafka;

import dev.parley.Call;
import dev.parley.CallOptions;
import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.SendChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ForwardingChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka cluster with all its native options: messages to it, and queues from it by consumer
 * groups.
 *
 * <p>{@code parley.open("kafka://broker.shop.example?group=billing", QueueChannel.class)} is enough
 * where the defaults do.
 *
 * {@snippet class="dev.parley.kafka.KafkaSnippets" region="builder"}
 *
 * <p><b>Sends.</b> The channel has one idempotent producer, made when something is first sent, that
 * waits for all replicas in sync. What is lost on the way it sends again by itself, and the broker
 * knows it by its sequence number; nothing else is sent twice unless its topic is declared
 * repeatable. A message that was handed to the producer cannot be called back: an attempt that is
 * cut off by its timeout, or cancelled, may still arrive. A receipt's {@code remoteId} is {@code
 * topic-partition@offset}. A send blocks no caller: the look for an unknown topic is made on a
 * worker, and only a full buffer holds a caller, for half a second at most.
 *
 * <p><b>Queues.</b> Each subscription is a member of its group. Deliveries are settled one by one,
 * in any order; what is committed is the contiguous settled prefix of each partition. Handlers run
 * by key, beyond the number of partitions if so told. While they are slow, polling goes on with the
 * partitions paused, so the group does not change. A partition that goes to another member is first
 * drained for up to {@code revokeDrain}.
 *
 * <p>Defaults: groups begin at the earliest message; 10 s to connect and to join; 30 s to deliver;
 * 30 s to drain a revoked partition; only committed messages of transactions; no credentials, no
 * TLS.
 *
 * <p>{@link #features} and {@link #state} are those of sends; it unwraps to the native {@code
 * Producer} once something was sent, and a subscription to its {@code Consumer}, which is for its
 * polling thread alone.
 *
 * <p><b>Threads:</b> safe for use by many threads. The producer has a daemon thread {@code
 * kafka-producer-network-thread}, each subscription a polling thread and a daemon thread {@code
 * kafka-coordinator-heartbeat-thread}; they end with it.
 */
public final class KafkaChannel extends ForwardingChannel implements SendChannel, QueueChannel {
  private final SendChannel sends;

  private KafkaChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, SendChannel.class);
    this.sends = channel(SendChannel.class);
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code kafka://broker.shop.example:9092}; several brokers have
   *     commas between them
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
   * Consumes a topic as a member of a group.
   *
   * @throws dev.parley.ConfigurationException if there is no group, or dead letters are left to the
   *     peer, which Kafka has none of
   */
  @Override
  public <T> Subscription<Delivery<T>> consume(Topic<T> topic, ConsumeOptions options) {
    return queues().consume(topic, options);
  }

  /** Returns the channel of queues alone, which tells what queues promise. */
  public QueueChannel queues() {
    return channel(QueueChannel.class);
  }

  /** Makes a {@link KafkaChannel}, or a provider of channels. */
  public static final class Builder extends ForwardingChannel.Builder<KafkaChannel, Builder> {
    private final KafkaSettings kafka = new KafkaSettings();

    private Builder(String uri) {
      super(uri);
    }

    /** Sets the group of subscriptions whose options name none. Defaults to none. */
    public Builder group(String group) {
      if (group.isEmpty()) {
        throw new IllegalArgumentException("group must not be empty");
      }
      kafka.group = group;
      return this;
    }

    /** Sets what the broker's logs and quotas call this program. Defaults to {@code parley}. */
    public Builder clientId(String clientId) {
      kafka.clientId = Objects.requireNonNull(clientId, "clientId");
      return this;
    }

    /**
     * Sets where a group begins that has settled nothing yet: {@code earliest} or {@code latest}.
     * Defaults to {@code earliest}, which loses nothing.
     */
    public Builder start(String start) {
      if (!start.equals("earliest") && !start.equals("latest")) {
        throw new IllegalArgumentException("start must be earliest or latest, but is " + start);
      }
      kafka.start = start;
      return this;
    }

    /**
     * Sets how long one attempt to find the broker, a topic or the group may take. Defaults to 10
     * s.
     */
    public Builder connectTimeout(Duration connectTimeout) {
      kafka.connectTimeout = atLeastOneMilli(connectTimeout, "connectTimeout");
      return this;
    }

    /**
     * Sets for how long the producer goes on with a message that it was handed ({@code
     * delivery.timeout.ms}), also when nobody waits for it any more. Defaults to 30 s.
     */
    public Builder deliveryTimeout(Duration deliveryTimeout) {
      kafka.deliveryTimeout = atLeastOneMilli(deliveryTimeout, "deliveryTimeout");
      return this;
    }

    /**
     * Sets how long a partition that goes to another member waits for the handlers that are at it;
     * they are not interrupted then, but what they settle counts no more. It must be less than
     * {@code max.poll.interval.ms}, 5 min. Defaults to 30 s.
     */
    public Builder revokeDrain(Duration revokeDrain) {
      kafka.revokeDrain = Objects.requireNonNull(revokeDrain, "revokeDrain");
      return this;
    }

    /**
     * Sets user name and password: SASL/PLAIN, without TLS unless {@code security.protocol} is set.
     * Defaults to none.
     */
    public Builder credentials(String username, String password) {
      Objects.requireNonNull(username, "username");
      Objects.requireNonNull(password, "password");
      kafka.properties.putIfAbsent("security.protocol", "SASL_PLAINTEXT");
      kafka.properties.put("sasl.mechanism", "PLAIN");
      kafka.properties.put(
          "sasl.jaas.config",
          PlainLoginModule.class.getName()
              + " required username="
              + quoted(username)
              + " password="
              + quoted(password)
              + ";");
      return this;
    }

    /** Sets a property of the native clients, such as {@code ssl.truststore.location}. */
    public Builder property(String name, Object value) {
      kafka.properties.put(
          Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Changes the properties of each native client before it is made. The group, and that the
     * engine alone commits, cannot be changed. Defaults to nothing.
     */
    public Builder customize(UnaryOperator<Map<String, Object>> customizer) {
      Objects.requireNonNull(customizer, "customizer");
      UnaryOperator<Map<String, Object>> before = kafka.customizer;
      kafka.customizer = properties -> customizer.apply(before.apply(properties));
      return this;
    }

    @Override
    public ChannelProvider provider() {
      return new KafkaProvider(settings());
    }

    @Override
    protected KafkaChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new KafkaChannel(opening, ownParley);
    }

    KafkaSettings settings() {
      return kafka.copy();
    }

    private static String quoted(String text) {
      return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static Duration atLeastOneMilli(Duration duration, String name) {
      if (duration.toMillis() < 1) {
        throw new IllegalArgumentException(name + " must be at least 1 ms, but is " + duration);
      }
      return duration;
    }
  }
}
