package dev.parley.store;

import dev.parley.Gap;
import dev.parley.Payload;
import dev.parley.RetryMode;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.PollLink;
import dev.parley.spi.Settlement;
import dev.parley.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One consumer of a queue in a store, until it fails. */
final class StoreLink implements PollLink {
  private static final Duration PURGE_EVERY = Duration.ofMinutes(1);

  private final StoreSource source;
  private final Queue queue;
  private final String name;
  private final ClaimRequest request;
  private final Time time;
  private long purgeAt;
  private volatile boolean over;
  private volatile boolean woken;

  StoreLink(
      StoreSource source, Queue queue, String name, String owner, RetryMode retryMode, Time time) {
    this.source = source;
    this.queue = queue;
    this.name = name;
    this.request = new ClaimRequest(name, owner, 1, queue.lease, retryMode);
    this.time = time;
    this.purgeAt = time.nanoTime();
  }

  @Override
  public Continuity continuity() {
    return new Continuity(Gap.NONE, "the store keeps what is not settled");
  }

  @Override
  public Duration lease() {
    return queue.lease;
  }

  @Override
  public List<Inbound> poll(int max, Duration wait) throws Exception {
    purge();
    long rings = queue.bell.rings();
    List<Inbound> claimed = max == 0 ? List.of() : claim(max);
    if (claimed.isEmpty() && !woken && !over) {
      queue.bell.await(rings, Math.min(wait.toNanos(), queue.look.toNanos()));
    }
    woken = false;
    return claimed;
  }

  private List<Inbound> claim(int max) {
    List<Inbound> inbound = new ArrayList<>();
    for (Claimed claimed :
        queue.store.claim(
            new ClaimRequest(name, request.owner(), max, request.lease(), request.retryMode()))) {
      inbound.add(inbound(claimed));
    }
    if (over) {
      source.gone(request.owner(), name); // it was aborted meanwhile
    }
    return inbound;
  }

  private static Inbound inbound(Claimed claimed) {
    StoredMessage message = claimed.message();
    // The fence and the attempts count together, until a redrive sets the attempts to 0: a redriven
    // message is a new one.
    long life = claimed.fence() - claimed.attempt();
    return new Inbound(payload(message))
        .id(message.id())
        .key(message.key())
        .headers(message.headers())
        .identity(claimed.number() + "/" + life)
        .attempt(claimed.attempt())
        .handle(claimed)
        .nativeMessage(claimed);
  }

  private static Payload payload(StoredMessage message) {
    return new StoredPayload(message.body(), message.contentType());
  }

  @Override
  public void settle(Settlement settlement, List<Inbound> deliveries) {
    List<Claimed> claimed = new ArrayList<>(deliveries.size());
    for (Inbound each : deliveries) {
      if (each.handle() instanceof Claimed known) {
        claimed.add(known);
      }
    }
    // How many were still ours does not matter: the others are somebody else's now.
    if (settlement instanceof Settlement.Extend extend) {
      int unused = queue.store.renew(claimed, extend.lease());
    } else if (settlement instanceof Settlement.Ack) {
      int unused = queue.store.complete(claimed, queue.keepDone);
    } else if (settlement instanceof Settlement.Retry retry) {
      int unused = queue.store.retry(claimed, retry.after());
      queue.bell.ring(); // for other consumers of this program
    } else if (settlement instanceof Settlement.Reject reject) {
      int unused = queue.store.reject(claimed, printable(reject.reason()), queue.keepDead);
    }
  }

  private static String printable(Throwable reason) {
    return reason.getClass().getName() + ": " + reason.getMessage();
  }

  private void purge() {
    long now = time.nanoTime();
    if (now - purgeAt >= 0) {
      purgeAt = now + PURGE_EVERY.toNanos();
      int unused = queue.store.purge(name);
    }
  }

  @Override
  public void wakeup() {
    woken = true;
    queue.bell.ring();
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(queue.store)
        ? Optional.of(nativeType.cast(queue.store))
        : Optional.empty();
  }

  @Override
  public void close() {
    over = true;
    source.leave(request.owner(), name);
  }

  @Override
  public void abort() {
    over = true;
    wakeup();
    source.gone(request.owner(), name);
  }
}
