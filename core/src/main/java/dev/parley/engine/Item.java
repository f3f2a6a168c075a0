package dev.parley.engine;

import dev.parley.spi.Inbound;
import org.jspecify.annotations.Nullable;

/** A message that came in, on its way through the engine; guarded by its subscription. */
final class Item {
  final Inbound inbound;
  final Connection connection;
  final long size;
  int attempt; // which handling of it this is, 1 for the first
  boolean isDone; // handed out (streams) or settled (queues)
  @Nullable Item again; // the same message on a newer connection, while this one is being handled
  long handedOut;

  Item(Inbound inbound, Connection connection, long size) {
    this.inbound = inbound;
    this.connection = connection;
    this.size = size;
    this.attempt = Math.max(1, inbound.attempt());
  }
}
