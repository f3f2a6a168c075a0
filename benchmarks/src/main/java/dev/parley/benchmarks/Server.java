package dev.parley.benchmarks;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.PathHandler;
import io.undertow.util.Headers;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import io.undertow.websockets.spi.WebSocketHttpExchange;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Sends back what it gets, as cheaply as a server can. A process of its own. */
public final class Server {
  private Server() {}

  /** Prints its port and serves until its standard input ends. */
  public static void main(String[] args) throws Exception {
    Undertow server =
        Undertow.builder()
            .setIoThreads(2)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(
                new PathHandler(Server::echo)
                    .addExactPath("/socket", Handlers.websocket(Server::talk)))
            .build();
    server.start();
    System.out.println(
        ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort());
    while (System.in.read() >= 0) {
      // whoever started it is still there
    }
    server.stop();
  }

  private static void echo(HttpServerExchange exchange) {
    exchange
        .getRequestReceiver()
        .receiveFullBytes((each, body) -> {
          each.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
          each.getResponseSender().send(ByteBuffer.wrap(body));
        });
  }

  /** Swallows what begins with s, and sends back everything else. */
  private static void talk(WebSocketHttpExchange exchange, WebSocketChannel channel) {
    channel
        .getReceiveSetter()
        .set(
            new AbstractReceiveListener() {
              @Override
              protected void onFullTextMessage(WebSocketChannel from, BufferedTextMessage message) {
                String text = message.getData();
                if (text.charAt(0) != 's') {
                  WebSockets.sendText(text, from, null);
                }
              }
            });
    channel.resumeReceives();
  }
}
