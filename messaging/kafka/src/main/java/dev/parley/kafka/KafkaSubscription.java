package dev.parley.kafka;

import dev.parley.Gap;
import dev.parley.Position;
import dev.parley.spi.Continuity;
import dev.parley.spi.DriverContext;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.SourceRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One subscription: where its consumers begin, and what is lost between two of them. */
final class KafkaSubscription implements PollSource {
  private final KafkaSettings settings;
  private final String servers;
  private final String group;
  private final DriverContext context;
  private volatile @Nullable Position from; // until the group has offsets of its own
  private final Set<TopicPartition> begun = ConcurrentHashMap.newKeySet(); // there
  private volatile @Nullable String loss; // since the last connect

  KafkaSubscription(KafkaSettings settings, String servers, String group, DriverContext context) {
    this.settings = settings;
    this.servers = servers;
    this.group = group;
    this.context = context;
  }

  @Override
  public Acknowledgement acknowledgement() {
    return Acknowledgement.PREFIX;
  }

  @Override
  public PollLink connect(SourceRequest request) throws Exception {
    SourceRequest.OfQueue queue = (SourceRequest.OfQueue) request;
    from = request.from();
    KafkaLink link =
        new KafkaLink(
            this,
            new KafkaConsumer<>(
                settings.ofConsumer(servers, group, queue.options().maxUnsettled())),
            context);
    try {
      link.join(Kafka.of(queue.topic()).topic(), settings.connectTimeout);
    } catch (Exception e) {
      link.abort();
      throw e instanceof InterruptedException ? e : new UnsentException(e);
    }
    return link;
  }

  Duration drain() {
    return settings.revokeDrain;
  }

  Continuity continuity() {
    String lost = loss;
    loss = null;
    return lost == null
        ? new Continuity(Gap.NONE, "the group's offsets")
        : new Continuity(Gap.LOST, lost);
  }

  /** Partitions came: they begin where the group has committed, or where the consumer asked for. */
  void assigned(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    Position position = from;
    if (position == null) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : partitions) {
      if (begun.contains(partition)) {
        continue; // the group knows how far it is since
      }
      position
          .lane(KafkaLink.lane(partition))
          .map(Long::valueOf)
          .ifPresent(offset -> offsets.put(partition, new OffsetAndMetadata(offset)));
    }
    if (!offsets.isEmpty()) {
      offsets.forEach(consumer::seek);
      consumer.commitSync(offsets); // or another member would begin elsewhere
      begun.addAll(offsets.keySet());
    }
  }

  /** The group has no offsets for partitions: they begin where the settings say. */
  void start(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    if (settings.start.equals("latest")) {
      consumer.seekToEnd(partitions);
    } else {
      consumer.seekToBeginning(partitions);
    }
  }

  /** The broker has deleted what was next: the next connect begins with what is left, and tells. */
  void restart(Consumer<byte[], byte[]> consumer, OffsetOutOfRangeException gone) {
    Map<TopicPartition, Long> first = consumer.beginningOffsets(gone.partitions());
    consumer.commitSync(
        first.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, each -> new OffsetAndMetadata(each.getValue()))));
    loss = "the broker no longer has the group's offsets: " + gone.partitions();
  }
}
