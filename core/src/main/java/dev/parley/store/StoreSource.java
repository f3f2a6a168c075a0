package dev.parley.store;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.SourceRequest;
import dev.parley.spi.Time;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;

/**
 * Takes messages from a store. What a lost link had is given back before the next one begins: by
 * its owner's name, since some of it may have been claimed by a request whose answer was lost.
 */
final class StoreSource implements PollSource {
  private final Queue queue;
  private final UnaryOperator<String> queueOfTopic;
  private final Time time;
  private final Executor workers;
  private final Map<String, String> gone = new ConcurrentHashMap<>(); // owner to queue

  StoreSource(Queue queue, UnaryOperator<String> queueOfTopic, Time time, Executor workers) {
    this.queue = queue;
    this.queueOfTopic = queueOfTopic;
    this.time = time;
    this.workers = workers;
  }

  @Override
  public void check(SourceRequest request) {
    if (request instanceof SourceRequest.OfQueue asked && asked.options().group().isPresent()) {
      throw new ConfigurationException(
          Failure.of(
              Kind.LOCAL,
              Effect.NOT_SENT,
              "a store has no groups: all who consume "
                  + asked.topic().name()
                  + " share its messages; leave ConsumeOptions.group out"));
    }
  }

  @Override
  public PollLink connect(SourceRequest request) {
    if (!(request instanceof SourceRequest.OfQueue asked)) {
      throw new IllegalArgumentException("a store has queues only");
    }
    giveBack();
    String owner = queue.name + "-" + UUID.randomUUID();
    return new StoreLink(
        this,
        queue,
        queueOfTopic.apply(asked.topic().name()),
        owner,
        asked.options().retryMode(),
        time);
  }

  /** Gives back what the owner has, now if the store answers, else before the next connect. */
  void gone(String owner, String queueName) {
    gone.put(owner, queueName);
    try {
      workers.execute(() -> {
        try {
          giveBack();
        } catch (ParleyException notNow) {
          // The next connect does, or else the lease ends.
        }
      });
    } catch (RejectedExecutionException closed) {
      giveBackQuietly();
    }
  }

  /** Gives back what the owner has, before this returns if the store answers. */
  void leave(String owner, String queueName) {
    gone.put(owner, queueName);
    giveBackQuietly();
  }

  private void giveBackQuietly() {
    try {
      giveBack();
    } catch (ParleyException notNow) {
      // Their leases end.
    }
  }

  private void giveBack() {
    gone.forEach((owner, queueName) -> {
      int count = queue.store.abandon(queueName, owner);
      gone.remove(owner);
      if (count > 0) {
        queue.bell.ring();
      }
    });
  }
}
