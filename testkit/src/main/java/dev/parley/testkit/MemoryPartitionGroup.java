package dev.parley.testkit;

import dev.parley.Gap;
import dev.parley.Position;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Settlement;
import dev.parley.spi.Timeout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group that settles up to a position in each lane, as Kafka does. Each lane belongs to one
 * member; when members come and go the lanes are dealt anew, and whoever gets one goes on behind
 * what was acknowledged.
 */
final class MemoryPartitionGroup implements MemoryGroup {
  private final MemoryLog log;
  private final int lanes;

  // Guarded by this.
  private final List<Lane> dealt = new ArrayList<>();
  private final List<Share> members = new ArrayList<>();
  private final List<Rejected> rejected = new ArrayList<>();
  private long sorted; // entries up to here are in their lanes
  private int stale;

  MemoryPartitionGroup(MemoryLog log, int lanes) {
    this.log = log;
    this.lanes = lanes;
    for (int i = 0; i < lanes; i++) {
      dealt.add(new Lane(lanes == 1 ? Position.SINGLE_LANE : "lane-" + i));
    }
  }

  @Override
  public MemoryIntake join(MemoryDriver driver) {
    Share share = new Share(driver);
    synchronized (this) {
      members.add(share);
      deal();
    }
    log.news();
    return share;
  }

  @Override
  public synchronized int backlog() {
    sort();
    return dealt.stream().mapToInt(lane -> lane.entries.size() - lane.done).sum();
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
    return "ack=prefix&lanes=" + lanes;
  }

  private void deal() {
    for (int i = 0; i < dealt.size(); i++) {
      Share owner = members.isEmpty() ? null : members.get(i % members.size());
      Lane lane = dealt.get(i);
      if (lane.owner != owner) {
        lane.owner = owner;
        lane.next = lane.done;
        lane.paused = false;
      }
    }
  }

  /** Puts what is new into its lanes. */
  private void sort() {
    MemoryLog.Entry entry;
    while ((entry = log.entry(sorted)) != null) {
      String key = entry.key();
      int lane =
          key == null ? (int) (entry.offset() % lanes) : Math.floorMod(key.hashCode(), lanes);
      dealt.get(lane).entries.add(entry);
      sorted++;
    }
  }

  private synchronized @Nullable Inbound take(Share member) {
    sort();
    for (int i = 0; i < dealt.size(); i++) {
      Lane lane = dealt.get((i + member.turn) % dealt.size());
      if (lane.owner == member && !lane.paused && lane.next < lane.entries.size()) {
        member.turn = (i + member.turn + 1) % dealt.size();
        int position = lane.next++;
        MemoryLog.Entry entry = lane.entries.get(position);
        return member
            .driver
            .inbound(log, entry)
            .identity(log.name() + "/" + entry.offset())
            .handle(lane)
            .position(lane.name, Integer.toString(position));
      }
    }
    return null;
  }

  private synchronized void settle(Share member, Settlement settlement, Inbound delivery) {
    if (!(delivery.handle() instanceof Lane lane) || lane.owner != member) {
      stale++;
      return;
    }
    String text = delivery.position();
    int position = text == null ? 0 : Integer.parseInt(text);
    if (settlement instanceof Settlement.Ack) {
      lane.done = Math.max(lane.done, position + 1);
    } else if (settlement instanceof Settlement.Reject reject) {
      rejected.add(new Rejected(lane.entries.get(position), reject.reason(), 0));
    } else if (settlement instanceof Settlement.Retry retry) {
      lane.next = Math.min(lane.next, position);
      if (!retry.after().isZero()) {
        lane.paused = true;
        Timeout pause =
            new Timeout() {
              @Override
              public void expired() {
                synchronized (MemoryPartitionGroup.this) {
                  lane.paused = false;
                }
                log.news();
              }
            };
        member.driver.time().schedule(pause, retry.after().toNanos());
      }
    }
  }

  private synchronized void leave(Share member) {
    members.remove(member);
    deal();
  }

  /** One partition. */
  private static final class Lane {
    final String name;
    final List<MemoryLog.Entry> entries = new ArrayList<>();
    @Nullable Share owner;
    int done;
    int next;
    boolean paused;

    Lane(String name) {
      this.name = name;
    }
  }

  /** One member. */
  private final class Share implements Member {
    final MemoryDriver driver;
    int turn;
    private @Nullable Runnable listener;

    Share(MemoryDriver driver) {
      this.driver = driver;
    }

    @Override
    public Continuity continuity() {
      return new Continuity(Gap.NONE, "from what the group has acknowledged");
    }

    @Override
    public List<Inbound> take(int max) {
      List<Inbound> taken = new ArrayList<>();
      while (taken.size() < max) {
        Inbound inbound = MemoryPartitionGroup.this.take(this);
        if (inbound == null) {
          break;
        }
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
        MemoryPartitionGroup.this.settle(this, settlement, delivery);
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
