package dev.parley.polling;

import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A feed in this JVM. {@code GET /notes?after=0.12} answers the elements behind the twelfth of the
 * first log, and 410 when there is a newer log, {@code ?since=12} those whose number is greater,
 * {@code &hold=100} waits so many milliseconds for one.
 */
final class JvmFeed implements Feed {
  private static final int PAGE = 50;

  private Undertow server = started();
  private final List<String> elements = new ArrayList<>();
  private boolean ended;
  private boolean closed;
  private int log;

  private Undertow started() {
    Undertow made =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(64)
            .setHandler(new BlockingHandler(this::answer))
            .addHttpListener(0, "127.0.0.1")
            .build();
    made.start();
    return made;
  }

  /** Restarts, on another port; its log is kept or forgotten. */
  void restart(boolean forgets) {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    server.stop();
    synchronized (this) {
      closed = false;
      if (forgets) {
        elements.clear();
        log++;
      }
    }
    server = started();
  }

  @Override
  public int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  @Override
  public synchronized void publish(String members) {
    publish(elements.size() + 1, members);
  }

  /** Appends an element with a number of its own. */
  synchronized void publish(int number, String members) {
    elements.add("{\"seq\":" + number + "," + members + "}");
    notifyAll();
  }

  @Override
  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    server.stop();
  }

  private void answer(HttpServerExchange exchange) throws InterruptedException {
    String after = parameter(exchange, "after", "");
    int from = Integer.parseInt(parameter(exchange, "since", "0"));
    long hold = Long.parseLong(parameter(exchange, "hold", "0"));
    String body;
    synchronized (this) {
      if (!after.isEmpty()) {
        if (!after.startsWith(log + ".")) {
          exchange.setStatusCode(410);
          return;
        }
        from = Integer.parseInt(after.substring(after.indexOf('.') + 1));
      }
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(hold);
      while (!closed && !ended && elements.size() <= from && System.nanoTime() - until < 0) {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, until - System.nanoTime()));
      }
      int to = Math.min(elements.size(), from + PAGE);
      List<String> page = from < to ? elements.subList(from, to) : List.of();
      body =
          "{\"notes\":["
              + String.join(",", page)
              + "],\"next\":\""
              + log
              + "."
              + Math.max(from, to)
              + "\",\"more\":"
              + (to < elements.size())
              + ",\"ended\":"
              + (ended && to == elements.size())
              + "}";
    }
    send(exchange, body);
  }

  private static String parameter(HttpServerExchange exchange, String name, String otherwise) {
    Deque<String> values = exchange.getQueryParameters().get(name);
    return values == null ? otherwise : values.getFirst();
  }

  private static void send(HttpServerExchange exchange, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().put(new HttpString("Content-Type"), "application/json");
    exchange.getResponseHeaders().put(new HttpString("Content-Length"), bytes.length);
    try {
      exchange.getOutputStream().write(bytes);
      exchange.getOutputStream().close();
    } catch (IOException e) {
      exchange.endExchange(); // the caller has gone
    }
  }
}
