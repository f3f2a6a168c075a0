package dev.parley.samples.shop;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.Headers;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * What the shop shows live: its orders as server-sent events, and a room for two over WebSocket.
 *
 * <p>{@code /orders/live} goes on behind the {@code Last-Event-ID}; {@code /orders/now} begins with
 * the next order, whatever was missed. The room hands what one says to the others that are there,
 * and keeps nothing.
 */
final class LiveServer implements AutoCloseable {
  private static final Duration HEARTBEAT = Duration.ofMillis(500);

  private final LiveOrders orders;
  private final Undertow server;
  private volatile boolean closed;

  LiveServer(LiveOrders orders) {
    this.orders = orders;
    RoutingHandler routes =
        new RoutingHandler()
            .get("/orders/live", new BlockingHandler(exchange -> show(exchange, true)))
            .get("/orders/now", new BlockingHandler(exchange -> show(exchange, false)))
            .get("/chat", room());
    this.server =
        Undertow.builder()
            .addHttpListener(0, "127.0.0.1", routes)
            // Freeing direct buffers takes a method that newer JDKs warn of.
            .setDirectBuffers(false)
            .setIoThreads(2)
            .setWorkerThreads(32)
            .build();
    server.start();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
  }

  private void show(HttpServerExchange exchange, boolean replays) throws Exception {
    String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
    long next = orders.count();
    if (replays) {
      next = last == null ? 0 : Long.parseLong(last) + 1;
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream");
    try (OutputStream out = exchange.getOutputStream()) {
      while (!closed) {
        List<String> news = orders.await(next, HEARTBEAT);
        StringBuilder events = new StringBuilder();
        for (String order : news) {
          events.append("id: ").append(next++).append("\ndata: ").append(order).append("\n\n");
        }
        // A comment shows a watching client that the line is alive.
        String text = news.isEmpty() ? ":\n\n" : events.toString();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException e) {
      // The watcher is gone.
    }
  }

  private static HttpHandler room() {
    return Handlers.websocket((exchange, customer) -> {
      customer
          .getReceiveSetter()
          .set(
              new AbstractReceiveListener() {
                @Override
                protected void onFullTextMessage(
                    WebSocketChannel channel, BufferedTextMessage message) {
                  for (WebSocketChannel other : channel.getPeerConnections()) {
                    if (!other.equals(channel) && other.isOpen()) {
                      WebSockets.sendText(message.getData(), other, null);
                    }
                  }
                }
              });
      customer.resumeReceives();
    });
  }

  @Override
  public void close() {
    closed = true;
    server.stop();
  }
}
