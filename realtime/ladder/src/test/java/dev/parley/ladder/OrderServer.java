package dev.parley.ladder;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.Headers;
import io.undertow.websockets.WebSocketConnectionCallback;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Numbered orders over WebSocket, SSE, long polling and polling on one port; what is not offered is
 * answered 404. One that forgets gives those that come from now on, over WebSocket and SSE.
 */
final class OrderServer implements AutoCloseable {
  /** A way to the orders. */
  enum Way {
    WEBSOCKET,
    SSE,
    LONGPOLL,
    POLL
  }

  private final Undertow server;
  private final boolean forgets;
  private final Set<Way> offered = ConcurrentHashMap.newKeySet();

  // Guarded by this.
  private final Map<WebSocketChannel, Integer> sockets = new HashMap<>(); // and what each has had
  private int last;
  private int generation; // of connections that are held

  OrderServer() {
    this(false);
  }

  OrderServer(boolean forgets) {
    this.forgets = forgets;
    HttpHandler sockets = Handlers.websocket(callback());
    HttpHandler asked = new BlockingHandler(this::answer);
    server =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(32)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(exchange -> {
              boolean upgrades = exchange.getRequestHeaders().contains(Headers.UPGRADE);
              if (upgrades && offered.contains(Way.WEBSOCKET)) {
                sockets.handleRequest(exchange);
              } else if (upgrades) {
                exchange.setStatusCode(404).endExchange();
              } else {
                asked.handleRequest(exchange);
              }
            })
            .build();
    server.start();
  }

  String authority() {
    return "127.0.0.1:" + port();
  }

  int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  /** Returns how many sockets hear of orders, or would if they were not lost. */
  synchronized int sockets() {
    return sockets.size();
  }

  /** Offers these ways from now on and no others; what stands on another is cut. */
  void offer(Way... ways) {
    offered.retainAll(List.of(ways));
    offered.addAll(List.of(ways));
    synchronized (this) {
      generation++;
      if (!offered.contains(Way.WEBSOCKET)) {
        sockets.keySet().forEach(socket -> WebSockets.sendClose(1001, "", socket, null));
        sockets.clear();
      }
      notifyAll();
    }
  }

  /** Publishes the next order. */
  synchronized void publish() {
    last++;
    sockets.replaceAll(this::send);
    notifyAll();
  }

  private Integer send(WebSocketChannel socket, Integer had) {
    for (int id = had + 1; id <= last; id++) {
      WebSockets.sendText(order(id), socket, null);
    }
    return last;
  }

  private static String order(int id) {
    return "{\"id\":" + id + "}";
  }

  private WebSocketConnectionCallback callback() {
    return (exchange, socket) -> {
      if (forgets) {
        synchronized (this) {
          sockets.put(socket, last);
        }
      }
      socket
          .getReceiveSetter()
          .set(
              new AbstractReceiveListener() {
                @Override
                protected void onFullTextMessage(
                    WebSocketChannel channel, BufferedTextMessage message) {
                  int since = Integer.parseInt(message.getData());
                  synchronized (OrderServer.this) {
                    sockets.put(channel, send(channel, since));
                  }
                }
              });
      socket.resumeReceives();
    };
  }

  private void answer(HttpServerExchange exchange) throws Exception {
    String accept = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"));
    if (accept.contains("event-stream")) {
      stream(exchange);
      return;
    }
    String prefer = exchange.getRequestHeaders().getFirst("Prefer");
    if (!offered.contains(prefer == null ? Way.POLL : Way.LONGPOLL)) {
      exchange.setStatusCode(404);
      return;
    }
    var values = exchange.getQueryParameters().get("since");
    int since = values == null ? 0 : Integer.parseInt(values.getFirst());
    long hold = prefer == null ? 0 : Long.parseLong(prefer.substring("wait=".length()));
    StringBuilder body = new StringBuilder("[");
    synchronized (this) {
      await(since, TimeUnit.SECONDS.toNanos(hold));
      for (int id = since + 1; id <= last; id++) {
        body.append(body.length() > 1 ? "," : "").append(order(id));
      }
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
    exchange.getOutputStream().write(body.append(']').toString().getBytes(StandardCharsets.UTF_8));
    exchange.getOutputStream().close();
  }

  private void stream(HttpServerExchange exchange) throws Exception {
    int mine;
    synchronized (this) {
      mine = generation; // before it looks: what is no longer offered from now on, is cut
    }
    if (!offered.contains(Way.SSE)) {
      exchange.setStatusCode(404);
      return;
    }
    String from = exchange.getRequestHeaders().getFirst("Last-Event-ID");
    int had;
    synchronized (this) {
      had = forgets ? last : from == null ? 0 : Integer.parseInt(from);
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream");
    OutputStream out = exchange.getOutputStream();
    out.write(": hello\n\n".getBytes(StandardCharsets.UTF_8));
    out.flush();
    while (true) {
      int until;
      synchronized (this) {
        await(had, TimeUnit.SECONDS.toNanos(60));
        until = last;
        if (mine != generation) {
          throw new IOException("cut");
        }
      }
      for (; had < until; had++) {
        out.write(
            ("id: " + (had + 1) + "\ndata: " + order(had + 1) + "\n\n")
                .getBytes(StandardCharsets.UTF_8));
      }
      out.flush();
    }
  }

  // With the lock held.
  private void await(int since, long nanos) throws InterruptedException {
    int mine = generation;
    long end = System.nanoTime() + nanos;
    while (last <= since && mine == generation && end - System.nanoTime() > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, end - System.nanoTime()));
    }
  }

  @Override
  public void close() {
    offer();
    server.stop();
  }
}
