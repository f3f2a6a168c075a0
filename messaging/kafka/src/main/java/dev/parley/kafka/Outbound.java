package dev.parley.kafka;

import dev.parley.spi.DriverContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The one producer of a channel, made when something is first sent.
 *
 * <p>The native {@code send} blocks its caller until it knows the topic. So a topic is first looked
 * up on a worker, behind which what is sent to it meanwhile waits in order; from then on whoever
 * sends hands over himself, which blocks for {@link KafkaSettings#LOOK} at most, when the
 * producer's buffer is full.
 */
final class Outbound implements AutoCloseable {
  private static final int LOOKS = 3; // that say no before it is believed

  private final KafkaSettings settings;
  private final String servers;
  private final DriverContext context;
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private volatile @Nullable Producer<byte[], byte[]> producer; // written with the lock held
  private boolean closed; // guarded by this

  Outbound(KafkaSettings settings, String servers, DriverContext context) {
    this.settings = settings;
    this.servers = servers;
    this.context = context;
  }

  /** What is sent to one topic. */
  private static final class Lane {
    private final Deque<Sending> waiting = new ArrayDeque<>(); // guarded by this
    private boolean isLookedUp; // guarded by this: a worker is at it
    private volatile @Nullable Producer<byte[], byte[]> knownTo; // who knows the topic
  }

  void submit(Sending sending) {
    Lane lane = lanes.computeIfAbsent(sending.topic(), topic -> new Lane());
    Producer<byte[], byte[]> ready;
    synchronized (lane) {
      ready = lane.isLookedUp ? null : lane.knownTo;
      if (ready == null) {
        lane.waiting.add(sending);
        if (lane.isLookedUp) {
          return;
        }
        lane.isLookedUp = true;
      }
    }
    if (ready != null) {
      send(sending, ready);
      return;
    }
    try {
      context.workers().execute(() -> lookUp(lane, sending.topic()));
    } catch (RejectedExecutionException e) {
      failAll(lane, e);
    }
  }

  private void lookUp(Lane lane, String topic) {
    try {
      Producer<byte[], byte[]> ready = producer();
      awaitTopic(ready, topic, lane);
      lane.knownTo = ready;
      for (Sending next = next(lane); next != null; next = next(lane)) {
        if (!next.isCancelled()) {
          send(next, ready);
        }
      }
    } catch (Throwable e) {
      failAll(lane, e);
    }
  }

  private void send(Sending sending, Producer<byte[], byte[]> ready) {
    if (!sending.sendBy(ready)) {
      discard(ready);
    }
  }

  /** Gives up a producer that is good for nothing any more; the next send makes another. */
  @SuppressWarnings("ReferenceEquality") // of the very producer
  private void discard(Producer<byte[], byte[]> broken) {
    synchronized (this) {
      if (producer != broken) {
        return;
      }
      producer = null;
    }
    lanes.values().forEach(lane -> lane.knownTo = null);
    broken.close(Duration.ZERO);
  }

  private static @Nullable Sending next(Lane lane) {
    synchronized (lane) {
      Sending next = lane.waiting.poll();
      lane.isLookedUp = next != null;
      return next;
    }
  }

  private static void failAll(Lane lane, Throwable failure) {
    for (Sending next = next(lane); next != null; next = next(lane)) {
      next.unsent(failure);
    }
  }

  /** Returns once the producer knows the topic, or nobody waits for it any more. */
  private void awaitTopic(Producer<byte[], byte[]> ready, String topic, Lane lane) {
    long end = context.time().nanoTime() + settings.connectTimeout.toNanos();
    int unknown = 0;
    double closesBefore = metric(ready, "connection-close-total");
    while (isAwaited(lane)) {
      try {
        ready.partitionsFor(topic);
        return;
      } catch (TimeoutException e) {
        boolean isRefused =
            metric(ready, "connection-count") == 0
                && metric(ready, "connection-close-total") >= closesBefore + LOOKS;
        unknown += e.getCause() instanceof UnknownTopicOrPartitionException ? 1 : 0;
        if (isRefused || unknown >= LOOKS || context.time().nanoTime() - end > 0) {
          throw e;
        }
      }
    }
    throw new TimeoutException("nobody waits for " + topic + " any more");
  }

  private static boolean isAwaited(Lane lane) {
    synchronized (lane) {
      return lane.waiting.stream().anyMatch(sending -> !sending.isCancelled());
    }
  }

  private static double metric(Producer<byte[], byte[]> producer, String name) {
    return producer.metrics().values().stream()
        .filter(metric ->
            metric.metricName().name().equals(name)
                && metric.metricName().group().equals("producer-metrics"))
        .map(Metric::metricValue)
        .mapToDouble(value -> value instanceof Number number ? number.doubleValue() : 0)
        .sum();
  }

  /** Returns the producer, made if there is none; resolves the address, which may block. */
  synchronized Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> made = producer;
    if (made == null) {
      if (closed) {
        throw new IllegalStateException("the channel is closed");
      }
      made = new KafkaProducer<>(settings.ofProducer(servers));
      producer = made;
    }
    return made;
  }

  /** Returns the producer if there is one. */
  @Nullable Producer<byte[], byte[]> existing() {
    return producer;
  }

  @Override
  public void close() {
    Producer<byte[], byte[]> last;
    synchronized (this) {
      closed = true;
      last = producer;
    }
    if (last != null) {
      last.close(Duration.ZERO); // what was sent and still wanted has its receipt
    }
  }
}
