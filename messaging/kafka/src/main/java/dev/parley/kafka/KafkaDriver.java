package dev.parley.kafka;

import dev.parley.BackPressure;
import dev.parley.CallOptions;
import dev.parley.Channel;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Message;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.Support;
import dev.parley.Topic;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Exchange;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SendDriver;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/** One cluster as one capability sees it. */
final class KafkaDriver implements ChannelDriver, SendDriver, PollSource {
  private static final int DEFAULT_PORT = 9092;

  private final Class<? extends Channel> capability;
  private final KafkaSettings settings;
  private final DriverContext context;
  private final String endpoint;
  private final String servers;
  private final Outbound outbound;

  KafkaDriver(ChannelSpec spec, KafkaSettings settings, DriverContext context) {
    this.capability = spec.capability();
    this.settings = settings;
    this.context = context;
    this.endpoint = spec.endpoint();
    this.servers = servers(spec);
    this.outbound = new Outbound(settings, servers, context);
  }

  // Several brokers with commas between them are no host to java.net.URI.
  private static String servers(ChannelSpec spec) {
    String authority = spec.uri().getRawAuthority();
    if (authority == null) {
      throw Failures.refused(
          spec.endpoint() + " names no broker: write it as kafka://broker.example:9092");
    }
    StringBuilder servers = new StringBuilder();
    for (String server : authority.split(",", -1)) {
      servers.append(servers.length() == 0 ? "" : ",").append(server);
      if (!server.matches(".*:\\d+")) {
        servers.append(':').append(DEFAULT_PORT);
      }
    }
    return servers.toString();
  }

  @Override
  public Features features() {
    Features features =
        Features.of(
                Guarantee.AT_LEAST_ONCE,
                capability == QueueChannel.class ? Ordering.BY_KEY : Ordering.BY_PARTITION,
                BackPressure.CREDIT)
            .with(Feature.HEADERS, Support.NATIVE);
    return capability == QueueChannel.class
        ? features
            .with(Feature.DELAYED_RETRY, Support.EMULATED)
            .with(Feature.REPLAY, Support.NATIVE)
        : features;
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return List.of(
        new RetryLayer(
            "Kafka producer retries",
            true,
            "within delivery.timeout.ms, by sequence numbers that the broker knows repetitions by"),
        new RetryLayer(
            "Kafka client reconnect", true, "of each socket, within the life of its consumer"));
  }

  @Override
  public Optional<SendDriver> send() {
    return Optional.of(this);
  }

  @Override
  public Optional<SourceDriver> source() {
    return Optional.of(this);
  }

  @Override
  public <T> Exchange<Receipt> prepare(Topic<T> topic, Message<T> message, CallOptions options) {
    return SendExchange.of(outbound, context, topic, message);
  }

  // ---------------------------------------------------------------- queues

  @Override
  public Acknowledgement acknowledgement() {
    return Acknowledgement.PREFIX;
  }

  @Override
  public void check(SourceRequest request) {
    if (request instanceof SourceRequest.OfQueue queue) {
      String unusedSinceItIsGood = Kafka.of(queue.topic()).topic();
      if (group(queue) == null) {
        throw Failures.refused(
            "cannot consume "
                + queue.topic().name()
                + " without a group, which keeps what is settled: add ?group=billing to "
                + endpoint
                + ", or set it in the options");
      }
    }
  }

  private @Nullable String group(SourceRequest.OfQueue queue) {
    return queue.options().group().orElse(settings.group);
  }

  @Override
  public SourceDriver subscribe(SourceRequest request) {
    String group = group((SourceRequest.OfQueue) request);
    if (group == null) {
      throw new IllegalStateException("it was checked before");
    }
    return new KafkaSubscription(settings, servers, group, context);
  }

  @Override
  public PollLink connect(SourceRequest request) {
    throw new IllegalStateException("each subscription connects for itself");
  }

  // ---------------------------------------------------------------- the rest

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    Producer<byte[], byte[]> producer = outbound.existing();
    return nativeType.isInstance(producer)
        ? Optional.of(nativeType.cast(producer))
        : Optional.empty();
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return Failures.translate(nativeFailure);
  }

  @Override
  public void close() {
    outbound.close();
  }
}
