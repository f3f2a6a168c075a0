package dev.parley.sse;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.server.handlers.sse.ServerSentEventHandler;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Undertow's own server-sent events. */
final class JvmServer implements EventServer {
  private record Event(String id, String type, String data) {}

  private final boolean replays;
  private final ServerSentEventHandler handler;
  private volatile Undertow server;
  private final AtomicInteger connects = new AtomicInteger();

  // Guarded by this.
  private final List<Event> log = new ArrayList<>();
  private final List<ServerSentEventConnection> connections = new ArrayList<>();

  JvmServer(boolean replays, int heartbeatMillis) {
    this.replays = replays;
    this.handler =
        Handlers.serverSentEvents((connection, last) -> {
          connection.setKeepAliveTime(heartbeatMillis);
          synchronized (this) {
            if (replays) {
              log.subList(after(last), log.size()).forEach(event -> send(connection, event));
            }
            connections.add(connection);
          }
          connects.incrementAndGet();
        });
    this.server = start();
  }

  private Undertow start() {
    Undertow started =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(16)
            .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(handler)
            .build();
    started.start();
    return started;
  }

  /** Stops, and starts anew at another port, which it returns; it remembers what it published. */
  int restart() {
    server.stop();
    server = start();
    return port();
  }

  private int after(String id) {
    for (int i = 0; i < log.size(); i++) {
      if (Objects.equals(log.get(i).id, id)) {
        return i + 1;
      }
    }
    return 0;
  }

  private static void send(ServerSentEventConnection connection, Event event) {
    try {
      connection.send(event.data, event.type, event.id, null);
    } catch (RejectedExecutionException e) {
      // Its server is being stopped.
    }
  }

  @Override
  public int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  @Override
  public int connects() {
    return connects.get();
  }

  @Override
  public synchronized void publish(String id, String type, String data) {
    Event event = new Event(id, type, data);
    if (replays) {
      log.add(event);
    }
    connections.removeIf(connection -> !connection.isOpen());
    connections.forEach(connection -> send(connection, event));
  }

  @Override
  public void close() {
    server.stop();
  }
}
