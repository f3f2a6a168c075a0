package dev.parley.mqtt;

import dev.parley.BackPressure;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Channel;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.Support;
import dev.parley.Topic;
import dev.parley.spi.Answer;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Exchange;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SendDriver;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.SourceRequest;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One broker as one capability sees it. */
final class MqttDriver implements ChannelDriver, SendDriver, CallDriver, PushSource {
  private final Class<? extends Channel> capability;
  private final MqttSettings settings;
  private final DriverContext context;
  private final String endpoint;
  private final Wires wires;
  private final @Nullable Replies replies;
  private final Outbound outbound;
  private final AtomicLong order = new AtomicLong();

  MqttDriver(ChannelSpec spec, MqttSettings settings, DriverContext context) {
    this.capability = spec.capability();
    this.settings = settings;
    this.context = context;
    this.endpoint = spec.endpoint();
    boolean calls = capability == CallChannel.class;
    if (calls && settings.version != 5) {
      throw Failures.refused(
          endpoint + " has no calls over MQTT 3.1.1, which has no response topics: use version=5");
    }
    this.wires = new Wires(spec, settings);
    this.replies = calls ? new Replies(settings.responsePrefix, context.workers()) : null;
    String prefix = settings.clientId == null ? "parley" : settings.clientId;
    this.outbound =
        new Outbound(wires, settings, context, prefix + "-" + UUID.randomUUID(), replies);
  }

  @Override
  public Features features() {
    Features features =
        Features.of(
            Guarantee.AT_LEAST_ONCE,
            capability == CallChannel.class ? Ordering.NONE : Ordering.BY_KEY,
            BackPressure.CREDIT);
    if (settings.version == 5) {
      features = features.with(Feature.HEADERS, Support.NATIVE);
    }
    return capability == QueueChannel.class
        ? features.with(Feature.DELAYED_RETRY, Support.EMULATED)
        : features;
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return List.of(
        new RetryLayer(
            "HiveMQ client automatic reconnect", false, "each connection is a client of its own"),
        new RetryLayer(
            "MQTT redelivery of what was published", false, "what is published has no session"));
  }

  @Override
  public Optional<CallDriver> call() {
    return Optional.of(this);
  }

  @Override
  public Optional<SendDriver> send() {
    return Optional.of(this);
  }

  @Override
  public Optional<SourceDriver> source() {
    return Optional.of(this);
  }

  // ---------------------------------------------------------------- sends and calls

  @Override
  public <T> Exchange<Receipt> prepare(Topic<T> topic, Message<T> message, CallOptions options) {
    return new SendExchange(this, PacketTemplate.of(topic, message, context.codecs()));
  }

  @Override
  public <Q, R> Exchange<Answer<R>> prepare(
      Operation<Q, R> operation, @Nullable Q request, CallOptions options) {
    return new CallExchange<>(
        this, PacketTemplate.of(operation, request, context.codecs()), operation.replyType());
  }

  Outbound outbound() {
    return outbound;
  }

  @Nullable Replies replies() {
    return replies;
  }

  DriverContext context() {
    return context;
  }

  long nextOrder() {
    return order.incrementAndGet();
  }

  boolean renewsCredentials() {
    return settings.renewsCredentials;
  }

  @Override
  public boolean completesOnIoThread() {
    return true;
  }

  // ---------------------------------------------------------------- queues

  @Override
  public void check(SourceRequest request) {
    if (request instanceof SourceRequest.OfQueue queue && Names.binding(queue.topic()).qos() == 0) {
      throw Failures.refused(
          "cannot consume "
              + queue.topic().name()
              + " with QoS 0, which has no acknowledgements: bind it with QoS 1 or 2");
    }
  }

  @Override
  public SourceDriver subscribe(SourceRequest request) {
    return new MqttSubscription(
        wires, settings, context, endpoint, (SourceRequest.OfQueue) request);
  }

  @Override
  public PushLink connect(SourceRequest request, Inlet inlet) {
    throw new IllegalStateException("each subscription connects for itself");
  }

  // ---------------------------------------------------------------- the rest

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    Object client = outbound.nativeClient();
    return nativeType.isInstance(client) ? Optional.of(nativeType.cast(client)) : Optional.empty();
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
