package dev.parley.engine;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.SendChannel;
import dev.parley.Signal;
import dev.parley.Topic;
import dev.parley.spi.Settlement;
import dev.parley.spi.Timeout;
import org.jspecify.annotations.Nullable;

/** Where deliveries go that are given up: the peer's dead letters, another channel, or nowhere. */
final class DeadLetters {
  private final QueueSubscription<?> subscription;
  private final ConsumeOptions options;
  private final String topic;
  private final @Nullable SendChannel channel;
  private final @Nullable Topic<Payload> target;

  DeadLetters(QueueSubscription<?> subscription, ConsumeOptions options, String topic) {
    this.subscription = subscription;
    this.options = options;
    this.topic = topic;
    this.channel = options.deadLetter().channel().orElse(null);
    this.target = options.deadLetter().topic().orElse(null);
  }

  /** Takes one whose deadline had passed before it was handled. */
  void takeExpired(Item item) {
    take(
        item,
        new DeadlineExceededException(
            Failure.of(
                Kind.PERMANENT, Effect.NOT_SENT, "its deadline had passed before it was handled")));
  }

  /** Takes one that was attempted as often as it may, for what went wrong last if that is known. */
  void takeExhausted(Item item, @Nullable Throwable failure) {
    take(
        item,
        failure == null
            ? new ParleyException(
                Failure.of(
                    Kind.LOCAL, Effect.POSSIBLE, "given up after " + item.attempt + " attempts"))
            : failure);
  }

  /** Takes an open delivery, and settles it once it is kept. */
  void take(Item item, Throwable reason) {
    if (channel != null && target != null) {
      send(new Letter(item, reason, channel, target));
      return;
    }
    tell(reason);
    if (options.deadLetter() == DeadLetter.LOG_AND_DROP) {
      subscription.finish(item, Settlement.ACK, true);
    } else {
      subscription.finish(item, new Settlement.Reject(reason), false);
    }
  }

  private void send(Letter letter) {
    var inbound = letter.item.inbound;
    Headers headers =
        inbound
            .headers()
            .with("parley-dead-letter-topic", topic)
            .with("parley-dead-letter-attempts", Integer.toString(letter.item.attempt))
            .with("parley-dead-letter-reason", printable(letter.reason));
    var unusedSinceItsStagesDoAll =
        letter
            .channel
            .submit(
                letter.target,
                Message.builder(inbound.payload())
                    .headers(headers)
                    .id(inbound.id())
                    .key(inbound.key())
                    .build())
            .whenComplete((receipt, failure) -> {
              if (failure == null) {
                tell(letter.reason);
                subscription.finish(letter.item, Settlement.ACK, true);
              } else {
                // Unsettled until it is kept elsewhere; the window holds back what comes behind.
                subscription.engine.signal(
                    new Signal.CallbackFailed(
                        subscription.name, subscription.channel.endpoint, failure));
                letter.again();
              }
            });
  }

  private void tell(Throwable reason) {
    subscription.engine.signal(
        new Signal.DeadLettered(subscription.name, subscription.channel.endpoint, reason));
  }

  // Header values travel as they are, so no line breaks.
  private static String printable(Throwable reason) {
    String text = reason.getClass().getName() + ": " + reason.getMessage();
    return text.replaceAll("[\\r\\n\\x00]+", " ").strip();
  }

  /** One that is on its way to another channel; the timeout is the wait for its next try. */
  private final class Letter extends Timeout {
    private final Item item;
    private final Throwable reason;
    private final SendChannel channel;
    private final Topic<Payload> target;
    private int attempt = 1;

    Letter(Item item, Throwable reason, SendChannel channel, Topic<Payload> target) {
      this.item = item;
      this.reason = reason;
      this.channel = channel;
      this.target = target;
    }

    void again() {
      if (!subscription.isTerminating()) {
        subscription.engine.time.schedule(
            this,
            Backoff.computed(
                options.retryBase(), options.retryCap(), attempt++, subscription.engine.random));
      }
    }

    @Override
    public void expired() {
      if (!subscription.isTerminating()) {
        subscription.inBackground(() -> send(this));
      }
    }
  }
}
