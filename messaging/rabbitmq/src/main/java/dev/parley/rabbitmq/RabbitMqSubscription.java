package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import dev.parley.Gap;
import dev.parley.Ordering;
import dev.parley.spi.Continuity;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.SourceRequest;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One consumer, over all its connections. */
final class RabbitMqSubscription implements PushSource {
  private static final long LOCK_PAUSE_MILLIS = 50;
  private static final int LOCK_EXPIRES_MILLIS = 600_000; // if it is not deleted at the end

  private final Wires wires;
  private final DriverContext context;
  private final RabbitMq binding;
  private final DeadLetters deadLetters;
  private final int prefetch;
  private final boolean keepsOrder;
  private final String lock = "parley-" + UUID.randomUUID();
  private volatile boolean hasConsumed;

  RabbitMqSubscription(
      Wires wires, DriverContext context, Outbound outbound, SourceRequest.OfQueue request) {
    this.wires = wires;
    this.context = context;
    this.binding = Properties.binding(request.topic());
    this.deadLetters = new DeadLetters(outbound, context, binding, request.topic().name());
    this.prefetch = Math.min(request.options().maxUnsettled(), 65_535);
    this.keepsOrder = request.options().ordering() != Ordering.NONE && !binding.isTemporary();
  }

  /** Connects on a thread of its own, since the native client cannot be interrupted. */
  @Override
  public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
    Wire wire = wires.wire();
    CompletableFuture<PushLink> made = new CompletableFuture<>();
    context
        .dedicated(
            "parley-rabbitmq-dial",
            () -> {
              try {
                made.complete(open(wire, inlet));
              } catch (Throwable e) {
                wire.abort();
                made.completeExceptionally(e);
              }
            })
        .start();
    try {
      return made.get();
    } catch (InterruptedException e) {
      wire.abort();
      throw e;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? Failures.notConnected(cause) : e;
    }
  }

  private PushLink open(Wire wire, Inlet inlet) throws Exception {
    Connection connection = wire.open();
    Channel channel = keepsOrder ? successor(connection) : connection.createChannel();
    Topology.declare(channel, binding);
    String queue = Topology.queue(channel, binding);
    channel.basicQos(prefetch);
    RabbitMqLink link =
        new RabbitMqLink(
            inlet,
            wire,
            channel,
            prefetch,
            context.time(),
            deadLetters,
            continuity(),
            keepsOrder ? lock : null);
    channel.basicConsume(
        queue, false, Map.of("x-priority", binding.consumerPriority()), link.new Consumer());
    hasConsumed = true;
    return link;
  }

  /**
   * Returns a channel once the broker has given up the one before it, since only then it delivers
   * again what was not acknowledged there, before what is new. The lock is a queue that takes one
   * consumer, on the same channel: it is told of a channel's end together with the queue proper.
   * Who may not declare it consumes at once.
   */
  private Channel successor(Connection connection) throws IOException, InterruptedException {
    while (true) {
      Channel channel = connection.createChannel();
      try {
        channel.queueDeclare(lock, true, false, false, Map.of("x-expires", LOCK_EXPIRES_MILLIS));
        channel.basicConsume(lock, true, "", false, true, Map.of(), new DefaultConsumer(channel));
        return channel;
      } catch (IOException e) {
        if (!(reason(e) instanceof AMQP.Channel.Close close)
            || close.getReplyCode() != AMQP.ACCESS_REFUSED) {
          throw e;
        }
        if (!close.getReplyText().contains("exclusive use")) {
          return connection.createChannel();
        }
      }
      TimeUnit.MILLISECONDS.sleep(LOCK_PAUSE_MILLIS);
    }
  }

  private static @Nullable Method reason(IOException failure) {
    return failure.getCause() instanceof ShutdownSignalException shutdown
        ? shutdown.getReason()
        : null;
  }

  private Continuity continuity() {
    if (!binding.isTemporary()) {
      return new Continuity(Gap.NONE, "the broker keeps the queue");
    }
    return hasConsumed
        ? new Continuity(Gap.LOST, "the temporary queue has gone with its connection")
        : new Continuity(Gap.NONE, "a new queue");
  }
}
