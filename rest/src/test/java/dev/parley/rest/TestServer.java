package dev.parley.rest;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.xnio.Options;
import org.xnio.SslClientAuthMode;

/** A real server that notes what arrives: HTTP/1.1 and HTTP/2 on the same port. */
final class TestServer implements AutoCloseable {
  /** A request that arrived. */
  record Arrival(
      String method, String path, String query, String protocol, byte[] body, Headers headers) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** Its headers. */
  static final class Headers {
    private final io.undertow.util.HeaderMap map;

    Headers(io.undertow.util.HeaderMap map) {
      this.map = map;
    }

    String first(String name) {
      return map.getFirst(name);
    }

    List<String> all(String name) {
      return map.get(name) == null ? List.of() : List.copyOf(map.get(name));
    }
  }

  /** What answers. */
  interface Answerer {
    void answer(Arrival arrival, HttpServerExchange exchange) throws Exception;
  }

  private final Undertow server;
  private final boolean secure;
  private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();

  private TestServer(SSLContext tls, Answerer answerer) {
    this.secure = tls != null;
    HttpHandler handler =
        new BlockingHandler(exchange -> {
          byte[] body = exchange.getInputStream().readAllBytes();
          Arrival arrival =
              new Arrival(
                  exchange.getRequestMethod().toString(),
                  exchange.getRequestURI(),
                  exchange.getQueryString(),
                  exchange.getProtocol().toString(),
                  body,
                  new Headers(exchange.getRequestHeaders()));
          arrivals.add(arrival);
          answerer.answer(arrival, exchange);
        });
    Undertow.Builder builder =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(64)
            // Undertow keeps the date for all servers of a JVM, and one that stops at the wrong
            // moment
            // leaves it as it is for good.
            .setServerOption(UndertowOptions.ALWAYS_SET_DATE, false)
            .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L)
            .setSocketOption(Options.SSL_CLIENT_AUTH_MODE, SslClientAuthMode.REQUESTED)
            .setHandler(handler);
    if (secure) {
      builder.addHttpsListener(0, "localhost", tls);
    } else {
      builder.addHttpListener(0, "localhost");
    }
    server = builder.build();
    server.start();
  }

  static TestServer start(Answerer answerer) {
    return new TestServer(null, answerer);
  }

  static TestServer startSecure(SSLContext tls, Answerer answerer) {
    return new TestServer(tls, answerer);
  }

  String uri() {
    return (secure ? "https" : "http") + "://localhost:" + port();
  }

  int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  List<Arrival> arrivals() {
    return arrivals;
  }

  static void json(HttpServerExchange exchange, int status, String body) {
    send(exchange, status, "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  static void send(HttpServerExchange exchange, int status, String contentType, byte[] body) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(new HttpString("Content-Type"), contentType);
    exchange.getResponseHeaders().put(new HttpString("Content-Length"), body.length);
    try {
      exchange.getOutputStream().write(body);
      exchange.getOutputStream().close();
    } catch (IOException e) {
      exchange.endExchange();
    }
  }

  static void header(HttpServerExchange exchange, String name, String value) {
    exchange.getResponseHeaders().put(new HttpString(name), value);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop();
  }
}
