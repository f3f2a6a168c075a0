package dev.parley.engine;

import dev.parley.Context;
import dev.parley.Delivery;
import dev.parley.Headers;
import dev.parley.Payload;
import dev.parley.Position;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A delivery as the user holds it: settled once. */
final class EngineDelivery<T> implements Delivery<T> {
  private final QueueSubscription<T> subscription;
  private final Item item;
  private final T body;
  private final int attempt;
  private @Nullable String settled; // how, in the words of the API; guarded by this
  private volatile boolean keepsKey;

  EngineDelivery(QueueSubscription<T> subscription, Item item, T body) {
    this.subscription = subscription;
    this.item = item;
    this.body = body;
    this.attempt = item.attempt;
  }

  @Override
  public T body() {
    return body;
  }

  @Override
  public Headers headers() {
    return item.inbound.headers();
  }

  @Override
  public Optional<String> id() {
    return Optional.ofNullable(item.inbound.id());
  }

  @Override
  public Optional<String> key() {
    return Optional.ofNullable(item.inbound.key());
  }

  @Override
  public Context context() {
    return item.inbound.context();
  }

  @Override
  public Payload payload() {
    return item.inbound.payload();
  }

  @Override
  public void ack() {
    if (settle("acknowledged")) {
      subscription.acked(item);
    }
  }

  @Override
  public void retry() {
    if (settle("retried")) {
      keepsKey = subscription.retried(item, null, null);
    }
  }

  @Override
  public void retry(Duration after) {
    Objects.requireNonNull(after, "after");
    if (after.isNegative()) {
      throw new IllegalArgumentException("after must not be negative, but is " + after);
    }
    if (settle("retried")) {
      keepsKey = subscription.retried(item, after, null);
    }
  }

  @Override
  public void reject(Throwable reason) {
    Objects.requireNonNull(reason, "reason");
    if (settle("rejected")) {
      subscription.rejected(item, reason);
    }
  }

  @Override
  public void extend(Duration lease) {
    Objects.requireNonNull(lease, "lease");
    if (!isSettled()) {
      subscription.extended(item, lease);
    }
  }

  /** The handler failed and has not settled. */
  void failed(Throwable failure) {
    if (!isSettled() && settle("retried")) {
      keepsKey = subscription.retried(item, null, failure);
    }
  }

  /** Returns whether it waits for its retry in its place, so that those behind it wait too. */
  boolean keepsKey() {
    return keepsKey;
  }

  @Override
  public synchronized boolean isSettled() {
    return settled != null;
  }

  @Override
  public OptionalInt attempt() {
    return OptionalInt.of(attempt);
  }

  @Override
  public Position position() {
    String position = item.inbound.position();
    return Position.of(position == null ? Map.of() : Map.of(item.inbound.lane(), position));
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    Object nativeMessage = item.inbound.nativeMessage();
    return nativeType.isInstance(nativeMessage)
        ? Optional.of(nativeType.cast(nativeMessage))
        : Optional.empty();
  }

  // Neither body nor header values: they may be secret.
  @Override
  public String toString() {
    return "Delivery[id="
        + item.inbound.id()
        + ", key="
        + item.inbound.key()
        + ", attempt "
        + attempt
        + "]";
  }

  private synchronized boolean settle(String how) {
    if (settled == null) {
      settled = how;
      return true;
    }
    if (settled.equals(how)) {
      return false;
    }
    throw new IllegalStateException(
        "this delivery was " + settled + " already and cannot be " + how + " now");
  }
}
