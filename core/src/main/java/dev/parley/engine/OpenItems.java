package dev.parley.engine;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of a queue that were handed out and are not settled, and what is known of those
 * that were: by their identities a redelivery is told from a delivery. Guarded by its subscription.
 */
final class OpenItems {
  /** What a delivery that came in is. */
  enum Arrival {
    /** To be handled. */
    NEW,
    /** Handled before: to be acknowledged again. */
    DONE,
    /** The same as one that is being handled, and decided with it. */
    AGAIN
  }

  private final Set<Item> open = new LinkedHashSet<>(); // oldest first
  private final Map<String, Item> inFlight = new HashMap<>(); // open ones by identity
  private final Remembered finished; // identities that need not be handled again
  private final Remembered failures; // identities and how often their handling failed

  OpenItems(int remembered) {
    this.finished = new Remembered(remembered);
    this.failures = new Remembered(remembered);
  }

  /** Takes a delivery that came in, and opens it if it is new. */
  Arrival take(Item item, long now) {
    String identity = item.inbound.identity();
    if (identity != null) {
      if (finished.contains(identity)) {
        return Arrival.DONE;
      }
      Item running = inFlight.putIfAbsent(identity, item);
      if (running != null) {
        List<Item> all = running.all();
        all.get(all.size() - 1).again = item;
        return Arrival.AGAIN;
      }
      item.attempt = Math.max(item.attempt, failures.get(identity) + 1);
    }
    open.add(item);
    item.handedOut = now;
    return Arrival.NEW;
  }

  /** Notes that the handling of an open one has failed as often as its attempt says. */
  void failed(Item item) {
    String identity = item.inbound.identity();
    if (identity != null) {
      failures.put(identity, item.attempt);
    }
  }

  /**
   * Opens the one that the peer delivered again in the place of one whose connection is gone. What
   * else was delivered again is decided with it.
   */
  void replace(Item item, Item again, long now) {
    for (Item before = item; before.again != null; before = before.again) {
      if (before.again == again) {
        before.again = again.again;
        again.again = item.again;
        break;
      }
    }
    open.remove(item);
    open.add(again);
    again.attempt = item.attempt;
    again.handedOut = now;
    String identity = again.inbound.identity();
    if (identity != null) {
      inFlight.put(identity, again);
    }
  }

  /** Takes one out that is decided; returns whether it was open. */
  boolean close(Item item, boolean isDone) {
    if (!drop(item)) {
      return false;
    }
    String identity = item.inbound.identity();
    if (isDone && identity != null) {
      finished.put(identity, 1);
      failures.remove(identity);
    }
    return true;
  }

  /** Takes one out that the peer will deliver again; returns whether it was open. */
  boolean drop(Item item) {
    if (!open.remove(item)) {
      return false;
    }
    if (item.inbound.identity() != null) {
      inFlight.remove(item.inbound.identity(), item);
    }
    return true;
  }

  /** Forgets what is lost of what was delivered again while it is being handled. */
  int forgetAgain(Predicate<Item> lost) {
    int forgotten = 0;
    for (Item item : open) {
      Item before = item;
      for (Item each = item.again; each != null; each = each.again) {
        if (lost.test(each)) {
          before.again = each.again;
          forgotten++;
        } else {
          before = each;
        }
      }
    }
    return forgotten;
  }

  boolean contains(Item item) {
    return open.contains(item);
  }

  /** Returns all of them, the oldest first. */
  Collection<Item> all() {
    return Collections.unmodifiableSet(open);
  }

  @Nullable Item oldest() {
    return open.isEmpty() ? null : open.iterator().next();
  }

  int size() {
    return open.size();
  }
}
