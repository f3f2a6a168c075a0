package dev.parley.store;

import dev.parley.CallOptions;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Payload;
import dev.parley.Receipt;
import dev.parley.Topic;
import dev.parley.spi.Attempt;
import dev.parley.spi.BlockingExchange;
import dev.parley.spi.Codecs;
import dev.parley.spi.Exchange;
import dev.parley.spi.SendDriver;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** Stores what is sent, to be handled or sent on by whoever consumes the queue. */
final class StoreSends implements SendDriver {
  private final Queue queue;
  private final UnaryOperator<String> queueOfTopic;
  private final Codecs codecs;
  private final Executor workers;

  StoreSends(Queue queue, UnaryOperator<String> queueOfTopic, Codecs codecs, Executor workers) {
    this.queue = queue;
    this.queueOfTopic = queueOfTopic;
    this.codecs = codecs;
    this.workers = workers;
  }

  @Override
  public <T> Exchange<Receipt> prepare(Topic<T> topic, Message<T> message, CallOptions options) {
    StoredMessage stored = stored(topic, message, options, codecs);
    return new Storing(queueOfTopic.apply(topic.name()), stored);
  }

  /** Encodes a message; its id is made here, once for all attempts, if it has none. */
  static <T> StoredMessage stored(
      Topic<T> topic, Message<T> message, CallOptions options, Codecs codecs) {
    Payload payload = codecs.codec(topic.type()).encode(message.body());
    if (!payload.isReplayable()) {
      throw new ConfigurationException(
          Failure.of(
              Kind.LOCAL,
              Effect.NOT_SENT,
              "the body for "
                  + topic.name()
                  + " can be read once only, and what is stored is kept whole in memory; give its"
                  + " bytes instead"));
    }
    String id =
        message.id().or(options::idempotencyKey).orElseGet(() -> UUID.randomUUID().toString());
    return StoredMessage.of(
            id, topic.name(), payload.toByteArray(), payload.contentType().orElse(null))
        .key(message.key().orElse(null))
        .headers(message.headers());
  }

  /** The store knows a repetition by its id. */
  @Override
  public Idempotency idempotency(Topic<?> topic) {
    return topic.idempotencyOr(Idempotency.IDEMPOTENT);
  }

  @Override
  public boolean completesOnIoThread() {
    return false;
  }

  private final class Storing implements BlockingExchange<Receipt> {
    private final String name;
    private final StoredMessage message;

    Storing(String name, StoredMessage message) {
      this.name = name;
      this.message = message;
    }

    @Override
    public Receipt execute(Attempt<Receipt> attempt) {
      attempt.sent();
      Added added =
          queue.store.add(name, message.headers(message.headers().plusAll(attempt.headers())));
      queue.bell.ring();
      return Receipt.of(Receipt.Level.STORED_IN_OUTBOX, message.id(), added);
    }

    @Override
    public void start(Attempt<Receipt> attempt) {
      workers.execute(() -> {
        try {
          attempt.succeed(execute(attempt));
        } catch (Throwable e) {
          attempt.fail(e);
        }
      });
    }
  }
}
