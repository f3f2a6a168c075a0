package dev.parley.engine;

import dev.parley.Position;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which messages are done, for each lane in the order they came: the position to resume from is the
 * end of the contiguous prefix, never the last one that was done. Guarded by its subscription.
 */
final class LaneLedger {
  private final Map<String, Queue<Item>> lanes = new HashMap<>();
  private final Lanes done;

  LaneLedger(@Nullable Position start) {
    this.done = new Lanes(start);
  }

  void received(Item item) {
    if (item.inbound.position() != null) {
      lanes.computeIfAbsent(item.inbound.lane(), lane -> new ArrayDeque<>()).add(item);
    }
  }

  /** Marks an item as done; returns the last one of the prefix if that has moved, else null. */
  @Nullable Item done(Item item) {
    item.isDone = true;
    String lane = item.inbound.lane();
    Queue<Item> waiting = lanes.get(lane);
    if (waiting == null) {
      return null;
    }
    Item last = null;
    for (Item head = waiting.peek(); head != null && head.isDone; head = waiting.peek()) {
      last = waiting.remove();
    }
    if (last != null && last.inbound.position() != null) {
      done.move(lane, last.inbound.position());
    }
    return last;
  }

  /** The position moved without a message; counts once all before it is done. */
  void moved(Position to) {
    to.lanes()
        .forEach((lane, value) -> {
          Queue<Item> waiting = lanes.get(lane);
          if (waiting == null || waiting.isEmpty()) {
            done.move(lane, value);
          }
        });
  }

  /** What was not done comes again on another connection. */
  void clear() {
    lanes.clear();
  }

  /** What was not done of these lanes comes again, if at all. */
  void clear(Set<String> released) {
    lanes.keySet().removeAll(released);
  }

  @Nullable Position position() {
    return done.position();
  }
}
