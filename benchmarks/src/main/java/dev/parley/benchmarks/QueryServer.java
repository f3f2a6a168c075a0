package dev.parley.benchmarks;

import io.undertow.Undertow;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;

/** Answers each query with the same prepared data, as cheaply as a server can. */
public final class QueryServer {
  private QueryServer() {}

  /** Prints its port and serves until its standard input ends. */
  public static void main(String[] args) throws Exception {
    byte[] answer =
        EchoClient.MAPPER.writeValueAsBytes(
            Map.of("data", Map.of("product", QueryClient.Product.sample())));
    Undertow server =
        Undertow.builder()
            .setIoThreads(2)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(exchange ->
                exchange
                    .getRequestReceiver()
                    .receiveFullBytes((each, body) -> {
                      each.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
                      each.getResponseSender().send(ByteBuffer.wrap(answer));
                    }))
            .build();
    server.start();
    System.out.println(
        ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort());
    while (System.in.read() >= 0) {
      // whoever started it is still there
    }
    server.stop();
  }
}
