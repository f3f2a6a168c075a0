package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import dev.parley.Binding;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How RabbitMQ carries a topic or an operation. Without this binding its name is that of a queue.
 *
 * <p>What it names is taken as it is, unless it is declared here: then it is made where it is
 * missing, on each connection anew, and one that was declared otherwise is a permanent failure.
 *
 * {@snippet class="dev.parley.rabbitmq.RabbitMqSnippets" region="binding"}
 *
 * <p>Defaults: persistent and mandatory messages, no expiry but a deadline's; nothing is declared;
 * no dead letters; consumer priority 0.
 *
 * <p><b>Threads:</b> immutable; each method returns a copy.
 */
public final class RabbitMq implements Binding {
  private static final String KEY = "{key}";
  private static final int LONGEST_NAME = 255;

  private final Values values;

  private RabbitMq(Values values) {
    this.values = values;
  }

  /**
   * Returns the binding to a queue: to send to by the default exchange, and to consume from.
   *
   * @throws IllegalArgumentException if the name is empty or longer than 255 bytes
   */
  public static RabbitMq queue(String name) {
    Values values = new Values();
    values.queue = checked(name, "a queue");
    values.routingKey = name;
    return new RabbitMq(values);
  }

  /**
   * Returns the binding to an exchange. In the routing key {@code {key}} is the key of the message.
   * To consume, name a queue by {@link #consumeFrom}, or declare a {@link QueueType#TEMPORARY} one.
   *
   * @throws IllegalArgumentException if the name is empty, or one of them longer than 255 bytes
   */
  public static RabbitMq exchange(String name, String routingKey) {
    Values values = new Values();
    values.exchange = checked(name, "an exchange");
    values.routingKey = routingKey.isEmpty() ? "" : checked(routingKey, "a routing key");
    return new RabbitMq(values);
  }

  /**
   * Returns the binding that answers a request. A reply that nobody waits for any more is dropped.
   *
   * @throws IllegalArgumentException if the delivery asks for no reply
   */
  public static RabbitMq replyTo(dev.parley.Delivery<?> request) {
    AMQP.BasicProperties properties =
        request.unwrap(Delivery.class).map(Delivery::getProperties).orElse(null);
    if (properties == null || properties.getReplyTo() == null) {
      throw new IllegalArgumentException("this delivery asks for no reply: it has no reply-to");
    }
    Values values = new Values();
    values.routingKey = properties.getReplyTo();
    values.correlation = properties.getCorrelationId();
    values.mandatory = false;
    return new RabbitMq(values);
  }

  /** Sets the queue to consume from. Defaults to that of {@link #queue}. */
  public RabbitMq consumeFrom(String queue) {
    String name = checked(queue, "a queue");
    return with(copy -> copy.queue = name);
  }

  /**
   * Sets the key by which a declared queue is bound to the exchange. Defaults to the routing key,
   * with {@code *} in place of {@code {key}}.
   */
  public RabbitMq bindingKey(String key) {
    return with(copy -> copy.bindingKey = key);
  }

  /** Declares the exchange, durable: {@code direct}, {@code topic}, {@code fanout} and so on. */
  public RabbitMq declareExchange(String type) {
    if (values.exchange.isEmpty()) {
      throw new IllegalArgumentException("there is no exchange to declare: bind to one first");
    }
    String name = checked(type, "an exchange type");
    return with(copy -> copy.exchangeType = name);
  }

  /** Declares the queue, its binding to the exchange, and the queue of {@link #deadLetter}. */
  public RabbitMq declareQueue(QueueType type) {
    return with(copy -> copy.queueType = Objects.requireNonNull(type, "type"));
  }

  /** Sets an argument of the declared queue, such as {@code x-max-length}. Defaults to none. */
  public RabbitMq argument(String name, Object value) {
    Objects.requireNonNull(value, "value");
    return with(copy -> {
      copy.arguments = new LinkedHashMap<>(copy.arguments);
      copy.arguments.put(name, value);
    });
  }

  /**
   * Sets the queue that rejected deliveries go to, with the reason in {@code parley-dead-letter-*}
   * headers, acknowledged once the broker has confirmed it. A declared queue also gives it what the
   * broker itself drops. Defaults to none.
   */
  public RabbitMq deadLetter(String queue) {
    String name = checked(queue, "a queue");
    return with(copy -> {
      copy.deadLetterExchange = "";
      copy.deadLetterKey = name;
    });
  }

  /** Sets the exchange that rejected deliveries go to, which is never declared. */
  public RabbitMq deadLetter(String exchange, String routingKey) {
    String name = checked(exchange, "an exchange");
    return with(copy -> {
      copy.deadLetterExchange = name;
      copy.deadLetterKey = routingKey;
    });
  }

  /** Lets the broker prefer consumers with a higher number. Defaults to 0. */
  public RabbitMq consumerPriority(int priority) {
    return with(copy -> copy.priority = priority);
  }

  /** Lets messages vanish that no queue is there for. Defaults to a failure, 312 NO_ROUTE. */
  public RabbitMq optional() {
    return with(copy -> copy.mandatory = false);
  }

  /** Lets messages vanish when the broker restarts. Defaults to persistent ones. */
  public RabbitMq nonPersistent() {
    return with(copy -> copy.persistent = false);
  }

  /**
   * Sets how long the broker keeps a message that nobody consumes. Defaults to the deadline of the
   * message's {@link dev.parley.Context}, or else of the sender's, and to no limit without one.
   */
  public RabbitMq expiry(Duration expiry) {
    if (expiry.toMillis() < 1) {
      throw new IllegalArgumentException("expiry must be at least 1 ms, but is " + expiry);
    }
    return with(copy -> copy.expiry = expiry);
  }

  /** Changes the native properties of a message before it goes out. Defaults to nothing. */
  public RabbitMq customize(UnaryOperator<AMQP.BasicProperties> change) {
    Objects.requireNonNull(change, "change");
    return with(copy -> copy.customizer = change);
  }

  String exchange() {
    return values.exchange;
  }

  @Nullable String exchangeType() {
    return values.exchangeType;
  }

  @Nullable String queue() {
    return values.queue;
  }

  @Nullable QueueType queueType() {
    return values.queueType;
  }

  boolean isTemporary() {
    return values.queueType == QueueType.TEMPORARY;
  }

  Map<String, Object> arguments() {
    return values.arguments;
  }

  @Nullable String deadLetterExchange() {
    return values.deadLetterExchange;
  }

  String deadLetterKey() {
    return values.deadLetterKey;
  }

  int consumerPriority() {
    return values.priority;
  }

  boolean isMandatory() {
    return values.mandatory;
  }

  boolean isPersistent() {
    return values.persistent;
  }

  @Nullable Duration expiry() {
    return values.expiry;
  }

  @Nullable String correlation() {
    return values.correlation;
  }

  UnaryOperator<AMQP.BasicProperties> customizer() {
    return values.customizer;
  }

  String boundBy() {
    return values.bindingKey == null ? values.routingKey.replace(KEY, "*") : values.bindingKey;
  }

  /** Returns the routing key of a message. */
  String routingKey(String name, @Nullable String key) {
    if (!values.routingKey.contains(KEY)) {
      return values.routingKey;
    }
    if (key == null || key.isEmpty()) {
      throw Failures.refused(
          "cannot send to "
              + name
              + ": its key is a part of the routing key "
              + values.routingKey
              + ", so each message needs one");
    }
    return checked(values.routingKey.replace(KEY, key), "a routing key");
  }

  private RabbitMq with(Consumer<Values> change) {
    Values copy = values.copy();
    change.accept(copy);
    return new RabbitMq(copy);
  }

  private static String checked(String name, String what) {
    int bytes = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "the name of " + what + " must have 1 to 255 bytes, but has " + bytes);
    }
    return name;
  }

  @Override
  public String toString() {
    return "RabbitMq[exchange="
        + values.exchange
        + ", routingKey="
        + values.routingKey
        + ", queue="
        + values.queue
        + "]";
  }

  private static final class Values {
    String exchange = "";
    String routingKey = "";
    @Nullable String exchangeType;
    @Nullable String queue;
    @Nullable QueueType queueType;
    @Nullable String bindingKey;
    Map<String, Object> arguments = Map.of();
    @Nullable String deadLetterExchange;
    String deadLetterKey = "";
    int priority;
    boolean mandatory = true;
    boolean persistent = true;
    @Nullable Duration expiry;
    @Nullable String correlation;
    UnaryOperator<AMQP.BasicProperties> customizer = UnaryOperator.identity();

    Values copy() {
      Values copy = new Values();
      copy.exchange = exchange;
      copy.routingKey = routingKey;
      copy.exchangeType = exchangeType;
      copy.queue = queue;
      copy.queueType = queueType;
      copy.bindingKey = bindingKey;
      copy.arguments = arguments;
      copy.deadLetterExchange = deadLetterExchange;
      copy.deadLetterKey = deadLetterKey;
      copy.priority = priority;
      copy.mandatory = mandatory;
      copy.persistent = persistent;
      copy.expiry = expiry;
      copy.correlation = correlation;
      copy.customizer = customizer;
      return copy;
    }
  }
}
