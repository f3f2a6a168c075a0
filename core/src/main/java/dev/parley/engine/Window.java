package dev.parley.engine;

import dev.parley.Overflow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What came in and was not handed out, the room that is left for more, and the credit that the link
 * has of it. Guarded by its subscription.
 */
final class Window {
  private final int limit;
  private final long limitBytes;
  private final Overflow overflow;
  private final Deque<Item> fresh = new ArrayDeque<>();
  private final Deque<Item> returned = new ArrayDeque<>(); // handed back: before the fresh ones
  private long bytes; // of the fresh ones
  private long averageSize = 1;
  private int occupied; // held here, or handed out and not done
  private int granted; // credit that the link has and did not use
  private @Nullable Connection creditor; // whose link that is
  private long dropped;

  Window(int limit, long limitBytes, Overflow overflow) {
    this.limit = limit;
    this.limitBytes = limitBytes;
    this.overflow = overflow;
  }

  // ---------------------------------------------------------------- what is held

  /**
   * Adds one that came in. Returns what was dropped for it, or it itself if it was not kept, or
   * null if there is no room and nothing may be dropped.
   */
  @Nullable List<Item> add(Item item, boolean withinCredit) {
    boolean full = occupied >= limit || (!withinCredit && bytes + item.size > limitBytes);
    List<Item> away = List.of();
    if (overflow == Overflow.LATEST) {
      away = removeOldest(fresh.size());
    } else if (full) {
      switch (overflow) {
        case DROP_OLDEST -> away = removeOldest(1);
        case DROP_NEWEST -> {
          dropped++;
          return List.of(item);
        }
        default -> {
          return null;
        }
      }
    }
    dropped += away.size();
    fresh.add(item);
    occupied++;
    bytes += item.size;
    averageSize += (item.size - averageSize) / 8;
    return away;
  }

  private List<Item> removeOldest(int most) {
    List<Item> removed = new ArrayList<>(most);
    while (removed.size() < most && !fresh.isEmpty()) {
      Item oldest = fresh.remove();
      bytes -= oldest.size;
      occupied--;
      removed.add(oldest);
    }
    return removed;
  }

  /** Takes one back that was handed out: it keeps its room. */
  void giveBack(Item item) {
    returned.add(item);
  }

  /** Returns the one to hand out next; none of a connection that nobody was told of. */
  @Nullable Item peek() {
    Item first = returned.peek();
    if (first != null) {
      return first;
    }
    Item next = fresh.peek();
    return next == null || !next.connection.released ? null : next;
  }

  /** Removes the one that {@link #peek} returned; tells whether it had been handed out before. */
  boolean remove(Item head) {
    if (head == returned.peek()) {
      returned.remove();
      return true;
    }
    fresh.remove();
    bytes -= head.size;
    return false;
  }

  /** Lets somebody remove items from both, those handed back and the fresh ones. */
  void forget(Consumer<Deque<Item>> removal) {
    int before = size();
    removal.accept(fresh);
    removal.accept(returned);
    occupied -= before - size();
    bytes = fresh.stream().mapToLong(item -> item.size).sum();
  }

  List<Item> items() {
    List<Item> items = new ArrayList<>(fresh);
    items.addAll(returned);
    return items;
  }

  void clear() {
    fresh.clear();
    returned.clear();
    bytes = 0;
  }

  int size() {
    return fresh.size() + returned.size();
  }

  boolean isEmpty() {
    return fresh.isEmpty() && returned.isEmpty();
  }

  /** Returns how many were dropped in all. */
  long dropped() {
    return dropped;
  }

  // ---------------------------------------------------------------- room and credit

  /** So many are done or forgotten. */
  void free(int count) {
    occupied -= count;
  }

  /** Returns how many messages fit, by count and by the size they have had lately. */
  int room() {
    if (overflow != Overflow.BLOCK) {
      return limit;
    }
    long left = limitBytes - bytes;
    if (left <= 0) {
      return 0;
    }
    return (int) Math.min(limit - occupied, Math.max(1, left / Math.max(1, averageSize)));
  }

  @Nullable Connection creditor() {
    return creditor;
  }

  /** Credit goes to this connection from now on; it has none yet. */
  void creditor(@Nullable Connection connection) {
    creditor = connection;
    granted = 0;
  }

  boolean hasCredit() {
    return granted > 0;
  }

  /** Counts credit that messages need and nobody had granted, as a poll does. */
  void lend(int count) {
    granted += count;
  }

  /** A message came in; returns whether the link had credit for it. */
  boolean useCredit() {
    boolean had = granted > 0;
    granted = Math.max(0, granted - 1);
    return had;
  }

  /**
   * Grants what there is room for, and returns it. Many small grants would cost more than they
   * give, so they wait until they are worth it; but none at all would stop the link.
   */
  int grant() {
    int more = room() - granted;
    if (more <= 0 || (more < limit / 2 && granted > 0)) {
      return 0;
    }
    granted += more;
    return more;
  }

  @Override
  public String toString() {
    return limit + " messages and " + limitBytes + " bytes";
  }
}
