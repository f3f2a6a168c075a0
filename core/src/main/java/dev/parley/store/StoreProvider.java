package dev.parley.store;

import dev.parley.BackPressure;
import dev.parley.Channel;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Kind;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.Support;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SendDriver;
import dev.parley.spi.SourceDriver;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Opens the queues of a store as channels, for an inbox or an outbox. */
final class StoreProvider implements ChannelProvider {
  private final String scheme;
  private final Queue queue;
  private final UnaryOperator<String> queueOfTopic;

  /**
   * Creates a provider.
   *
   * @param queueOfTopic names the queue in the store that a topic's messages are in
   */
  StoreProvider(String scheme, Queue queue, UnaryOperator<String> queueOfTopic) {
    this.scheme = scheme;
    this.queue = queue;
    this.queueOfTopic = queueOfTopic;
  }

  @Override
  public Set<String> schemes() {
    return Set.of(scheme);
  }

  @Override
  public Set<Class<? extends Channel>> capabilities(String asked) {
    return Set.of(QueueChannel.class, SendChannel.class);
  }

  @Override
  public ChannelDriver open(ChannelSpec spec, DriverContext context) {
    return new Driver(
        queue,
        new StoreSource(queue, queueOfTopic, context.time(), context.workers()),
        new StoreSends(queue, queueOfTopic, context.codecs(), context.workers()));
  }

  private record Driver(Queue queue, StoreSource taken, StoreSends sends) implements ChannelDriver {
    @Override
    public Features features() {
      return Features.of(Guarantee.AT_LEAST_ONCE, Ordering.BY_KEY, BackPressure.CREDIT)
          .with(Feature.DELAYED_RETRY, Support.NATIVE)
          .with(Feature.DEAD_LETTER, Support.NATIVE)
          .with(Feature.EXTEND_LEASE, Support.NATIVE)
          .with(Feature.NATIVE_DEDUP, Support.NATIVE)
          .with(Feature.HEADERS, Support.NATIVE);
    }

    @Override
    public List<RetryLayer> retryLayers() {
      return List.of();
    }

    @Override
    public Optional<SourceDriver> source() {
      return Optional.of(taken);
    }

    @Override
    public Optional<SendDriver> send() {
      return Optional.of(sends);
    }

    @Override
    public <N> Optional<N> unwrap(Class<N> nativeType) {
      return nativeType.isInstance(queue.store)
          ? Optional.of(nativeType.cast(queue.store))
          : Optional.empty();
    }

    @Override
    public ParleyException translate(Throwable nativeFailure) {
      if (nativeFailure instanceof ParleyException known) {
        return known;
      }
      return new ParleyException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "the store failed: " + nativeFailure)
              .withCause(nativeFailure));
    }

    @Override
    public void close() {}
  }
}
