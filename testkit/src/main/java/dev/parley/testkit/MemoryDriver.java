package dev.parley.testkit;

import dev.parley.BackPressure;
import dev.parley.CallChannel;
import dev.parley.ConfigurationException;
import dev.parley.DuplexChannel;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.RemoteException;
import dev.parley.StreamChannel;
import dev.parley.Support;
import dev.parley.TransportException;
import dev.parley.UnreachableException;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Codecs;
import dev.parley.spi.DriverContext;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.Inbound;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SendDriver;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** One open endpoint on the in-memory peer. */
final class MemoryDriver implements ChannelDriver {
  private static final int DEFAULT_WINDOW = 16;

  private final MemoryTransport memory;
  private final DriverContext context;
  private final String endpoint;
  private final Class<?> capability;
  private final boolean polls;
  private final boolean prefix;
  private final int lanes;
  private final int window;
  private final String group;
  private final @Nullable Duration lease;
  private final Set<Feature> without;

  MemoryDriver(MemoryTransport memory, ChannelSpec spec, DriverContext context) {
    this.memory = memory;
    this.context = context;
    this.endpoint = spec.endpoint();
    this.capability = spec.capability();
    this.polls = spec.scheme().equals(MemoryTransport.POLL);
    if (capability == QueueChannel.class) {
      this.prefix = isPrefix(spec.text("ack").orElse("single"));
      this.group = spec.text("group").orElse("");
      this.lanes = prefix ? spec.number("lanes").orElse(1) : 1;
      this.lease = prefix ? null : spec.duration("lease").orElse(null);
    } else {
      this.prefix = false;
      this.group = "";
      this.lanes = 1;
      this.lease = null;
    }
    this.window =
        capability == DuplexChannel.class ? spec.number("window").orElse(DEFAULT_WINDOW) : 0;
    this.without = features(spec.text("without").orElse(""));
  }

  private static boolean isPrefix(String ack) {
    return switch (ack) {
      case "single" -> false;
      case "prefix" -> true;
      default -> throw refused("the parameter ack must be single or prefix, but is " + ack);
    };
  }

  private static Set<Feature> features(String names) {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    for (String name : names.isEmpty() ? new String[0] : names.split(",", -1)) {
      try {
        features.add(Feature.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw refused(
            "the parameter without must name features such as dead_letter, but names " + name);
      }
    }
    return features;
  }

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }

  MemoryTransport memory() {
    return memory;
  }

  String endpoint() {
    return endpoint;
  }

  Codecs codecs() {
    return context.codecs();
  }

  Time time() {
    return context.time();
  }

  <P, T> MemoryExchange<P, T> exchange(
      MemoryExchange.Peer<P> peer, MemoryExchange.Decoder<P, T> decoder) {
    return polls
        ? new MemoryExchange.Blocking<>(this, peer, decoder)
        : new MemoryExchange<>(this, peer, decoder);
  }

  /** Runs it on a worker after a while. */
  void later(Duration delay, Runnable task) {
    if (delay.isZero()) {
      onWorker(task);
      return;
    }
    Timeout timeout =
        new Timeout() {
          @Override
          public void expired() {
            onWorker(task);
          }
        };
    context.time().schedule(timeout, delay.toNanos());
  }

  private void onWorker(Runnable task) {
    try {
      context.workers().execute(task);
    } catch (RejectedExecutionException e) {
      task.run(); // the Parley is closed, but what is under way must still end
    }
  }

  /** Connects, as far as the faults let it. */
  void dial() throws Exception {
    memory.faults().awaitPassage();
    if (memory.faults().takeRefusal()) {
      throw MemoryException.refused(endpoint);
    }
  }

  /** Returns an entry as it comes in. */
  Inbound inbound(MemoryLog log, MemoryLog.Entry entry) {
    Inbound inbound =
        new Inbound(entry.body().encoded(codecs()))
            .id(entry.id())
            .key(entry.key())
            .nativeMessage(entry.headers());
    return without.contains(Feature.HEADERS) ? inbound : inbound.headers(entry.headers());
  }

  boolean resumes() {
    return !without.contains(Feature.RESUME) && !without.contains(Feature.REPLAY);
  }

  boolean halfCloses() {
    return !without.contains(Feature.HALF_CLOSE);
  }

  int window() {
    return window;
  }

  String group() {
    return group;
  }

  MemoryGroup newGroup(MemoryLog log) {
    return prefix ? new MemoryPartitionGroup(log, lanes) : new MemoryQueueGroup(log, lease);
  }

  SourceDriver.Acknowledgement acknowledgement() {
    return prefix ? SourceDriver.Acknowledgement.PREFIX : SourceDriver.Acknowledgement.SINGLE;
  }

  @Override
  public Features features() {
    Map<Feature, Support> offered = new EnumMap<>(Feature.class);
    Ordering ordering = Ordering.TOTAL;
    Guarantee guarantee = Guarantee.AT_LEAST_ONCE;
    offered.put(Feature.HEADERS, Support.NATIVE);
    if (capability == CallChannel.class) {
      ordering = Ordering.NONE;
    } else if (capability == StreamChannel.class) {
      offered.put(Feature.REPLAY, Support.NATIVE);
      offered.put(Feature.RESUME, Support.NATIVE);
      guarantee = resumes() ? Guarantee.AT_LEAST_ONCE : Guarantee.AT_MOST_ONCE;
    } else if (capability == QueueChannel.class) {
      ordering = prefix ? Ordering.BY_PARTITION : Ordering.BY_KEY;
      offered.put(Feature.DELAYED_RETRY, prefix ? Support.EMULATED : Support.NATIVE);
      if (!prefix) {
        offered.put(Feature.DEAD_LETTER, Support.NATIVE);
      }
      if (lease != null) {
        offered.put(Feature.EXTEND_LEASE, Support.NATIVE);
      }
    } else if (capability == DuplexChannel.class) {
      guarantee = Guarantee.AT_MOST_ONCE;
      offered.put(Feature.HALF_CLOSE, Support.NATIVE);
      offered.remove(Feature.HEADERS);
    }
    without.forEach(offered::remove);
    Features features = Features.of(guarantee, ordering, BackPressure.CREDIT);
    for (Map.Entry<Feature, Support> each : offered.entrySet()) {
      features = features.with(each.getKey(), each.getValue());
    }
    return features;
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return List.of();
  }

  @Override
  public Optional<CallDriver> call() {
    return Optional.of(new MemoryCalls(this));
  }

  @Override
  public Optional<SendDriver> send() {
    return Optional.of(new MemorySends(this));
  }

  @Override
  public Optional<SourceDriver> source() {
    MemorySource source = new MemorySource(this);
    return Optional.of(polls ? source.poll() : source.push());
  }

  @Override
  public Optional<DuplexDriver> duplex() {
    return Optional.of(new MemoryDuplex(this));
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(memory) ? Optional.of(nativeType.cast(memory)) : Optional.empty();
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    if (!(nativeFailure instanceof MemoryException known)) {
      return new TransportException(
          Failure.of(Kind.TRANSIENT, Effect.POSSIBLE, "the exchange failed: " + nativeFailure)
              .withCause(nativeFailure));
    }
    Failure failure =
        Failure.of(known.kind(), known.effect(), known.message())
            .withCause(known)
            .withRetryAfter(known.retryAfter());
    return switch (known.origin()) {
      case REFUSAL -> new UnreachableException(failure);
      case NETWORK -> new TransportException(failure);
      case PEER -> new RemoteException(failure, known.kind().name(), Headers.empty(), null);
    };
  }

  /** Returns how long the peer waits for a settlement, or null for as long as the link lives. */
  @Nullable Duration lease() {
    return lease;
  }

  @Override
  public void close() {}
}
