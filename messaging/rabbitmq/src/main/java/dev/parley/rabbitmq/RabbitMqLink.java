package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.parley.Headers;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.Settlement;
import dev.parley.spi.Time;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a consumer. Its delivery tags die with it: what is settled after its end is
 * settled nowhere (AMQ-2).
 */
final class RabbitMqLink implements PushLink {
  private static final String DELIVERY_COUNT = "x-delivery-count";

  private final Inlet inlet;
  private final Wire wire;
  private final Channel channel;
  private final int prefetch;
  private final Time time;
  private final DeadLetters deadLetters;
  private final Continuity continuity;
  private final @Nullable String lock;

  // Guarded by this.
  private final Deque<Inbound> held = new ArrayDeque<>(); // no more than the prefetch
  private int credit;

  private final Tags tags = new Tags(); // guarded by itself

  RabbitMqLink(
      Inlet inlet,
      Wire wire,
      Channel channel,
      int prefetch,
      Time time,
      DeadLetters deadLetters,
      Continuity continuity,
      @Nullable String lock) {
    this.inlet = inlet;
    this.wire = wire;
    this.channel = channel;
    this.prefetch = prefetch;
    this.time = time;
    this.deadLetters = deadLetters;
    this.continuity = continuity;
    this.lock = lock;
  }

  @Override
  public Continuity continuity() {
    return continuity;
  }

  // ---------------------------------------------------------------- what comes in

  /** Hears what the broker delivers, on the thread that reads. */
  final class Consumer extends DefaultConsumer {
    Consumer() {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
      arrived(inbound(new Delivery(envelope, properties, body)));
    }

    @Override
    public void handleCancel(String tag) {
      inlet.lost(new IOException("the broker has cancelled the consumer: its queue was deleted"));
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException cause) {
      inlet.lost(cause);
    }
  }

  private void arrived(Inbound inbound) {
    synchronized (this) {
      held.add(inbound);
      handOut();
    }
  }

  @Override
  public synchronized void request(int more) {
    credit += more;
    handOut();
  }

  // With the lock held, for their order; an inlet never blocks.
  private void handOut() {
    while (credit > 0 && !held.isEmpty()) {
      credit--;
      inlet.deliver(held.remove());
    }
  }

  private Inbound inbound(Delivery message) {
    Headers headers = Properties.headers(message.getProperties());
    String id = message.getProperties().getMessageId();
    String key = headers.firstOrNull(Properties.KEY);
    return new Inbound(Properties.payload(message))
        .headers(headers.without(Properties.KEY))
        .id(id)
        .identity(id)
        .key(key == null ? message.getEnvelope().getRoutingKey() : key)
        .handle(message.getEnvelope().getDeliveryTag())
        .attempt(attempt(message))
        .context(Properties.context(headers, time))
        .nativeMessage(message);
  }

  // A quorum queue counts; a classic one says whether it is the first.
  private static int attempt(Delivery message) {
    var table = message.getProperties().getHeaders();
    if (table != null && table.get(DELIVERY_COUNT) instanceof Number count) {
      return count.intValue() + 1;
    }
    return message.getEnvelope().isRedeliver() ? 0 : 1;
  }

  // ---------------------------------------------------------------- what goes out

  @Override
  public void settle(Settlement settlement, List<Inbound> deliveries) throws IOException {
    if (settlement instanceof Settlement.Ack) {
      ack(deliveries);
    } else if (settlement instanceof Settlement.Retry) {
      giveBack(deliveries);
    } else if (settlement instanceof Settlement.Reject reject) {
      for (Inbound delivery : deliveries) {
        deadLetters.take(delivery, reject.reason(), () -> ackQuietly(delivery), channel::isOpen);
      }
    }
  }

  private void ack(List<Inbound> deliveries) throws IOException {
    synchronized (tags) {
      deliveries.forEach(delivery -> tags.settled(tag(delivery)));
      long prefix = tags.advance();
      List<Long> single = new ArrayList<>();
      long last = 0; // the broker must still know the one that it is told
      for (Inbound delivery : deliveries) {
        if (tag(delivery) > prefix) {
          single.add(tag(delivery));
        } else {
          last = Math.max(last, tag(delivery));
        }
      }
      // With the lock held, so that what was given back is so before a prefix goes beyond it.
      if (last > 0) {
        channel.basicAck(last, true);
      }
      for (long tag : single) {
        channel.basicAck(tag, false);
      }
    }
  }

  private void ackQuietly(Inbound delivery) {
    try {
      ack(List.of(delivery));
    } catch (IOException | RuntimeException e) {
      // The link is gone, and the broker delivers it again.
    }
  }

  private void giveBack(List<Inbound> deliveries) throws IOException {
    synchronized (tags) {
      for (Inbound delivery : deliveries) {
        channel.basicNack(tag(delivery), false, true);
        tags.settled(tag(delivery));
      }
    }
  }

  private static long tag(Inbound delivery) {
    return delivery.handle() instanceof Long tag ? tag : 0;
  }

  @Override
  public void ping() throws IOException {
    CompletableFuture<?> unusedSinceSilenceTells =
        channel
            .asyncCompletableRpc(new AMQP.Basic.Qos.Builder().prefetchCount(prefetch).build())
            .thenRun(inlet::alive);
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    if (nativeType.isInstance(channel)) {
      return Optional.of(nativeType.cast(channel));
    }
    Connection connection = wire.connection();
    return nativeType.isInstance(connection)
        ? Optional.of(nativeType.cast(connection))
        : Optional.empty();
  }

  @Override
  public void close() {
    try {
      if (lock != null) {
        channel.queueDeleteNoWait(lock, false, false);
      }
    } catch (IOException | RuntimeException e) {
      // It expires.
    }
    wire.close();
  }

  @Override
  public void abort() {
    wire.abort();
  }
}
