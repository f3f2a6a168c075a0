package dev.parley.rabbitmq;

import com.rabbitmq.client.Connection;
import dev.parley.BackPressure;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Channel;
import dev.parley.ConfigurationException;
import dev.parley.DeadLetter;
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
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One broker as one capability sees it. */
final class RabbitMqDriver implements ChannelDriver, SendDriver, CallDriver, PushSource {
  private final Class<? extends Channel> capability;
  private final RabbitMqSettings settings;
  private final DriverContext context;
  private final Wires wires;
  private final Outbound outbound;
  private final AtomicLong correlation = new AtomicLong();

  RabbitMqDriver(ChannelSpec spec, RabbitMqSettings settings, DriverContext context) {
    this.capability = spec.capability();
    this.settings = settings;
    this.context = context;
    this.wires = new Wires(spec, settings, context.time());
    this.outbound = new Outbound(wires, context, spec.endpoint(), capability == CallChannel.class);
  }

  @Override
  public Features features() {
    Features features =
        Features.of(
                Guarantee.AT_LEAST_ONCE,
                capability == CallChannel.class ? Ordering.NONE : Ordering.BY_KEY,
                BackPressure.CREDIT)
            .with(Feature.HEADERS, Support.NATIVE);
    return capability == QueueChannel.class
        ? features
            .with(Feature.DELAYED_RETRY, Support.EMULATED)
            .with(Feature.DEAD_LETTER, Support.EMULATED)
        : features;
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return List.of(
        new RetryLayer(
            "RabbitMQ client automatic recovery", false, "automaticRecoveryEnabled(false)"),
        new RetryLayer("RabbitMQ client topology recovery", false, "each connect declares anew"));
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
    return new SendExchange(
        this, MessageTemplate.of(topic, message, context, settings.maxMessageBytes));
  }

  @Override
  public <Q, R> Exchange<Answer<R>> prepare(
      Operation<Q, R> operation, @Nullable Q request, CallOptions options) {
    return new CallExchange<>(
        this,
        MessageTemplate.of(operation, request, context, settings.maxMessageBytes),
        operation.replyType());
  }

  Outbound outbound() {
    return outbound;
  }

  DriverContext context() {
    return context;
  }

  String nextCorrelation() {
    return Long.toString(correlation.incrementAndGet());
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
    if (!(request instanceof SourceRequest.OfQueue queue)) {
      return;
    }
    RabbitMq binding = Properties.binding(queue.topic());
    if (binding.queue() == null && !binding.isTemporary()) {
      throw cannotConsume(
          queue,
          "it is bound to an exchange; name the queue with consumeFrom(…), or declare a TEMPORARY"
              + " one");
    }
    if (queue.options().group().isPresent()) {
      throw cannotConsume(
          queue,
          "RabbitMQ has no groups; all who consume from one queue share it, and another group is"
              + " another queue: bind the topic to it");
    }
    if (queue.options().deadLetter() == DeadLetter.PEER && binding.deadLetterExchange() == null) {
      throw cannotConsume(
          queue,
          "its queue has no dead letters; bind the topic with deadLetter(…), or choose"
              + " ConsumeOptions.deadLetter(DeadLetter.to(channel, topic)) or"
              + " DeadLetter.LOG_AND_DROP");
    }
  }

  private static ConfigurationException cannotConsume(SourceRequest.OfQueue queue, String why) {
    return Failures.refused("cannot consume " + queue.topic().name() + ": " + why);
  }

  @Override
  public SourceDriver subscribe(SourceRequest request) {
    return new RabbitMqSubscription(wires, context, outbound, (SourceRequest.OfQueue) request);
  }

  @Override
  public PushLink connect(SourceRequest request, Inlet inlet) {
    throw new IllegalStateException("each subscription connects for itself");
  }

  // ---------------------------------------------------------------- the rest

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    if (nativeType.isInstance(wires.factory())) {
      return Optional.of(nativeType.cast(wires.factory()));
    }
    Connection connection = outbound.nativeConnection();
    return nativeType.isInstance(connection)
        ? Optional.of(nativeType.cast(connection))
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
