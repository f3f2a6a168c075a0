package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Command;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ReturnCallback;
import com.rabbitmq.client.ShutdownListener;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The native channel that messages to one exchange go out on, so that what the broker refuses about
 * one exchange disturbs no other. It holds no more than 1000 messages unconfirmed.
 *
 * <p><b>Threads:</b> one publishes; the native client's reads.
 */
final class Lane implements ConfirmListener, ReturnCallback, ShutdownListener {
  private static final String REPLY_TO = "amq.rabbitmq.reply-to";
  private static final int WINDOW = 1_000;

  private final Channel channel;
  private final Semaphore room = new Semaphore(WINDOW);
  private final ConcurrentNavigableMap<Long, Publication> underWay = new ConcurrentSkipListMap<>();
  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private volatile boolean hasConfirmed;

  /** Who waits for a reply. */
  interface Caller {
    void answered(Delivery reply);

    void lost(Throwable cause);
  }

  /** Opens it; blocks. */
  static Lane open(Connection connection, boolean forCalls) throws IOException {
    Lane lane = new Lane(connection.createChannel());
    lane.begin(forCalls);
    return lane;
  }

  private Lane(Channel channel) {
    this.channel = Objects.requireNonNull(channel, "channel");
  }

  private void begin(boolean forCalls) throws IOException {
    channel.addConfirmListener(this);
    channel.addReturnListener(this);
    channel.addShutdownListener(this);
    channel.confirmSelect();
    if (forCalls) {
      channel.basicConsume(REPLY_TO, true, (tag, reply) -> answered(reply), tag -> {});
    }
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Publishes; blocks while there is no room. */
  void publish(Publication publication) throws InterruptedException {
    room.acquire();
    long number = channel.getNextPublishSeqNo();
    underWay.put(number, publication);
    publication.sender().sent(this);
    if (!publication.sender().isWanted()) {
      taken(number); // stopped before it was sent, perhaps, so that it counts as not sent
      return;
    }
    try {
      channel.basicPublish(
          publication.exchange(),
          publication.routingKey(),
          publication.isMandatory(),
          publication.properties(),
          publication.body());
    } catch (AlreadyClosedException e) {
      if (taken(number) != null) {
        publication.sender().notProcessed();
        publication
            .sender()
            .failed(Failures.isFor(e, publication) ? e : new NoConnectionException(false, e));
      }
    } catch (IOException | RuntimeException e) {
      if (taken(number) != null) {
        publication.sender().failed(new NoConnectionException(true, e));
      }
    }
  }

  private @Nullable Publication taken(Long number) {
    Publication publication = underWay.remove(number);
    if (publication != null) {
      room.release();
    }
    return publication;
  }

  // ---------------------------------------------------------------- what the broker says

  @Override
  public void handleAck(long number, boolean multiple) {
    hasConfirmed = true;
    settle(number, multiple, publication -> publication.sender().confirmed());
  }

  @Override
  public void handleNack(long number, boolean multiple) {
    settle(
        number,
        multiple,
        publication -> {
          publication.sender().notProcessed();
          publication.sender().failed(Failures.nacked());
        });
  }

  private void settle(
      long number, boolean multiple, java.util.function.Consumer<Publication> verdict) {
    if (multiple) {
      for (Long each : underWay.headMap(number).keySet()) {
        settle(each, verdict);
      }
    }
    settle(number, verdict);
  }

  private void settle(Long number, java.util.function.Consumer<Publication> verdict) {
    Publication publication = taken(number);
    if (publication != null) {
      verdict.accept(publication);
    }
  }

  // Comes before the confirm. Of two alike it does not matter which.
  @Override
  public void handle(Return returned) {
    for (Map.Entry<Long, Publication> each : underWay.entrySet()) {
      Publication publication = each.getValue();
      if (publication.routingKey().equals(returned.getRoutingKey())
          && Objects.equals(
              publication.properties().getMessageId(), returned.getProperties().getMessageId())
          && Objects.equals(
              publication.properties().getCorrelationId(),
              returned.getProperties().getCorrelationId())
          && Arrays.equals(publication.body(), returned.getBody())
          && taken(each.getKey()) != null) {
        publication.sender().notProcessed();
        publication.sender().failed(Failures.returned(returned));
        return;
      }
    }
  }

  @Override
  public void shutdownCompleted(ShutdownSignalException cause) {
    for (Long number : underWay.keySet()) {
      Publication publication = taken(number);
      if (publication != null) {
        boolean refused = Failures.isFor(cause, publication);
        if (refused && !hasConfirmed) {
          publication.sender().notProcessed();
        }
        publication.sender().failed(refused ? cause : new NoConnectionException(true, cause));
      }
    }
    List<Caller> lost = List.copyOf(callers.values());
    callers.values().removeAll(lost);
    lost.forEach(caller -> caller.lost(new NoConnectionException(true, cause)));
  }

  /** Asks for a sign of life. */
  CompletableFuture<Command> ping() throws IOException {
    return channel.asyncCompletableRpc(new AMQP.Basic.Qos.Builder().prefetchCount(0).build());
  }

  // ---------------------------------------------------------------- replies

  /** Returns what a request says for its reply to come back on this channel. */
  static String replyTo() {
    return REPLY_TO;
  }

  void expect(String correlation, Caller caller) {
    callers.put(correlation, caller);
  }

  void forget(String correlation) {
    callers.remove(correlation);
  }

  private void answered(Delivery reply) {
    String correlation = reply.getProperties().getCorrelationId();
    Caller caller = correlation == null ? null : callers.remove(correlation);
    if (caller != null) {
      caller.answered(reply);
    }
  }
}
