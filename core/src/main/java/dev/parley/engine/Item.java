package dev.parley.engine;

import dev.parley.spi.Inbound;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message that came in, on its way through the engine; guarded by its subscription. */
final class Item {
  final Inbound inbound;
  final Connection connection;
  final long size;
  int attempt; // which handling of it this is, 1 for the first
  boolean isDone; // handed out (streams) or settled (queues)
  boolean isReleased; // its lane was given to somebody else, who is delivered it again
  @Nullable Item again; // the same message, delivered once more while this one is being handled
  long handedOut;

  Item(Inbound inbound, Connection connection, long size) {
    this.inbound = inbound;
    this.connection = connection;
    this.size = size;
    this.attempt = Math.max(1, inbound.attempt());
  }

  /** Returns it, and all that is the same message again. */
  List<Item> all() {
    if (again == null) {
      return List.of(this);
    }
    List<Item> all = new ArrayList<>();
    for (Item each = this; each != null; each = each.again) {
      all.add(each);
    }
    return all;
  }

  /** Returns whether nothing that is settled of it reaches the peer any more. */
  boolean isLost() {
    return isReleased || connection.isOver();
  }
}
