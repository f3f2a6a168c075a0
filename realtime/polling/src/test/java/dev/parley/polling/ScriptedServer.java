package dev.parley.polling;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real server that answers as a test says, and notes what arrives. */
final class ScriptedServer implements AutoCloseable {
  /** A request that arrived; its number counts from 1. */
  record Arrival(int number, String query, com.sun.net.httpserver.Headers headers) {
    String header(String name) {
      return headers.getFirst(name);
    }
  }

  /** What is answered. */
  record Reply(int status, String body, List<String> headers) {
    static Reply json(String body) {
      return new Reply(200, body, List.of("Content-Type", "application/json"));
    }

    static Reply status(int status, String... headers) {
      return new Reply(status, "", List.of(headers));
    }

    Reply with(String name, String value) {
      List<String> all = new java.util.ArrayList<>(headers);
      all.add(name);
      all.add(value);
      return new Reply(status, body, all);
    }
  }

  /** Who answers. */
  interface Script {
    Reply answer(Arrival arrival) throws Exception;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();
  private final Script script;

  ScriptedServer(Script script) {
    this.script = script;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    Arrival arrival;
    synchronized (arrivals) {
      String query = exchange.getRequestURI().getRawQuery();
      arrival =
          new Arrival(
              arrivals.size() + 1, query == null ? "" : query, exchange.getRequestHeaders());
      arrivals.add(arrival);
    }
    try (exchange) {
      Reply reply = script.answer(arrival);
      for (int i = 0; i < reply.headers.size(); i += 2) {
        exchange.getResponseHeaders().add(reply.headers.get(i), reply.headers.get(i + 1));
      }
      byte[] body = reply.body.getBytes(StandardCharsets.ISO_8859_1);
      exchange.sendResponseHeaders(reply.status, body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the test is over
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  List<Arrival> arrivals() {
    return arrivals;
  }

  String authority() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
