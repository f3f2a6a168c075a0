package dev.parley.engine;

import dev.parley.Position;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.Link;
import dev.parley.spi.PollLink;
import dev.parley.spi.PushLink;
import dev.parley.spi.Settlement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection's life: what its link hears goes in here, and what it settles goes out here. */
final class Connection implements Inlet {
  final int number;

  /**
   * Whether its messages may be handed out: the subscriber was told. Guarded by the subscription.
   */
  boolean released;

  /** Whether it is made to succeed the one that stands, and has not yet. Set by the keeper. */
  volatile boolean standsBy;

  private final LinkKeeper keeper;
  private final Object delivering = new Object(); // held while messages are handed in and noted
  private final Queue<Order> orders = new ArrayDeque<>(); // guarded by itself
  private boolean settling; // guarded by orders
  private @Nullable Runnable whenSettled; // guarded by orders
  private volatile @Nullable Link link;
  private volatile boolean over;
  private volatile boolean heard;
  private volatile long lastHeard;
  private volatile @Nullable Set<String> noted; // places that came in since its successor is made
  private volatile Set<String> known = Set.of(); // those that its predecessor has handed in

  Connection(LinkKeeper keeper, int number) {
    this.keeper = keeper;
    this.number = number;
    this.lastHeard = keeper.now();
  }

  private record Order(Settlement settlement, Inbound inbound) {}

  /** Returns the link, or null while it is being made. */
  @Nullable Link link() {
    return link;
  }

  void link(Link made) {
    link = made;
    lastHeard = keeper.now();
  }

  /** Closes its link in an orderly way, if there is one. */
  void closeLink() {
    endLink(Link::close);
  }

  /** Gives its link up, if there is one. */
  void abortLink() {
    endLink(Link::abort);
  }

  private void endLink(Consumer<Link> end) {
    Link ending = link;
    if (ending != null) {
      try {
        end.accept(ending);
      } catch (RuntimeException e) {
        keeper.callbackFailed(e);
      }
    }
  }

  boolean isOver() {
    return over;
  }

  /** Ends it; returns whether it was not over yet. */
  synchronized boolean end() {
    boolean first = !over;
    over = true;
    return first;
  }

  boolean hasDelivered() {
    return heard;
  }

  long silentNanos() {
    return keeper.now() - lastHeard;
  }

  /** Begins to note what comes in, since its successor will hand it in too. */
  void noteForSuccessor() {
    noted = ConcurrentHashMap.newKeySet();
  }

  /**
   * Takes over: what the connection before has handed in since it began to note is not handed in
   * again. That one is over, and this one has no credit yet.
   */
  void succeed(Connection before) {
    Set<String> places = before.noted;
    if (places != null) {
      known = places;
    }
  }

  /** Does something while no message is being handed in: what was, is noted. */
  boolean betweenMessages(BooleanSupplier action) {
    synchronized (delivering) {
      return action.getAsBoolean();
    }
  }

  private static String place(String lane, @Nullable String position) {
    return lane + '=' + position;
  }

  @Override
  public void deliver(Inbound inbound) {
    deliver(List.of(inbound));
  }

  @Override
  public void deliver(List<Inbound> inbounds) {
    synchronized (delivering) {
      if (over) {
        return;
      }
      lastHeard = keeper.now();
      heard = true;
      List<Inbound> news = known.isEmpty() ? inbounds : withoutKnown(inbounds);
      if (!news.isEmpty()) {
        keeper.host().deliver(this, news);
        note(news);
      }
    }
  }

  private void note(List<Inbound> news) {
    Set<String> notes = noted;
    if (notes != null) {
      news.stream()
          .filter(inbound -> inbound.position() != null)
          .forEach(inbound -> notes.add(place(inbound.lane(), inbound.position())));
    }
  }

  private List<Inbound> withoutKnown(List<Inbound> inbounds) {
    List<Inbound> news = new ArrayList<>(inbounds);
    news.removeIf(inbound -> known.remove(place(inbound.lane(), inbound.position())));
    int repeated = inbounds.size() - news.size();
    if (repeated > 0 && link instanceof PushLink pushed) {
      pushed.request(repeated); // their credit was not used
    }
    return news;
  }

  @Override
  public void alive() {
    lastHeard = keeper.now();
  }

  @Override
  public void moved(Position position) {
    if (!over) {
      alive();
      // A successor repeats where its predecessor has been.
      if (!standsBy && known.isEmpty()) {
        keeper.host().moved(position);
      }
    }
  }

  @Override
  public void reconnectHint(@Nullable Duration base) {
    if (!over) {
      alive();
      keeper.hint(base);
    }
  }

  @Override
  public void writable() {
    if (!over) {
      keeper.host().writable();
    }
  }

  @Override
  public void lost(Throwable cause) {
    keeper.lost(this, cause);
  }

  @Override
  public void ended() {
    keeper.ended(this);
  }

  /**
   * Notes a settlement, to be made by {@link #settleOrWake}; dropped if the connection is over,
   * since the peer delivers again.
   */
  void order(Settlement settlement, Inbound inbound) {
    if (!over) {
      synchronized (orders) {
        orders.add(new Order(settlement, inbound));
      }
    }
  }

  /**
   * Makes what was noted: a polled link does so on its own thread; else this thread does, also for
   * those that come meanwhile.
   */
  void settleOrWake() {
    PollLink polled = keeper.polled(link);
    if (polled == null) {
      settleAll();
    } else if (hasOrders()) {
      keeper.host().settlementsWait(polled);
    }
  }

  boolean hasOrders() {
    synchronized (orders) {
      return !orders.isEmpty();
    }
  }

  /** Makes all settlements that wait, runs of the same kind in one go. */
  void settleAll() {
    Link current = link;
    if (current == null) {
      return;
    }
    synchronized (orders) {
      if (settling) {
        return;
      }
      settling = true;
    }
    try {
      while (true) {
        Settlement settlement;
        List<Inbound> batch = new ArrayList<>();
        synchronized (orders) {
          Order first = orders.poll();
          if (first == null) {
            break;
          }
          settlement = first.settlement();
          batch.add(first.inbound());
          for (Order next = orders.peek();
              next != null && next.settlement().equals(settlement);
              next = orders.peek()) {
            batch.add(orders.remove().inbound());
          }
        }
        if (over) {
          continue;
        }
        current.settle(settlement, batch);
        keeper.host().settled(settlement);
      }
    } catch (Throwable e) {
      synchronized (orders) {
        orders.clear();
      }
      lost(e);
    }
    settled();
  }

  /** Runs the action once no settlement is under way: now, or on the thread that is at it. */
  void whenSettled(Runnable action) {
    synchronized (orders) {
      if (settling) {
        whenSettled = action;
        return;
      }
    }
    action.run();
  }

  private void settled() {
    Runnable action;
    synchronized (orders) {
      settling = false;
      action = whenSettled;
      whenSettled = null;
    }
    // What was noted since the last look.
    if (hasOrders()) {
      settleAll();
    }
    if (action != null) {
      action.run();
    }
  }
}
