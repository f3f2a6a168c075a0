package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Delivery;
import dev.parley.Headers;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.Topic;
import dev.parley.spi.Attempt;
import dev.parley.spi.DriverContext;
import org.jspecify.annotations.Nullable;

/** What one send or call publishes, bound and encoded once for all its attempts. */
final class MessageTemplate {
  private static final int PERSISTENT = 2;
  private static final int TRANSIENT = 1;

  private final DriverContext driver;
  private final RabbitMq binding;
  private final String routingKey;
  private final byte[] body;
  private final @Nullable String contentType;
  private final @Nullable String id;
  private final Headers headers;
  private final @Nullable Deadline deadline;

  private MessageTemplate(
      DriverContext driver,
      RabbitMq binding,
      String routingKey,
      Payload payload,
      @Nullable String id,
      Headers headers,
      @Nullable Deadline deadline,
      int maxBytes) {
    this.driver = driver;
    this.binding = binding;
    this.routingKey = routingKey;
    this.body = payload.toByteArray();
    this.contentType = payload.contentType().filter(type -> !type.isEmpty()).orElse(null);
    this.id = id;
    this.headers = headers;
    this.deadline = deadline;
    if (body.length > maxBytes) {
      throw Failures.tooLarge(null);
    }
  }

  static <T> MessageTemplate of(
      Topic<T> topic, Message<T> message, DriverContext driver, int maxBytes) {
    RabbitMq binding = Properties.binding(topic);
    String key = message.key().orElse(null);
    // What is relayed goes on byte by byte.
    Payload payload =
        message instanceof Delivery<T> delivery
            ? delivery.payload()
            : driver.codecs().codec(topic.type()).encode(message.body());
    Headers headers = key == null ? message.headers() : message.headers().with(Properties.KEY, key);
    Deadline own = message.context().deadlineOrNull();
    return new MessageTemplate(
        driver,
        binding,
        binding.routingKey(topic.name(), key),
        payload,
        message.id().orElse(null),
        headers,
        own == null ? Context.current().deadlineOrNull() : own,
        maxBytes);
  }

  static <Q> MessageTemplate of(
      Operation<Q, ?> operation, @Nullable Q request, DriverContext driver, int maxBytes) {
    RabbitMq binding = Properties.binding(operation);
    Payload payload =
        request == null
            ? Payload.of(new byte[0], "")
            : driver.codecs().codec(operation.requestType()).encode(request);
    return new MessageTemplate(
        driver,
        binding,
        binding.routingKey(operation.name(), null),
        payload,
        null,
        Headers.empty(),
        null,
        maxBytes);
  }

  /** Returns a message. */
  Publication message(Attempt<?> attempt, Publication.Sender sender) {
    return publication(attempt, deadline, null, binding.correlation(), sender);
  }

  /** Returns a request: nobody need answer it once its caller has given up. */
  Publication request(Attempt<?> attempt, String correlation, Publication.Sender sender) {
    return publication(
        attempt, attempt.context().deadlineOrNull(), Lane.replyTo(), correlation, sender);
  }

  private Publication publication(
      Attempt<?> attempt,
      @Nullable Deadline until,
      @Nullable String replyTo,
      @Nullable String correlation,
      Publication.Sender sender) {
    Headers all =
        Properties.outgoing(
            headers.plusAll(attempt.headers()),
            attempt.context(),
            until,
            attempt.idempotencyKey(),
            driver.time());
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder()
            .contentType(contentType)
            .deliveryMode(binding.isPersistent() ? PERSISTENT : TRANSIENT)
            .messageId(id == null ? attempt.idempotencyKey() : id)
            .replyTo(replyTo)
            .correlationId(correlation)
            .expiration(expiration(until))
            .headers(all.isEmpty() ? null : Properties.table(all))
            .build();
    return new Publication(
        binding,
        binding.exchange(),
        routingKey,
        binding.isMandatory(),
        binding.customizer().apply(properties),
        body,
        sender);
  }

  private @Nullable String expiration(@Nullable Deadline until) {
    if (binding.expiry() != null) {
      return Long.toString(binding.expiry().toMillis());
    }
    long most = 0xFFFF_FFFFL; // about 50 days
    return until == null
        ? null
        : Long.toString(Math.min(most, Math.max(1, until.remaining().toMillis())));
  }
}
