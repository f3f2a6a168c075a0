package dev.parley.kafka;

import dev.parley.Headers;
import dev.parley.Payload;
import dev.parley.spi.Continuity;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Handover;
import dev.parley.spi.Inbound;
import dev.parley.spi.PollLink;
import dev.parley.spi.Settlement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * One consumer, a member of its group until it is closed; its own client connects again by itself.
 *
 * <p>It is polled also while nobody can take more, with its partitions paused, so that a slow
 * handler costs no membership. Partitions that go to another member are drained first.
 */
final class KafkaLink implements PollLink, ConsumerRebalanceListener {
  private static final Duration STEP = Duration.ofMillis(50); // how late a settlement may be
  private static final Duration GOODBYE = Duration.ofSeconds(5);

  private final KafkaSubscription subscription;
  private final Consumer<byte[], byte[]> consumer;
  private final DriverContext context;
  private final Commits commits;
  private final ReentrantLock use = new ReentrantLock(); // held while the consumer is used
  private volatile boolean aborted;

  // Guarded by use.
  private final Deque<ConsumerRecord<byte[], byte[]>> ready = new ArrayDeque<>();
  private @Nullable Handover handover;
  private boolean joined;
  private boolean closed;
  private long lastPoll;

  KafkaLink(
      KafkaSubscription subscription, Consumer<byte[], byte[]> consumer, DriverContext context) {
    this.subscription = subscription;
    this.consumer = consumer;
    this.context = context;
    this.commits = new Commits(consumer);
  }

  /** Joins the group; returns when the group has told what its part is. */
  void join(String topic, Duration limit) throws Exception {
    use.lock();
    try {
      List<?> partitions = consumer.partitionsFor(topic, limit);
      if (partitions == null || partitions.isEmpty()) {
        throw new UnknownTopicOrPartitionException("there is no topic " + topic);
      }
      consumer.subscribe(List.of(topic), this);
      long end = context.time().nanoTime() + limit.toNanos();
      while (!joined) {
        fetch(STEP);
        if (aborted || context.time().nanoTime() - end > 0) {
          throw new TimeoutException("the group did not let it in within " + limit);
        }
      }
    } finally {
      use.unlock();
    }
  }

  @Override
  public Continuity continuity() {
    return subscription.continuity();
  }

  @Override
  public void handover(Handover newHandover) {
    handover = newHandover;
  }

  // ---------------------------------------------------------------- polling

  @Override
  public List<Inbound> poll(int max, Duration wait) throws Exception {
    use.lock();
    try {
      commits.retry();
      boolean full = max == 0 || !ready.isEmpty();
      if (!full) {
        consumer.resume(consumer.paused());
        fetch(wait.compareTo(STEP) < 0 ? wait : STEP);
      } else if (max == 0 || context.time().nanoTime() - lastPoll > STEP.toNanos()) {
        consumer.pause(consumer.assignment());
        fetch(Duration.ZERO);
      }
      return take(max);
    } finally {
      use.unlock();
    }
  }

  private void fetch(Duration wait) throws Exception {
    lastPoll = context.time().nanoTime();
    try {
      consumer.poll(wait).forEach(ready::add);
      commits.check();
    } catch (NoOffsetForPartitionException e) {
      subscription.start(consumer, e.partitions());
    } catch (OffsetOutOfRangeException e) {
      subscription.restart(consumer, e);
      throw e;
    } catch (WakeupException e) {
      throw new InterruptedException();
    } catch (InterruptException e) {
      boolean unusedSinceThrown = Thread.interrupted();
      throw new InterruptedException();
    }
  }

  private List<Inbound> take(int max) {
    List<Inbound> taken = new ArrayList<>(Math.min(max, ready.size()));
    while (taken.size() < max && !ready.isEmpty()) {
      taken.add(inbound(ready.remove()));
    }
    return taken;
  }

  private Inbound inbound(ConsumerRecord<byte[], byte[]> message) {
    Headers headers = Names.incoming(message.headers());
    String type = headers.firstOrNull(Names.CONTENT_TYPE);
    String id = headers.firstOrNull(Names.ID);
    String lane = lane(new TopicPartition(message.topic(), message.partition()));
    byte[] value = message.value() == null ? new byte[0] : message.value();
    return new Inbound(Payload.of(value, type == null ? "" : type))
        .headers(Names.visible(headers))
        .id(id == null ? headers.firstOrNull(Names.IDEMPOTENCY_KEY) : id)
        .key(message.key() == null ? null : new String(message.key(), StandardCharsets.UTF_8))
        .identity(lane + "@" + message.offset())
        .handle(message)
        .position(lane, Long.toString(message.offset() + 1))
        .context(Names.context(headers, context.time()))
        .nativeMessage(message);
  }

  static String lane(TopicPartition partition) {
    return partition.topic() + "-" + partition.partition();
  }

  // ---------------------------------------------------------------- settling

  @Override
  public void settle(Settlement settlement, List<Inbound> deliveries) {
    // What is not acknowledged comes again to whoever has the partition next.
    if (!(settlement instanceof Settlement.Ack)) {
      return;
    }
    use.lock();
    try {
      for (Inbound delivery : deliveries) {
        if (delivery.handle() instanceof ConsumerRecord<?, ?> message) {
          commits.reached(
              new TopicPartition(message.topic(), message.partition()), message.offset() + 1);
        }
      }
      commits.begin();
    } finally {
      use.unlock();
    }
  }

  // ---------------------------------------------------------------- rebalances, within a poll

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    joined = true;
    commits.assigned(partitions);
    subscription.assigned(consumer, partitions);
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    release(partitions, subscription.drain());
    commits.finish(partitions, GOODBYE);
    commits.lost(partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    commits.lost(partitions);
    release(partitions, Duration.ZERO);
  }

  private void release(Collection<TopicPartition> partitions, Duration limit) {
    ready.removeIf(
        message -> partitions.contains(new TopicPartition(message.topic(), message.partition())));
    if (handover != null && !closed && !partitions.isEmpty()) {
      Set<String> lanes = partitions.stream().map(KafkaLink::lane).collect(Collectors.toSet());
      handover.release(lanes, limit);
    }
  }

  // ---------------------------------------------------------------- the end

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(consumer)
        ? Optional.of(nativeType.cast(consumer))
        : Optional.empty();
  }

  @Override
  public void close() {
    use.lock();
    try {
      if (!closed) {
        closed = true;
        commits.finish(consumer.assignment(), GOODBYE);
        leave();
      }
    } finally {
      use.unlock();
    }
  }

  @Override
  public void abort() {
    aborted = true;
    consumer.wakeup();
    context.dedicated("parley-kafka-close", this::closeAborted).start();
  }

  private void closeAborted() {
    use.lock();
    try {
      if (!closed) {
        closed = true;
        leave();
      }
    } finally {
      use.unlock();
    }
  }

  // A consumer that has lost its coordinator says no goodbye, and its group would wait for it until
  // the session times out. So it looks for one; the wakeup that ended a poll may be left over.
  private void leave() {
    for (int left = 2; left > 0; left--) {
      try {
        Object unusedSinceItIsThere = consumer.committed(consumer.assignment(), GOODBYE);
        break;
      } catch (WakeupException e) {
        // Once more.
      } catch (KafkaException e) {
        break; // there is nobody to tell
      }
    }
    consumer.close(CloseOptions.timeout(GOODBYE));
  }
}
