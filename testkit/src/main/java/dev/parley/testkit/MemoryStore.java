package dev.parley.testkit;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.TransportException;
import dev.parley.store.Added;
import dev.parley.store.Claim;
import dev.parley.store.ClaimRequest;
import dev.parley.store.Claimed;
import dev.parley.store.DeadMessage;
import dev.parley.store.IdempotencyStore;
import dev.parley.store.MessageStore;
import dev.parley.store.StoredMessage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A store that forgets all with the program, for tests and for a single node that may lose what it
 * has. It passes the same suite as the ones that keep it.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class MemoryStore implements IdempotencyStore, MessageStore {
  private final MemoryKeys keys;
  private final Map<String, MemoryBox> boxes = new HashMap<>();
  private final Map<String, String> marks = new HashMap<>();
  private final InstantSource clock;
  private long lastNumber;
  private boolean isDown;

  private MemoryStore(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    this.keys = new MemoryKeys(clock);
  }

  /** Returns an empty store on the system's clock. */
  public static MemoryStore create() {
    return create(InstantSource.system());
  }

  /** Returns an empty store on this clock, which decides when leases end. */
  public static MemoryStore create(InstantSource clock) {
    return new MemoryStore(clock);
  }

  /** Makes all methods fail as if the store were out of reach, until they are let go again. */
  public synchronized void down(boolean newDown) {
    this.isDown = newDown;
  }

  // ---------------------------------------------------------------- IdempotencyStore

  @Override
  public synchronized Claim claim(String key, String fingerprint, Duration lease) {
    check();
    return keys.claim(key, fingerprint, lease);
  }

  @Override
  public synchronized boolean renew(String key, long fence, Duration lease) {
    check();
    return keys.renew(key, fence, lease);
  }

  @Override
  public synchronized boolean complete(String key, long fence, byte[] result, Duration keep) {
    check();
    return keys.complete(key, fence, result, keep);
  }

  @Override
  public synchronized boolean release(String key, long fence) {
    check();
    return keys.release(key, fence);
  }

  // ---------------------------------------------------------------- MessageStore

  @Override
  public synchronized Added add(String queue, StoredMessage message) {
    return box(queue).add(++lastNumber, message);
  }

  @Override
  public synchronized List<Claimed> claim(ClaimRequest request) {
    return box(request.queue()).claim(request);
  }

  @Override
  public synchronized int renew(Collection<Claimed> messages, Duration lease) {
    return count(messages, each -> box(each.queue()).renew(each, lease));
  }

  @Override
  public synchronized int complete(Collection<Claimed> messages, Duration keep) {
    return count(messages, each -> box(each.queue()).complete(each, keep));
  }

  @Override
  public synchronized int retry(Collection<Claimed> messages, Duration after) {
    return count(messages, each -> box(each.queue()).retry(each, after));
  }

  @Override
  public synchronized int abandon(String queue, String owner) {
    return box(queue).abandon(owner);
  }

  @Override
  public synchronized int reject(Collection<Claimed> messages, String reason, Duration keep) {
    String shortened = reason.substring(0, Math.min(1000, reason.length()));
    return count(messages, each -> box(each.queue()).reject(each, shortened, keep));
  }

  @Override
  public synchronized List<DeadMessage> dead(String queue, long after, int max) {
    return box(queue).dead(after, max);
  }

  @Override
  public synchronized int redrive(String queue, Collection<Long> numbers) {
    MemoryBox box = box(queue);
    return (int) numbers.stream().distinct().filter(box::redrive).count();
  }

  @Override
  public synchronized int open(String queue) {
    return box(queue).open();
  }

  @Override
  public synchronized int purge(String queue) {
    return box(queue).purge();
  }

  @Override
  public synchronized void mark(String queue, String word) {
    check();
    marks.put(queue, word);
  }

  @Override
  public synchronized Optional<String> mark(String queue) {
    check();
    return Optional.ofNullable(marks.get(queue));
  }

  private int count(Collection<Claimed> messages, java.util.function.Predicate<Claimed> change) {
    check();
    return (int) messages.stream().filter(change).count();
  }

  private MemoryBox box(String queue) {
    check();
    return boxes.computeIfAbsent(queue, unused -> new MemoryBox(clock));
  }

  private void check() {
    if (isDown) {
      throw new TransportException(
          Failure.of(Kind.TRANSIENT, Effect.NOT_SENT, "the store is down, as the test asked"));
    }
  }
}
