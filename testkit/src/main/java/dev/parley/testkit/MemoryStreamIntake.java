package dev.parley.testkit;

import dev.parley.Gap;
import dev.parley.Position;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Settlement;
import dev.parley.spi.SourceRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One link's place in a stream. */
final class MemoryStreamIntake implements MemoryIntake {
  private final MemoryDriver driver;
  private final MemoryLog log;
  private final Continuity continuity;
  private @Nullable Runnable listener;
  private long next;

  MemoryStreamIntake(MemoryDriver driver, MemoryLog log, SourceRequest request) {
    this.driver = driver;
    this.log = log;
    Position from = request.from();
    String value = from == null ? null : from.value().orElse(null);
    if (!driver.resumes()) {
      next = request.connection() == 1 ? log.first() : log.size();
      continuity =
          request.connection() == 1
              ? new Continuity(Gap.NONE, "the first connection")
              : new Continuity(Gap.POSSIBLE, "the peer does not replay");
    } else {
      next = value == null ? log.first() : offset(value) + 1;
      if (next < log.first()) {
        next = log.first();
        continuity = new Continuity(Gap.LOST, "what followed the position has been trimmed");
      } else {
        continuity = new Continuity(Gap.NONE, value == null ? "from the start" : "replayed");
      }
    }
  }

  private static long offset(String position) {
    try {
      return Long.parseLong(position);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a position of this stream: " + position, e);
    }
  }

  @Override
  public Continuity continuity() {
    return continuity;
  }

  @Override
  public List<Inbound> take(int max) {
    List<Inbound> taken = new ArrayList<>();
    while (taken.size() < max) {
      MemoryLog.Entry entry = next();
      if (entry == null) {
        break;
      }
      Inbound inbound = driver.inbound(log, entry);
      if (driver.resumes()) {
        inbound.position(Position.SINGLE_LANE, Long.toString(entry.offset()));
      }
      taken.add(inbound);
      if (driver.memory().faults().takeDuplicate()) {
        taken.add(inbound);
      }
    }
    return taken;
  }

  private synchronized MemoryLog.@Nullable Entry next() {
    MemoryLog.Entry entry = log.entry(next);
    if (entry != null) {
      next++;
    }
    return entry;
  }

  @Override
  public synchronized boolean isEnded() {
    return log.isEnded() && next >= log.size();
  }

  @Override
  public void settle(Settlement settlement, List<Inbound> deliveries) {}

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
  }
}
