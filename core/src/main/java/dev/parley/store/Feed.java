package dev.parley.store;

import dev.parley.Binding;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.Position;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.TypeRef;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Fills a queue of an inbox from a stream. */
final class Feed {
  private static final long FIRST_WAIT_MILLIS = 100;
  private static final long LONGEST_WAIT_MILLIS = 10_000;

  private final Inbox inbox;
  private final String queueName;
  private final MessageStore store;

  Feed(Inbox inbox, String queueName, MessageStore store) {
    this.inbox = inbox;
    this.queueName = queueName;
    this.store = store;
  }

  @SuppressWarnings("NullAway") // null is the only request of an operation of Void
  <Q> Subscription<Message<Payload>> begin(
      StreamChannel stream, Operation<Q, ?> operation, @Nullable Q request, StreamOptions options) {
    StreamOptions from =
        store.mark(queueName).map(token -> options.from(Position.parse(token))).orElse(options);
    Subscription<Message<Payload>> subscription = stream.stream(raw(operation), request, from);
    var unusedSinceTheSubscriptionTells =
        subscription.start(message -> keep(subscription, operation.name(), message));
    return subscription;
  }

  /** The same operation with the encoded reply: whoever consumes the queue decodes it. */
  private static <Q> Operation<Q, Payload> raw(Operation<Q, ?> operation) {
    Operation<Q, Payload> raw =
        Operation.of(operation.name(), operation.requestType(), TypeRef.of(Payload.class));
    Optional<Idempotency> declared = operation.declaredIdempotency();
    if (declared.isPresent()) {
      raw = raw.with(declared.get());
    }
    for (Binding binding : operation.bindings()) {
      raw = raw.bind(binding);
    }
    return raw;
  }

  private void keep(
      Subscription<Message<Payload>> subscription, String topic, Message<Payload> message)
      throws InterruptedException {
    Payload payload = message.body();
    StoredMessage stored =
        StoredMessage.of(
                message.id().orElseGet(() -> UUID.randomUUID().toString()),
                topic,
                payload.toByteArray(),
                payload.contentType().orElse(null))
            .key(message.key().orElse(null))
            .headers(message.headers());
    long wait = FIRST_WAIT_MILLIS;
    while (true) {
      try {
        inbox.accept(stored);
        subscription.position().ifPresent(each -> store.mark(queueName, each.token()));
        return;
      } catch (ParleyException notNow) {
        // The stream waits: what is not stored must not be passed over.
        TimeUnit.MILLISECONDS.sleep(wait);
        wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS);
      }
    }
  }
}
