package dev.parley.testkit.fault;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What a proxy has done: written by its thread, read by any. */
final class Ledger {
  private static final int KEPT = 10_000;

  private final Deque<ProxyEvent> events = new ArrayDeque<>();
  private int accepted;
  private int ended;
  private long strikes;
  private long bytesToServer;
  private long bytesToClient;

  synchronized void record(ProxyEvent event) {
    if (events.size() == KEPT) {
      events.removeFirst();
    }
    events.add(event);
    switch (event.type()) {
      case ACCEPTED -> accepted++;
      case STRUCK -> strikes++;
      default -> ended += event.type().isEnd() ? 1 : 0;
    }
  }

  synchronized void passed(Direction direction, int bytes) {
    switch (direction) {
      case TO_SERVER -> bytesToServer += bytes;
      case TO_CLIENT -> bytesToClient += bytes;
    }
  }

  synchronized List<ProxyEvent> events() {
    return List.copyOf(events);
  }

  synchronized int accepted() {
    return accepted;
  }

  synchronized int open() {
    return accepted - ended;
  }

  synchronized long strikes() {
    return strikes;
  }

  synchronized long bytesToServer() {
    return bytesToServer;
  }

  synchronized long bytesToClient() {
    return bytesToClient;
  }
}
