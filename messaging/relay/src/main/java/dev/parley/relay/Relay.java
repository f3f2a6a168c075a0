package dev.parley.relay;

import dev.parley.Channel;
import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Guarantee;
import dev.parley.Lag;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.State;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Forwards what one channel brings to another: MQTT to Kafka, RabbitMQ to MQTT, any queue or stream
 * to any channel that sends.
 *
 * {@snippet class="dev.parley.relay.RelaySnippets" region="relay"}
 *
 * <p><b>What is promised</b> is told by the type. A {@code Relay<Delivery<T>>}, from a queue, loses
 * nothing: a delivery is acknowledged once the destination has given its receipt, and not before.
 * It may forward a message twice: when the receipt or the acknowledgement is lost, or the process
 * ends between the two. The id, the idempotency key, the key and the context of the delivery go
 * along, so a destination that knows repetitions, or its consumer, can drop the second. A {@code
 * Relay<Message<T>>}, from a stream, has nothing to acknowledge: what is lost is told by {@link
 * #describe()}. A destination whose receipt says {@link
 * dev.parley.Receipt.Level#WRITTEN_TO_TRANSPORT} promises nothing, and then a relay to it does not
 * either.
 *
 * <p><b>What becomes of a failed send</b> depends on whose fault it is:
 *
 * <ul>
 *   <li>The destination is down, whatever the message: unreachable, its breaker open, it asks for
 *       less, it refuses the credentials, or a limit of this program is reached. The relay pauses.
 *       One message at a time tries whether it is back, after {@code retryBase} to {@code retryCap}
 *       of the options or as long as the peer asks; all others wait unsettled. That costs no
 *       attempts, and nothing is dead-lettered for it.
 *   <li>It refuses this message for good, the message cannot be encoded, or its deadline has
 *       passed: rejected with the reason at once, so that it goes to the dead letters of the
 *       options.
 *   <li>Nobody knows: a lost receipt, a timeout, a server's error. It is sent again, in its place,
 *       with the same id. It is given up after {@code maxAttempts} such failures, of which only
 *       those count between which another message got through: when none does, it is not the
 *       message.
 *   <li>Its mapping or filter throws: {@code maxAttempts} times, then it is rejected.
 * </ul>
 *
 * <p>Messages of one key keep their order meanwhile, also those behind one that waits; no more are
 * held than {@code maxUnsettled}. What waits for its next try holds no thread; a stream's element
 * and a batch do.
 *
 * <p>Defaults: those of {@link ConsumeOptions} with 16 at once and {@code retryCap} 10 s; of a
 * stream those of {@link StreamOptions}, 5 attempts, waits from 1 s to 10 s.
 *
 * <p><b>Threads:</b> safe for use by many threads. It works on the workers of the source's {@code
 * Parley}; one with batches has a daemon thread {@code parley-relay-}, called after the topic,
 * which ends with it.
 *
 * @param <E> what the source hands out: a {@link Delivery}, which is settled, or a {@link Message}
 */
public final class Relay<E extends Message<?>> implements AutoCloseable {
  private static final ConsumeOptions OPTIONS =
      ConsumeOptions.DEFAULT.concurrency(16).retryCap(Duration.ofSeconds(10));
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private final Route<E, ?> route;
  private final Shipping<E, ?> shipping;
  private final Halt halt = new Halt();
  private volatile @Nullable Subscription<E> subscription; // written with the lock held
  private volatile @Nullable Batches<E> batches; // likewise
  private volatile @Nullable ParleyException failure;

  Relay(Route<E, ?> route, Shipping<E, ?> shipping) {
    this.route = route;
    this.shipping = shipping;
  }

  /** Starts a route from a queue, with default options. */
  public static <T> Route<Delivery<T>, T> from(QueueChannel queue, Topic<T> topic) {
    return from(queue, topic, OPTIONS);
  }

  /**
   * Starts a route from a queue.
   *
   * @param options concurrency and order, where dead letters go, attempts and waits; the retry mode
   *     is always in order
   */
  public static <T> Route<Delivery<T>, T> from(
      QueueChannel queue, Topic<T> topic, ConsumeOptions options) {
    return Route.from(
        new Source.OfQueue<>(
            Objects.requireNonNull(queue, "queue"),
            Objects.requireNonNull(topic, "topic"),
            Objects.requireNonNull(options, "options")));
  }

  /** Starts a route from a stream without a request, with default options: it may lose. */
  @SuppressWarnings("NullAway") // null is the only value of a Void request
  public static <T> Route<Message<T>, T> fromStream(
      StreamChannel stream, Operation<Void, T> operation) {
    return fromStream(stream, operation, null, StreamOptions.DEFAULT);
  }

  /**
   * Starts a route from a stream: it may lose, as {@link #describe()} tells.
   *
   * @param options concurrency and order, how much is read ahead, what happens when that is full
   */
  public static <Q, T> Route<Message<T>, T> fromStream(
      StreamChannel stream, Operation<Q, T> operation, Q request, StreamOptions options) {
    return Route.from(
        new Source.OfStream<>(
            Objects.requireNonNull(stream, "stream"),
            Objects.requireNonNull(operation, "operation"),
            request,
            Objects.requireNonNull(options, "options")));
  }

  /**
   * Begins to forward.
   *
   * @return this
   * @throws IllegalStateException if it was started or closed before
   * @throws dev.parley.ConfigurationException if the source cannot be consumed so
   */
  public synchronized Relay<E> start() {
    if (subscription != null || halt.isOver()) {
      throw new IllegalStateException("a relay is started once; make another one of its route");
    }
    Subscription<E> started = route.source.subscribe();
    subscription = started;
    if (route.batch > 1) {
      Batches<E> loop = new Batches<>(route, shipping, started, halt, this::fail);
      batches = loop;
      loop.start();
    } else {
      CompletableFuture<Void> unusedSinceTheStateTells = started.start(this::forward);
    }
    return this;
  }

  private void forward(E element) throws InterruptedException {
    Shipping.Next next = shipping.sift(element);
    while (true) {
      if (next == null) {
        try {
          next = shipping.ship(List.of(element));
        } catch (ParleyException e) {
          if (!Thread.currentThread().isInterrupted()) {
            fail(e);
          }
          throw e; // it is not settled, and goes back
        }
      }
      Duration wait = next.rest();
      if (wait == null || route.source.comesAgain(element, wait)) {
        return;
      }
      if (!halt.await(wait)) {
        shipping.leave(List.of(element));
        return;
      }
      next = null;
    }
  }

  /** There is no use in going on. */
  private void fail(ParleyException cause) {
    if (!halt.isOver()) {
      failure = cause; // and not what an abort interrupts
    }
    halt.end();
    Subscription<E> running = subscription;
    if (running != null) {
      running.close();
    }
  }

  /**
   * Returns where in its life it is: {@link State#RECOVERING} while it waits for source or
   * destination, {@link State#FAILED} if one of them is gone for good.
   */
  public State state() {
    Subscription<E> running = subscription;
    if (running == null) {
      return halt.isOver() ? State.CLOSED : State.OPENING;
    }
    State state = running.state();
    if (state == State.CLOSED && failure != null) {
      return State.FAILED;
    }
    return state == State.OPEN && shipping.outage.isDown() ? State.RECOVERING : state;
  }

  /** Returns what it has done. */
  public RelayCounts counts() {
    return new RelayCounts(
        shipping.forwarded.sum(),
        shipping.filtered.sum(),
        shipping.refused.sum(),
        shipping.repeated.sum(),
        shipping.pauses.sum(),
        shipping.lost.sum());
  }

  /** Returns how far behind it is; nothing before its start. */
  public Lag lag() {
    Subscription<E> running = subscription;
    return running == null ? new Lag(0, 0, Duration.ZERO, 0) : running.lag();
  }

  /** Returns how often a message arrives, as far as the destination's receipts are worth. */
  public Guarantee guarantee() {
    return shipping.destination.features().guarantee() == Guarantee.AT_MOST_ONCE
        ? Guarantee.AT_MOST_ONCE
        : route.source.guarantee();
  }

  /** Tells in words from where to where, and what can be lost or come twice. */
  public String describe() {
    return "relay of "
        + route.source.name()
        + " at "
        + route.source.endpoint()
        + " to "
        + shipping.topic.name()
        + " at "
        + endpoint(shipping.destination)
        + " is "
        + state()
        + "\nguarantee "
        + guarantee()
        + "\n"
        + route.source.promise()
        + "\n"
        + (route.batch > 1 ? "batches of " + route.batch + " within " + route.linger + "\n" : "");
  }

  /**
   * Closes gracefully within 30 s: takes nothing new and lets what is being sent finish and settle.
   * What waits for its next try goes back to the queue, or is counted as lost of a stream. Neither
   * channel is closed. Closing again does nothing.
   */
  @Override
  public void close() {
    Subscription<E> running = end();
    Batches<E> loop = batches;
    if (loop != null) {
      loop.wake();
      try {
        loop.end().get(DRAIN.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        loop.interrupt();
      } catch (ExecutionException | TimeoutException e) {
        loop.interrupt();
      }
    }
    if (running != null) {
      running.close();
    }
  }

  /** Closes at once: what is being sent is cancelled, and what is not settled goes back. */
  public void abort() {
    Subscription<E> running = end();
    Batches<E> loop = batches;
    if (loop != null) {
      loop.interrupt();
    }
    if (running != null) {
      running.abort();
    }
  }

  private synchronized @Nullable Subscription<E> end() {
    halt.end();
    return subscription;
  }

  @Override
  public String toString() {
    return "Relay[" + route.source.name() + " to " + shipping.topic.name() + ", " + state() + "]";
  }

  static String endpoint(Channel channel) {
    URI uri = channel.uri();
    if (uri.getHost() == null) {
      return uri.getScheme();
    }
    return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
  }
}
