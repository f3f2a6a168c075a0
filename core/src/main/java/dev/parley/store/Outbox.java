package dev.parley.store;

import dev.parley.Binding;
import dev.parley.CallOptions;
import dev.parley.ChannelClosedException;
import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.OverloadedException;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.RetryPolicy;
import dev.parley.SendChannel;
import dev.parley.Topic;
import dev.parley.TypeRef;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Codecs;
import dev.parley.spi.DriverContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stores messages, in the same transaction as what they tell of if asked, and sends them on by any
 * {@link SendChannel} until it has taken them.
 *
 * {@snippet class="dev.parley.store.StoreSnippets" region="outbox"}
 *
 * <p>Messages of one key go out in the order they were stored, one at a time; one that fails waits,
 * and those of its key with it. Repetitions carry the same id and idempotency key: a crash between
 * a send and its note in the store sends again. An attempt is one request: the channel's own
 * retries are off, so that attempts mean what they say.
 *
 * <p>Defaults: 16 sends at once; a failed one again after 1 s, doubled up to 5 min, 100 times in
 * all, which is about 8 hours; then it is a dead letter, and at once what fails for good. What was
 * sent is forgotten at once, dead letters are kept for 30 days. Every program that has the outbox
 * open sends; leases of 60 s keep them apart.
 *
 * <p><b>Threads:</b> safe for use by many threads. Closing it waits 30 s at most for what is being
 * sent; what is stored stays.
 *
 * @since 0.1
 */
public final class Outbox implements AutoCloseable {
  static final String SCHEME = "outbox";

  private final Queue queue;
  private final Map<String, Topic<?>> topics;
  private final SendChannel target;
  private final QueueChannel relay;
  private final SendChannel stored;
  private final CodecsOf codecs;

  private Outbox(Builder builder, Parley parley) {
    this.queue = builder.queue.copy();
    this.topics = Map.copyOf(builder.topics);
    this.target = builder.target;
    this.codecs = new CodecsOf(new StoreProvider(SCHEME, queue, topic -> queue.name));
    String address = SCHEME + ":" + queue.name;
    this.stored = parley.at(address).provider(codecs).open(SendChannel.class);
    this.relay = parley.at(address).provider(codecs).open(QueueChannel.class);
    var unusedSinceItGoesOnUntilClosed =
        relay.consume(Topic.of(queue.name, Payload.class), builder.options).start(this::relay);
  }

  /** Starts an outbox over a channel, which stays yours to close, after the outbox. */
  public static Builder over(SendChannel target, MessageStore store, String name) {
    Queue queue = new Queue(store, name);
    queue.keepDone = Duration.ZERO;
    return new Builder(Objects.requireNonNull(target, "target"), queue);
  }

  /** Returns the channel whose sends are stored: it looks like the one they go out by. */
  public SendChannel channel() {
    return stored;
  }

  /**
   * Stores a message in your transaction: it goes out if that is committed, and else never was.
   * This program sends it at its next look into the store; call {@link #wake} to send it at once.
   *
   * @param transaction the store on your connection, such as {@code jdbcStore.on(connection)}
   */
  public <T> Receipt send(MessageStore transaction, Topic<T> topic, Message<T> message) {
    StoredMessage kept = StoreSends.stored(topic, message, CallOptions.DEFAULT, codecs.codecs());
    Added added = transaction.add(queue.name, kept);
    return Receipt.of(Receipt.Level.STORED_IN_OUTBOX, kept.id(), added);
  }

  /** Looks into the store now, after a commit. */
  public void wake() {
    queue.bell.ring();
  }

  /** Returns how many messages are stored and not yet sent. */
  public int open() {
    return queue.store.open(queue.name);
  }

  /** Returns dead letters, the oldest first. */
  public List<DeadMessage> dead(long after, int max) {
    return queue.store.dead(queue.name, after, max);
  }

  /** Sends dead letters again, under their own ids, as {@link Inbox#redrive} says. */
  public int redrive(Predicate<? super DeadMessage> filter, int perSecond)
      throws InterruptedException {
    return new Redrive(queue, queue.name, filter, perSecond).run();
  }

  // One attempt each: the queue repeats, and counts.
  private void relay(Delivery<Payload> delivery) {
    String name = delivery.unwrap(Claimed.class).orElseThrow().message().topic();
    CallOptions options =
        target
            .defaultOptions()
            .retry(RetryPolicy.NEVER)
            .idempotencyKey(delivery.id().orElseThrow());
    try {
      var unusedSinceItHasTakenIt = target.newSend(raw(name), delivery, options).execute();
    } catch (OverloadedException | ChannelClosedException e) {
      throw e; // nothing is wrong with the message
    } catch (ParleyException e) {
      switch (e.kind()) {
        case PERMANENT, LOCAL -> delivery.reject(e);
        default -> throw e;
      }
    }
  }

  private Topic<Payload> raw(String name) {
    Topic<Payload> raw = Topic.of(name, TypeRef.of(Payload.class));
    Topic<?> known = topics.get(name);
    if (known == null) {
      return raw;
    }
    Optional<Idempotency> declared = known.declaredIdempotency();
    if (declared.isPresent()) {
      raw = raw.with(declared.get());
    }
    for (Binding binding : known.bindings()) {
      raw = raw.bind(binding);
    }
    return raw;
  }

  @Override
  public void close() {
    stored.close();
    relay.close();
  }

  @Override
  public String toString() {
    return "Outbox[" + queue.name + "]";
  }

  /** Opens the queue, and remembers the codecs it was opened with. */
  private static final class CodecsOf implements ChannelProvider {
    private final ChannelProvider provider;
    private volatile @Nullable Codecs codecs;

    CodecsOf(ChannelProvider provider) {
      this.provider = provider;
    }

    Codecs codecs() {
      return Objects.requireNonNull(codecs, "codecs");
    }

    @Override
    public Set<String> schemes() {
      return provider.schemes();
    }

    @Override
    public Set<Class<? extends dev.parley.Channel>> capabilities(String scheme) {
      return provider.capabilities(scheme);
    }

    @Override
    public ChannelDriver open(ChannelSpec spec, DriverContext context) {
      codecs = context.codecs();
      return provider.open(spec, context);
    }
  }

  /**
   * Collects an outbox.
   *
   * <p><b>Threads:</b> one at a time.
   */
  public static final class Builder {
    private final SendChannel target;
    private final Queue queue;
    private final Map<String, Topic<?>> topics = new HashMap<>();
    private ConsumeOptions options =
        ConsumeOptions.DEFAULT
            .concurrency(16)
            .maxAttempts(100)
            .retryBase(Duration.ofSeconds(1))
            .retryCap(Duration.ofMinutes(5));

    private Builder(SendChannel target, Queue queue) {
      this.target = target;
      this.queue = queue;
    }

    /**
     * Names the topics that have bindings for the channel or an idempotency of their own, which a
     * store cannot keep. Others need not be named.
     */
    public Builder topics(Topic<?>... named) {
      for (Topic<?> topic : named) {
        topics.put(topic.name(), topic);
      }
      return this;
    }

    /**
     * Sets how it is sent: concurrency, order, attempts, back-off. Defaults to what the class says.
     */
    public Builder options(ConsumeOptions newOptions) {
      this.options = Objects.requireNonNull(newOptions, "newOptions");
      return this;
    }

    /** Sets for how long a message is its sender's, if that dies. Defaults to 60 s. */
    public Builder lease(Duration lease) {
      queue.lease = Queue.positive(lease, "lease");
      return this;
    }

    /** Sets how often to look for what transactions and other programs stored. Defaults to 1 s. */
    public Builder lookEvery(Duration look) {
      queue.look = Queue.positive(look, "lookEvery");
      return this;
    }

    /** Sets how long to remember what was sent, by its id. Defaults to not at all. */
    public Builder remember(Duration keep) {
      queue.keepDone = Queue.notNegative(keep, "remember");
      return this;
    }

    /** Sets how long dead letters are kept. Defaults to 30 days. */
    public Builder keepDead(Duration keep) {
      queue.keepDead = Queue.positive(keep, "keepDead");
      return this;
    }

    /** Opens it, and begins to send what is stored. */
    public Outbox start(Parley parley) {
      return new Outbox(this, parley);
    }
  }
}
