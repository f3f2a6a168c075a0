package dev.parley.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * How far each partition of a consumer is settled. One commit is under way at a time, and takes
 * along all that has been settled since; a commit for a partition that went to another member is
 * dropped. Used by whoever uses the consumer.
 */
final class Commits {
  private final Consumer<byte[], byte[]> consumer;
  private final Set<TopicPartition> own = new HashSet<>();
  private Map<TopicPartition, OffsetAndMetadata> pending = new HashMap<>();
  private boolean underWay;
  private @Nullable Exception failure;

  Commits(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  void assigned(Collection<TopicPartition> partitions) {
    own.addAll(partitions);
  }

  void lost(Collection<TopicPartition> partitions) {
    own.removeAll(partitions);
    pending.keySet().removeAll(partitions);
  }

  void reached(TopicPartition partition, long offset) {
    if (own.contains(partition)) {
      pending.put(partition, new OffsetAndMetadata(offset));
    }
  }

  /** Commits what is pending, unless a commit is under way, which the next one follows. */
  void begin() {
    if (underWay || pending.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = pending;
    pending = new HashMap<>();
    underWay = true;
    consumer.commitAsync(
        offsets,
        (committed, problem) -> {
          underWay = false;
          if (problem == null) {
            begin();
          } else {
            failed(offsets, problem);
          }
        });
  }

  /** Commits again what a passing trouble kept from being committed. */
  void retry() {
    begin();
  }

  private void failed(Map<TopicPartition, OffsetAndMetadata> offsets, Exception problem) {
    if (isPassing(problem)) {
      offsets.forEach((partition, offset) -> {
        if (own.contains(partition)) {
          pending.putIfAbsent(partition, offset);
        }
      });
    } else if (!(problem instanceof CommitFailedException)) { // else they are lost, as is told
      failure = problem;
    }
  }

  private static boolean isPassing(Exception problem) {
    return problem instanceof RetriableCommitFailedException
        || problem instanceof RetriableException
        || problem instanceof RebalanceInProgressException;
  }

  /** Throws what a commit has failed with for good. */
  void check() throws Exception {
    if (failure != null) {
      throw failure;
    }
  }

  /** Commits what is pending of these partitions, and waits for it; a failure means redelivery. */
  void finish(Collection<TopicPartition> partitions, Duration limit) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(pending);
    offsets.keySet().retainAll(partitions);
    if (offsets.isEmpty() && !underWay) {
      return;
    }
    try {
      commit(offsets, limit);
    } catch (KafkaException e) {
      // It is delivered again.
    }
    pending.keySet().removeAll(offsets.keySet());
  }

  // It also waits for the one that is under way.
  private void commit(Map<TopicPartition, OffsetAndMetadata> offsets, Duration limit) {
    try {
      consumer.commitSync(offsets, limit);
    } catch (WakeupException e) {
      consumer.commitSync(offsets, limit);
    }
  }
}
