package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
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

/** One consumer, over all its connections. */
final class RabbitMqSubscription implements PushSource {
  private static final long LOCK_PAUSE_MILLIS = 50;

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
    if (keepsOrder) {
      awaitPredecessor(connection);
    }
    Channel channel = connection.createChannel();
    Topology.declare(channel, binding);
    String queue = Topology.queue(channel, binding);
    channel.basicQos(prefetch);
    RabbitMqLink link =
        new RabbitMqLink(inlet, wire, channel, prefetch, context.time(), deadLetters, continuity());
    channel.basicConsume(
        queue, false, Map.of("x-priority", binding.consumerPriority()), link.new Consumer());
    hasConsumed = true;
    return link;
  }

  /**
   * Waits until the broker has given up the connection before this one, since only then it delivers
   * again what was not acknowledged there, before what is new. The lock is a queue that ends with
   * its connection; who may not declare it consumes at once.
   */
  private void awaitPredecessor(Connection connection) throws IOException, InterruptedException {
    while (true) {
      Channel channel = connection.createChannel();
      try {
        channel.queueDeclare(lock, false, true, true, Map.of());
        channel.abort();
        return;
      } catch (IOException e) {
        int code = replyCode(e);
        if (code == AMQP.ACCESS_REFUSED) {
          return;
        }
        if (code != AMQP.RESOURCE_LOCKED) {
          throw e;
        }
      }
      TimeUnit.MILLISECONDS.sleep(LOCK_PAUSE_MILLIS);
    }
  }

  private static int replyCode(IOException failure) {
    return failure.getCause() instanceof ShutdownSignalException shutdown
            && shutdown.getReason() instanceof AMQP.Channel.Close close
        ? close.getReplyCode()
        : 0;
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
