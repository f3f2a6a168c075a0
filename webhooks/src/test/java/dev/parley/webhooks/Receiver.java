package dev.parley.webhooks;

import dev.parley.webhook.WebhookRequest;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** A real server that webhooks are sent to: notes what arrives and answers as it is told. */
final class Receiver implements AutoCloseable {
  /** How long tests wait for what must happen: a busy machine takes its time. */
  static final Duration PATIENCE = Duration.ofSeconds(45);

  /** A webhook that arrived. */
  record Arrival(String path, String query, HeaderMap headers, byte[] body) {
    String header(String name) {
      return headers.getFirst(name);
    }

    String id() {
      return header("webhook-id");
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    WebhookRequest request() {
      WebhookRequest.Builder request = WebhookRequest.builder().body(body);
      headers.forEach(
          each -> each.forEach(value -> request.header(each.getHeaderName().toString(), value)));
      return request.build();
    }

    java.net.http.HttpHeaders jdkHeaders() {
      java.util.Map<String, List<String>> map = new java.util.TreeMap<>();
      headers.forEach(each -> map.put(each.getHeaderName().toString(), List.copyOf(each)));
      return java.net.http.HttpHeaders.of(map, (name, value) -> true);
    }
  }

  /** What answers. */
  interface Answerer {
    void answer(Arrival arrival, HttpServerExchange exchange) throws Exception;
  }

  private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();
  private final boolean secure;
  private final Undertow server;

  private Receiver(SSLContext tls, String address, int port, Answerer answerer) {
    secure = tls != null;
    Undertow.Builder builder =
        Undertow.builder()
            .setIoThreads(2)
            // One date serves all servers of a JVM, and may stand still when one of them is
            // stopped.
            .setServerOption(UndertowOptions.ALWAYS_SET_DATE, false)
            .setWorkerThreads(64)
            .setHandler(
                new BlockingHandler(exchange -> {
                  Arrival arrival =
                      new Arrival(
                          exchange.getRequestURI(),
                          exchange.getQueryString(),
                          exchange.getRequestHeaders(),
                          exchange.getInputStream().readAllBytes());
                  arrivals.add(arrival);
                  answerer.answer(arrival, exchange);
                }));
    server =
        (secure
                ? builder.addHttpsListener(port, address, tls)
                : builder.addHttpListener(port, address))
            .build();
    server.start();
  }

  static Receiver start(Answerer answerer) {
    return new Receiver(null, "127.0.0.1", 0, answerer);
  }

  static Receiver startAt(String address, int port, Answerer answerer) {
    return new Receiver(null, address, port, answerer);
  }

  static Receiver startSecure(SSLContext tls, Answerer answerer) {
    return new Receiver(tls, "127.0.0.1", 0, answerer);
  }

  /** Answers with these statuses in turn, and with the last of them from then on. */
  static Receiver answering(int... statuses) {
    AtomicInteger next = new AtomicInteger();
    return start((arrival, exchange) ->
        answer(exchange, statuses[Math.min(next.getAndIncrement(), statuses.length - 1)]));
  }

  static void answer(HttpServerExchange exchange, int status, String... headers) {
    exchange.setStatusCode(status);
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().put(new HttpString(headers[i]), headers[i + 1]);
    }
    exchange.endExchange();
  }

  int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  String uri() {
    return (secure ? "https" : "http") + "://127.0.0.1:" + port();
  }

  List<Arrival> arrivals() {
    return arrivals;
  }

  List<String> ids() {
    return arrivals.stream().map(Arrival::id).toList();
  }

  @Override
  public void close() {
    server.stop();
  }
}
