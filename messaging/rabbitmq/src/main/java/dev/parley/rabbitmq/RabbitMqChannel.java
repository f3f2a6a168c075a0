package dev.parley.rabbitmq;

import com.rabbitmq.client.ConnectionFactory;
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
import dev.parley.SendChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ForwardingChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A RabbitMQ broker with all its native options: messages to it, each confirmed; queues from it;
 * and calls by direct reply-to.
 *
 * <p>{@code parley.open("amqp://broker.shop.example/shop", QueueChannel.class)} is enough where the
 * defaults do.
 *
 * {@snippet class="dev.parley.rabbitmq.RabbitMqSnippets" region="builder"}
 *
 * <p><b>Connections.</b> Sends have one, made when something is first sent, with a native channel
 * for each exchange; calls have another; each subscription has its own, so that a broker that is
 * short of memory and stops those who publish does not stop acknowledgements. A lost one is made
 * anew by the engine's policies, never by the native client, and declares its topology again.
 *
 * <p><b>Order.</b> A subscription that keeps an order waits after a loss until the broker, too, has
 * given the old connection up, which takes it up to two heartbeats: only then what was not
 * acknowledged comes again, before what is new.
 *
 * <p>Defaults: user and password {@code guest}; virtual host {@code /}; heartbeat 20 s; 10 s to
 * connect; connections called {@code parley}; messages of up to 128 MiB; {@code amqps} with the
 * JVM's certificate authorities. At most 1000 messages to an exchange are unconfirmed, and at most
 * 1000 of 16 MiB wait for that, or while the broker takes none.
 *
 * <p>{@link #features} and {@link #state} are those of sends; it unwraps to {@link
 * ConnectionFactory}, and to the native connection for sends while that stands; a subscription to
 * its own connection and channel.
 *
 * <p><b>Threads:</b> safe for use by many threads. A connection has daemon threads of the native
 * client, called {@code AMQP Connection} and {@code parley-rabbitmq}; who sends has one more,
 * called {@code parley-rabbitmq-} and the address. They end with it.
 */
public final class RabbitMqChannel extends ForwardingChannel
    implements SendChannel, QueueChannel, CallChannel {
  private final SendChannel sends;

  private RabbitMqChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, SendChannel.class);
    this.sends = channel(SendChannel.class);
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code amqps://broker.shop.example/shop}
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
   * Consumes from the queue of a topic.
   *
   * @throws dev.parley.ConfigurationException if the topic names no queue, or dead letters are left
   *     to the peer and it names none either, or a group is set
   */
  @Override
  public <T> Subscription<Delivery<T>> consume(Topic<T> topic, ConsumeOptions options) {
    return queues().consume(topic, options);
  }

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

  /** Makes a {@link RabbitMqChannel}, or a provider of channels. */
  public static final class Builder extends ForwardingChannel.Builder<RabbitMqChannel, Builder> {
    private static final int LONGEST_HEARTBEAT = 65_535;

    private final RabbitMqSettings rabbit = new RabbitMqSettings();

    private Builder(String uri) {
      super(uri);
    }

    /**
     * Sets how long a connection may be silent before a sign of life is due; it counts as lost
     * after two. The broker may ask for less. Defaults to 20 s.
     */
    public Builder heartbeat(Duration heartbeat) {
      if (heartbeat.toSeconds() < 1 || heartbeat.toSeconds() > LONGEST_HEARTBEAT) {
        throw new IllegalArgumentException("heartbeat must be 1 s to 65535 s, but is " + heartbeat);
      }
      rabbit.heartbeat = heartbeat;
      return this;
    }

    /** Sets how long each step of a connect may take, and each declaration. Defaults to 10 s. */
    public Builder connectTimeout(Duration connectTimeout) {
      if (connectTimeout.toMillis() < 1) {
        throw new IllegalArgumentException(
            "connectTimeout must be at least 1 ms, but is " + connectTimeout);
      }
      rabbit.connectTimeout = connectTimeout;
      return this;
    }

    /** Sets what connections are called at the broker. Defaults to {@code parley}. */
    public Builder connectionName(String connectionName) {
      rabbit.connectionName = Objects.requireNonNull(connectionName, "connectionName");
      return this;
    }

    /**
     * Sets the largest message that is sent; a larger one that the broker refuses would fail others
     * beside it. Defaults to 128 MiB, the broker's default before RabbitMQ 4.
     */
    public Builder maxMessageBytes(int bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxMessageBytes must be at least 1, but is " + bytes);
      }
      rabbit.maxMessageBytes = bytes;
      return this;
    }

    /** Sets user name and password. Defaults to {@code guest} for both. */
    public Builder credentials(String username, String password) {
      Credentials given =
          new Credentials(
              Objects.requireNonNull(username, "username"),
              Objects.requireNonNull(password, "password"));
      rabbit.credentials = () -> given;
      rabbit.renewsCredentials = false;
      return this;
    }

    /**
     * Sends a token as the password, as the broker's OAuth 2 backend wants it. The supplier is
     * asked for each connection, on the thread that dials, and may block; after a refusal it is
     * asked once more. Defaults to none.
     */
    public Builder token(String username, Supplier<String> token) {
      Objects.requireNonNull(username, "username");
      Objects.requireNonNull(token, "token");
      rabbit.credentials = () -> new Credentials(username, token.get());
      rabbit.renewsCredentials = true;
      return this;
    }

    /**
     * Sets whom to trust and what to prove. Host names are checked. Defaults to the JVM's
     * certificate authorities.
     */
    public Builder tls(SSLContext context) {
      rabbit.tls = Objects.requireNonNull(context, "context");
      return this;
    }

    /**
     * Changes the native factory of connections: SASL mechanisms, sockets, metrics and all else.
     * Its own recovery is switched off afterwards.
     */
    public Builder customize(Consumer<ConnectionFactory> customizer) {
      rabbit.customizer = rabbit.customizer.andThen(customizer);
      return this;
    }

    @Override
    public ChannelProvider provider() {
      return new RabbitMqProvider(settings());
    }

    @Override
    protected RabbitMqChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new RabbitMqChannel(opening, ownParley);
    }

    RabbitMqSettings settings() {
      return rabbit.copy();
    }
  }
}
