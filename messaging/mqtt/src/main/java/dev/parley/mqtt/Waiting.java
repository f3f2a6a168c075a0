package dev.parley.mqtt;

import dev.parley.Overflow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What waits to go out, in order and within the limits of its outbox. Guarded by its user. */
final class Waiting {
  private final MqttOutbox limits;
  private final TreeMap<Long, Publication> waiting = new TreeMap<>();
  private long bytes;

  Waiting(MqttOutbox limits) {
    this.limits = limits;
  }

  /** Adds one, and returns those that there is no room for any more; it may be among them. */
  List<Publication> add(Publication added) {
    List<Publication> dropped = new ArrayList<>();
    if (limits.overflow() == Overflow.LATEST) {
      waiting.values().stream()
          .filter(other -> other.packet().topic().equals(added.packet().topic()))
          .forEach(dropped::add);
      dropped.forEach(this::remove);
    }
    waiting.put(added.order(), added);
    bytes += added.bytes();
    while (waiting.size() > limits.messages() || bytes > limits.bytes()) {
      boolean oldest = limits.overflow() == Overflow.DROP_OLDEST && waiting.size() > 1;
      Publication victim = oldest ? waiting.firstEntry().getValue() : added;
      remove(victim);
      dropped.add(victim);
    }
    return dropped;
  }

  @Nullable Publication poll() {
    Map.Entry<Long, Publication> first = waiting.firstEntry();
    if (first == null) {
      return null;
    }
    remove(first.getValue());
    return first.getValue();
  }

  boolean remove(Publication publication) {
    if (!waiting.remove(publication.order(), publication)) {
      return false;
    }
    bytes -= publication.bytes();
    return true;
  }

  List<Publication> removeAll() {
    List<Publication> all = new ArrayList<>(waiting.values());
    waiting.clear();
    bytes = 0;
    return all;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }
}
