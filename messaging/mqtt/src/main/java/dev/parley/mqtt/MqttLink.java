package dev.parley.mqtt;

import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Payload;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.Settlement;
import dev.parley.spi.Time;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** One connection of a consumer. The native client acknowledges in the order of arrival. */
final class MqttLink implements PushLink, Subscriber<Incoming> {
  private static final long GOODBYE_MILLIS = 1_000;

  private final Inlet inlet;
  private final Mqtt address;
  private final Time time;
  private final boolean endsSession;
  private volatile @Nullable Wire wire;
  private volatile @Nullable Subscription incoming;
  private final CompletableFuture<Void> end = new CompletableFuture<>(); // fails
  private volatile @Nullable Continuity continuity;

  MqttLink(Inlet inlet, Mqtt address, Time time, boolean endsSession) {
    this.inlet = inlet;
    this.address = address;
    this.time = time;
    this.endsSession = endsSession;
  }

  // The flow keeps the native client's thread. Before the end of the connection the native client
  // would acknowledge what nobody has seen.
  private void stopListening() {
    Subscription subscription = incoming;
    if (subscription != null) {
      subscription.cancel();
    }
  }

  /** Begins to listen, before the connect: what a session brings at once must find somebody. */
  void listen(Wire newWire) {
    wire = newWire;
    newWire.incoming(true).subscribe(this);
  }

  /** Completes with a failure when the connection is gone. */
  CompletableFuture<Void> end() {
    return end;
  }

  /** It is connected and subscribed; from now on the engine learns of its end. */
  void stands(Continuity newContinuity) {
    continuity = newContinuity;
    CompletableFuture<?> unusedSinceItTells =
        end.whenComplete((unused, cause) -> inlet.lost(cause));
  }

  void gone(Throwable cause) {
    stopListening();
    end.completeExceptionally(cause);
  }

  @Override
  public Continuity continuity() {
    return Objects.requireNonNull(continuity, "continuity");
  }

  // ---------------------------------------------------------------- what comes in

  @Override
  public void onSubscribe(Subscription subscription) {
    incoming = subscription;
  }

  @Override
  public void onNext(Incoming message) {
    inlet.deliver(inbound(message));
  }

  @Override
  public void onError(Throwable failure) {
    inlet.lost(failure);
  }

  @Override
  public void onComplete() {
    // The end of the connection is told of elsewhere.
  }

  @Override
  public void request(int more) {
    Subscription subscription = incoming;
    if (subscription != null) {
      subscription.request(more);
    }
  }

  private Inbound inbound(Incoming message) {
    String type = message.contentType();
    String id = message.headers().firstOrNull(Names.ID);
    if (id == null) {
      id = message.headers().firstOrNull(Names.IDEMPOTENCY_KEY);
    }
    Context context = Names.context(message.headers());
    if (message.expirySeconds() >= 0) {
      context =
          context.withDeadline(Deadline.after(Duration.ofSeconds(message.expirySeconds()), time));
    }
    return new Inbound(Payload.of(message.payload(), type == null ? "" : type))
        .headers(message.headers().without(Names.ID).without(Names.KEY))
        .id(id)
        .identity(id)
        .key(Names.key(address, message))
        .handle(message)
        .context(context)
        .nativeMessage(message.nativeMessage());
  }

  // ---------------------------------------------------------------- what goes out

  @Override
  public void settle(Settlement settlement, List<Inbound> deliveries) {
    // Whatever is not acknowledged comes again with the session's next connection.
    if (settlement instanceof Settlement.Ack) {
      for (Inbound delivery : deliveries) {
        if (delivery.handle() instanceof Incoming message) {
          message.acknowledgement().run();
        }
      }
    }
  }

  @Override
  public void ping() {
    Wire current = wire;
    if (current != null) {
      CompletableFuture<?> unusedSinceSilenceTells = current.ping().thenRun(inlet::alive);
    }
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    Object client = wire == null ? null : wire.nativeClient();
    return nativeType.isInstance(client) ? Optional.of(nativeType.cast(client)) : Optional.empty();
  }

  @Override
  public void close() {
    Wire current = wire;
    if (current == null) {
      return;
    }
    try {
      goodbye(current, endsSession).get(GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // It is gone already, or will be soon.
    }
  }

  @Override
  public void abort() {
    Wire current = wire;
    if (current != null) {
      CompletableFuture<?> unusedSinceNobodyWaits = goodbye(current, false);
    }
  }

  private CompletableFuture<?> goodbye(Wire current, boolean ends) {
    return current.disconnect(ends).whenComplete((unused, failure) -> stopListening());
  }
}
