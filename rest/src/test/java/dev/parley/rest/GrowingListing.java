package dev.parley.rest;

import io.undertow.server.HttpServerExchange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A listing with a cursor whose next page is held back until there is something on it. */
final class GrowingListing {
  private static final long HOLD = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int PAGE = 50;

  private final List<String> elements = new ArrayList<>();
  private boolean ended;
  private int answers;

  synchronized void add(String element) {
    elements.add(element);
    notifyAll();
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }

  void answer(HttpServerExchange exchange) throws InterruptedException {
    String query = exchange.getQueryString();
    boolean first = query.isEmpty();
    int from = 0;
    if (!first) {
      String cursor = query.substring(query.indexOf("after=") + 6);
      from = Integer.parseInt(cursor.substring(0, cursor.indexOf('.')));
    }
    String page;
    synchronized (this) {
      long until = System.nanoTime() + HOLD;
      // The first page comes at once: it says that there is a listing.
      while (!first && !ended && elements.size() <= from && System.nanoTime() - until < 0) {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, until - System.nanoTime()));
      }
      int to = Math.min(elements.size(), from + PAGE);
      boolean last = ended && to == elements.size();
      String next = last ? "null" : "\"" + to + "." + ++answers + "\"";
      List<String> notes = from < to ? elements.subList(from, to) : List.of();
      page = "{\"notes\":[" + String.join(",", notes) + "],\"next\":" + next + "}";
    }
    TestServer.json(exchange, 200, page);
  }
}
