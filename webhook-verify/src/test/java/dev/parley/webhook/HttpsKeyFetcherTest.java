package dev.parley.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpsKeyFetcherTest {
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String path = exchange.getRequestURI().getPath();
            requests.add(
                exchange.getRequestMethod()
                    + ' '
                    + path
                    + ' '
                    + Encoding.TEXT.encode(exchange.getRequestBody().readAllBytes()));
            byte[] body = path.equals("/long") ? new byte[256 * 1024 + 1] : Encoding.utf8("key");
            if (path.equals("/redirect")) {
              exchange.getResponseHeaders().add("Location", "/key");
            }
            int status = path.equals("/redirect") ? 302 : path.equals("/gone") ? 404 : 200;
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void getsAndPosts() throws IOException {
    assertThat(fetch("/key")).isEqualTo(Encoding.utf8("key"));
    KeyFetcher.Query post = KeyFetcher.Query.post(URI.create(url("/post")), "{\"a\":1}");
    assertThat(new HttpsKeyFetcher("http").fetch(post)).isEqualTo(Encoding.utf8("key"));
    assertThat(requests).containsExactly("GET /key ", "POST /post {\"a\":1}");
  }

  @Test
  void followsNoRedirect() {
    assertThatThrownBy(() -> fetch("/redirect"))
        .isInstanceOf(IOException.class)
        .hasMessage("GET localhost was answered 302");
    assertThat(requests).containsExactly("GET /redirect ");
  }

  @Test
  void refusesErrorsAndWhatIsTooLong() {
    assertThatThrownBy(() -> fetch("/gone")).hasMessage("GET localhost was answered 404");
    assertThatThrownBy(() -> fetch("/long"))
        .hasMessage("GET localhost was answered with more than 262144 bytes");
  }

  @Test
  void fetchesByHttpsOnly() {
    for (String url : List.of(url("/key"), "file:///etc/passwd", "ftp://localhost/")) {
      assertThatThrownBy(() -> KeyFetcher.https().fetch(KeyFetcher.Query.get(url)))
          .isInstanceOf(IOException.class)
          .hasMessage("only https is fetched");
    }
    assertThat(requests).isEmpty();
  }

  private byte[] fetch(String path) throws IOException {
    return new HttpsKeyFetcher("http").fetch(KeyFetcher.Query.get(url(path)));
  }

  private String url(String path) {
    return "http://localhost:" + server.getAddress().getPort() + path;
  }
}
