package dev.parley.store;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.spi.ChannelProvider;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what came in until it is handled, and knows what came before: then it is a {@link
 * QueueChannel} like any other.
 *
 * {@snippet class="dev.parley.store.StoreSnippets" region="inbox"}
 *
 * <p>Who puts something in calls {@link #accept}, and tells its sender that it is safe when that
 * has returned: the webhook endpoint does. Each topic has a queue of its own. While the store is
 * down nothing is accepted, and nothing handed out: consumers try again with the back-off of their
 * {@link dev.parley.ReconnectPolicy}.
 *
 * <p>Defaults: a lease of 60 s, renewed at a third of it for as long as a delivery is handled; a
 * look into the store each second for what other programs put in; what was handled is remembered
 * for 5 days, dead letters are kept for 30. What need not be kept any more is purged once a minute
 * by those who consume.
 *
 * <p>Several programs may share the queues of one store. Handlers run at least once for each
 * delivery; effects made in the store's database happen once in its transactional mode.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 *
 * @since 0.1
 */
public final class Inbox {
  static final String SCHEME = "inbox";

  private final Queue queue;

  private Inbox(Queue queue) {
    this.queue = queue;
  }

  /** Returns an inbox with the defaults. */
  public static Inbox create(MessageStore store, String name) {
    return builder(store, name).build();
  }

  /**
   * Returns a builder with the defaults.
   *
   * @param name names it in the store and in addresses: 1 to 64 letters, digits, {@code . - _}
   */
  public static Builder builder(MessageStore store, String name) {
    return new Builder(new Queue(store, name));
  }

  /**
   * Stores a message for the consumers of its topic, unless it came before.
   *
   * @throws dev.parley.ParleyException if the store cannot answer; it may be stored all the same
   */
  public Added accept(StoredMessage message) {
    Added added = queue.store.add(queueName(message.topic()), message);
    if (added == Added.STORED) {
      queue.bell.ring();
    }
    return added;
  }

  /** Opens it, to consume from. */
  public QueueChannel open(Parley parley) {
    return parley.at(SCHEME + ":" + queue.name).provider(provider()).open(QueueChannel.class);
  }

  /** Returns what opens the address {@code inbox:} with any name, all of them this inbox. */
  public ChannelProvider provider() {
    return new StoreProvider(SCHEME, queue, this::queueName);
  }

  /**
   * Stores all elements of a stream as they come, under the operation's name as the topic, and goes
   * on after a restart where it was. They are known again by their ids; those without one are
   * stored each time they come.
   *
   * <p>While the store is down the stream waits. It ends when the subscription is closed, which it
   * must be before its channel.
   *
   * @param options how it is streamed; where to start counts for the first time only
   */
  public <Q> Subscription<Message<Payload>> over(
      StreamChannel stream, Operation<Q, ?> operation, @Nullable Q request, StreamOptions options) {
    return new Feed(this, queueName(operation.name()), queue.store)
        .begin(stream, operation, request, options);
  }

  /** Returns the dead letters of a topic, the oldest first. */
  public List<DeadMessage> dead(Topic<?> topic, long after, int max) {
    return queue.store.dead(queueName(topic.name()), after, max);
  }

  /**
   * Makes dead letters of a topic deliveries again, under their own ids; returns how many.
   *
   * @param filter which ones
   * @param perSecond at most so many a second, so that what failed is not overrun
   */
  public int redrive(Topic<?> topic, Predicate<? super DeadMessage> filter, int perSecond)
      throws InterruptedException {
    return new Redrive(queue, queueName(topic.name()), filter, perSecond).run();
  }

  /** Returns how many messages of a topic are stored and not yet handled. */
  public int open(Topic<?> topic) {
    return queue.store.open(queueName(topic.name()));
  }

  private String queueName(String topic) {
    return queue.name + "/" + topic;
  }

  @Override
  public String toString() {
    return "Inbox[" + queue.name + "]";
  }

  /**
   * Collects an inbox.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public static final class Builder {
    private final Queue queue;

    private Builder(Queue queue) {
      this.queue = queue;
    }

    /**
     * Sets for how long a delivery is its consumer's, if that dies. Defaults to 60 s; it is renewed
     * at a third of it while a handler runs.
     */
    public Builder lease(Duration lease) {
      queue.lease = Queue.positive(lease, "lease");
      return this;
    }

    /**
     * Sets how often an idle consumer looks for what other programs stored. Defaults to 1 s; what
     * this program stores is seen at once.
     */
    public Builder lookEvery(Duration look) {
      queue.look = Queue.positive(look, "lookEvery");
      return this;
    }

    /**
     * Sets how long to know a repetition of what was handled. Defaults to 5 days; it must be longer
     * than the sender goes on trying.
     */
    public Builder remember(Duration keep) {
      queue.keepDone = Queue.notNegative(keep, "remember");
      return this;
    }

    /** Sets how long dead letters are kept. Defaults to 30 days. */
    public Builder keepDead(Duration keep) {
      queue.keepDead = Queue.positive(keep, "keepDead");
      return this;
    }

    /** Returns the inbox. */
    public Inbox build() {
      return new Inbox(queue.copy());
    }
  }
}
