package dev.parley.relay;

import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Guarantee;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.QueueChannel;
import dev.parley.RetryMode;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.time.Duration;

/** Where a relay's messages come from, and how they are settled. */
interface Source<E extends Message<?>> {
  Subscription<E> subscribe();

  /** The destination has taken it. */
  void taken(E element);

  /** It is given up. */
  void refuse(E element, Throwable reason);

  /** Returns whether it comes again by itself after this wait. */
  boolean comesAgain(E element, Duration wait);

  /** It is held for longer than this. */
  void keep(E element, Duration time);

  Guarantee guarantee();

  String name();

  String endpoint();

  /** Tells in words what is in force, and what can be lost or come twice. */
  String promise();

  Backoff backoff();

  int maxAttempts();

  /** A queue: settled after the receipt. */
  record OfQueue<T>(QueueChannel channel, Topic<T> topic, ConsumeOptions options)
      implements Source<Delivery<T>> {

    // The waits of the relay are no attempts, and the peer must not count them either.
    @Override
    public Subscription<Delivery<T>> subscribe() {
      return channel.consume(
          topic, options.retryMode(RetryMode.BLOCKING_IN_ORDER).maxAttempts(Integer.MAX_VALUE));
    }

    @Override
    public void taken(Delivery<T> delivery) {
      delivery.ack();
    }

    @Override
    public void refuse(Delivery<T> delivery, Throwable reason) {
      delivery.reject(reason);
    }

    @Override
    public boolean comesAgain(Delivery<T> delivery, Duration wait) {
      delivery.retry(wait);
      return true;
    }

    @Override
    public void keep(Delivery<T> delivery, Duration time) {
      delivery.extend(time);
    }

    @Override
    public Guarantee guarantee() {
      return Guarantee.AT_LEAST_ONCE;
    }

    @Override
    public String name() {
      return topic.name();
    }

    @Override
    public String endpoint() {
      return Relay.endpoint(channel);
    }

    @Override
    public String promise() {
      return "loses nothing: a delivery is acknowledged once the destination's receipt is there\n"
          + "may forward twice: when a receipt or an acknowledgement is lost, or the process ends"
          + " between the two\n"
          + "order "
          + options.ordering()
          + ", "
          + options.concurrency()
          + " at once, at most "
          + options.maxUnsettled()
          + " unsettled\n"
          + "dead letters "
          + options.deadLetter();
    }

    @Override
    public Backoff backoff() {
      return new Backoff(options.retryBase(), options.retryCap());
    }

    @Override
    public int maxAttempts() {
      return options.maxAttempts();
    }
  }

  /** A stream: there is nothing to settle. */
  record OfStream<Q, T>(
      StreamChannel channel, Operation<Q, T> operation, Q request, StreamOptions options)
      implements Source<Message<T>> {
    private static final Backoff BACKOFF =
        new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));
    private static final int ATTEMPTS = 5;

    @Override
    public Subscription<Message<T>> subscribe() {
      return channel.stream(operation, request, options);
    }

    @Override
    public void taken(Message<T> element) {}

    @Override
    public void refuse(Message<T> element, Throwable reason) {}

    @Override
    public boolean comesAgain(Message<T> element, Duration wait) {
      return false;
    }

    @Override
    public void keep(Message<T> element, Duration time) {}

    @Override
    public Guarantee guarantee() {
      return Guarantee.AT_MOST_ONCE;
    }

    @Override
    public String name() {
      return operation.name();
    }

    @Override
    public String endpoint() {
      return Relay.endpoint(channel);
    }

    @Override
    public String promise() {
      return "can lose: what the stream's peer does not send again after a reconnect, what was read"
          + " and not forwarded when the process or the relay ends, what the overflow policy "
          + options.overflow()
          + " drops, and what the destination refuses for good\n"
          + "may forward twice: when a receipt is lost, or the stream repeats itself\n"
          + "order "
          + options.ordering()
          + ", "
          + options.concurrency()
          + " at once, at most "
          + options.buffer()
          + " read ahead";
    }

    @Override
    public Backoff backoff() {
      return BACKOFF;
    }

    @Override
    public int maxAttempts() {
      return ATTEMPTS;
    }
  }
}
