package dev.parley.testkit;

import dev.parley.Gap;
import dev.parley.Position;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Settlement;
import dev.parley.spi.Time;
import dev.parley.spi.Timeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A group that settles one by one, as AMQP and SQS do: what is not settled goes back when its link
 * or its lease ends, ahead of what is new. While a message of a key is out, others of that key go
 * to the same member only.
 */
final class MemoryQueueGroup implements MemoryGroup {
  private final MemoryLog log;
  private final @Nullable Duration lease;

  // Guarded by this.
  private final TreeMap<Long, Item> returned = new TreeMap<>(); // by offset: back before new
  private final Map<Object, Item> out = new HashMap<>(); // by handle
  private final Map<String, KeyHolder> keys = new HashMap<>();
  private final List<Rejected> rejected = new ArrayList<>();
  private long next;
  private long handles;
  private int waiting; // delayed retries
  private int stale;

  MemoryQueueGroup(MemoryLog log, @Nullable Duration lease) {
    this.log = log;
    this.lease = lease;
  }

  @Override
  public MemoryIntake join(MemoryDriver driver) {
    return new Share(driver);
  }

  @Override
  public synchronized int backlog() {
    return (int) (log.size() - next) + returned.size() + out.size() + waiting;
  }

  @Override
  public synchronized int staleSettlements() {
    return stale;
  }

  @Override
  public synchronized List<Rejected> rejected() {
    return List.copyOf(rejected);
  }

  @Override
  public String terms() {
    return lease == null ? "ack=single" : "ack=single&lease=" + lease;
  }

  /** Takes the next item that a member may have. */
  private synchronized @Nullable Item take(Share member) {
    if (member.gone) {
      return null; // cut while it was about to take
    }
    int choice = member.driver.memory().faults().pick(backlog());
    Item item = takeReturned(member);
    if (item == null) {
      item = takeNew(member, choice);
    }
    if (item == null) {
      return null;
    }
    item.deliveries++;
    item.member = member;
    item.handle = ++handles;
    out.put(item.handle, item);
    String key = item.entry.key();
    if (key != null) {
      keys.computeIfAbsent(key, each -> new KeyHolder(member)).count++;
    }
    if (lease != null) {
      item.startLease(member.time(), lease);
    }
    return item;
  }

  private @Nullable Item takeReturned(Share member) {
    for (Iterator<Item> items = returned.values().iterator(); items.hasNext(); ) {
      Item item = items.next();
      if (mayTake(member, item.entry.key())) {
        items.remove();
        return item;
      }
    }
    return null;
  }

  private @Nullable Item takeNew(Share member, int choice) {
    MemoryLog.Entry entry = log.entry(next);
    if (entry == null) {
      return null;
    }
    if (choice == 0 && mayTake(member, entry.key())) {
      next++;
      return new Item(entry);
    }
    // Out of turn: all that are passed over wait among the returned.
    for (long offset = next; (entry = log.entry(offset)) != null; offset++) {
      if (choice > 0 && log.entry(offset + 1) != null) {
        choice--;
      } else if (mayTake(member, entry.key())) {
        for (; next < offset; next++) {
          MemoryLog.Entry passed = log.entry(next);
          if (passed != null) {
            returned.put(next, new Item(passed));
          }
        }
        next++;
        return new Item(entry);
      }
    }
    return null;
  }

  private boolean mayTake(Share member, @Nullable String key) {
    KeyHolder holder = key == null ? null : keys.get(key);
    return holder == null || holder.member == member;
  }

  private synchronized void settle(Share member, Settlement settlement, Inbound delivery) {
    Item item = out.get(delivery.handle());
    if (item == null || item.member != member) {
      stale++;
      return;
    }
    if (settlement instanceof Settlement.Extend extend) {
      if (lease != null) {
        item.startLease(member.time(), extend.lease());
      }
      return;
    }
    takeIn(item);
    if (settlement instanceof Settlement.Reject reject) {
      rejected.add(new Rejected(item.entry, reject.reason(), item.deliveries));
    } else if (settlement instanceof Settlement.Retry retry) {
      if (retry.after().isZero()) {
        returned.put(item.entry.offset(), item);
      } else {
        waiting++;
        item.startDelay(member.time(), retry.after());
      }
    }
  }

  /** It is no longer out. */
  private void takeIn(Item item) {
    out.remove(item.handle);
    item.stopTimer();
    item.member = null;
    String key = item.entry.key();
    KeyHolder holder = key == null ? null : keys.get(key);
    if (holder != null && --holder.count == 0) {
      keys.remove(key);
    }
  }

  private synchronized void leave(Share member) {
    member.gone = true;
    for (Item item : List.copyOf(out.values())) {
      if (item.member == member) {
        takeIn(item);
        returned.put(item.entry.offset(), item);
      }
    }
  }

  private static final class KeyHolder {
    final Share member;
    int count;

    KeyHolder(Share member) {
      this.member = member;
    }
  }

  /** One message on its way. */
  private final class Item {
    final MemoryLog.Entry entry;
    int deliveries;
    Object handle = 0L;
    @Nullable Share member;
    private @Nullable Timeout timer;
    private @Nullable Time time;
    private int timers; // the number of the timer that counts

    Item(MemoryLog.Entry entry) {
      this.entry = entry;
    }

    void startLease(Time clock, Duration length) {
      Object held = handle;
      start(
          clock,
          length,
          () -> {
            if (out.get(held) == this) {
              takeIn(this);
              returned.put(entry.offset(), this);
            }
          });
    }

    void startDelay(Time clock, Duration length) {
      start(
          clock,
          length,
          () -> {
            waiting--;
            returned.put(entry.offset(), this);
          });
    }

    private void start(Time clock, Duration length, Runnable action) {
      stopTimer();
      int number = timers;
      Timeout started =
          new Timeout() {
            @Override
            public void expired() {
              synchronized (MemoryQueueGroup.this) {
                if (timers != number) {
                  return;
                }
                stopTimer();
                action.run();
              }
              log.news();
            }
          };
      timer = started;
      time = clock;
      clock.schedule(started, length.toNanos());
    }

    void stopTimer() {
      Timeout running = timer;
      timer = null;
      timers++;
      if (running != null && time != null) {
        time.cancel(running);
      }
    }
  }

  /** One member. */
  private final class Share implements Member {
    private final MemoryDriver driver;
    private boolean gone; // guarded by the group
    private @Nullable Runnable listener;

    Share(MemoryDriver driver) {
      this.driver = driver;
    }

    Time time() {
      return driver.time();
    }

    @Override
    public Continuity continuity() {
      return new Continuity(Gap.NONE, "the peer keeps what is not settled");
    }

    @Override
    public List<Inbound> take(int max) {
      List<Inbound> taken = new ArrayList<>();
      while (taken.size() < max) {
        Item item = MemoryQueueGroup.this.take(this);
        if (item == null) {
          break;
        }
        Inbound inbound =
            driver
                .inbound(log, item.entry)
                .identity(log.name() + "/" + item.entry.offset())
                .handle(item.handle)
                .position(Position.SINGLE_LANE, Long.toString(item.entry.offset()))
                .attempt(item.deliveries);
        taken.add(inbound);
        if (driver.memory().faults().takeDuplicate()) {
          taken.add(inbound);
        }
      }
      return taken;
    }

    @Override
    public void settle(Settlement settlement, List<Inbound> deliveries) {
      for (Inbound delivery : deliveries) {
        MemoryQueueGroup.this.settle(this, settlement, delivery);
      }
      log.news();
    }

    @Override
    public void listen(Runnable news) {
      listener = news;
      log.listen(news);
    }

    @Override
    public void release() {
      Runnable listening = listener;
      if (listening != null) {
        log.unlisten(listening);
      }
      leave(this);
      log.news();
    }
  }
}
