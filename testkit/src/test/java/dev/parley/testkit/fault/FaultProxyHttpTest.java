package dev.parley.testkit.fault;

import static dev.parley.testkit.fault.PlainServer.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What faults look like through HTTP. */
class FaultProxyHttpTest {
  private static final String ANSWER = "an answer of more than a few bytes";

  private final AtomicInteger handled = new AtomicInteger();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private HttpServer server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          handled.incrementAndGet();
          exchange.sendResponseHeaders(200, ANSWER.length());
          exchange.getResponseBody().write(ANSWER.getBytes());
          exchange.close();
        });
    server.start();
    proxy = FaultProxy.to(server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    proxy.close();
    server.stop(0);
  }

  private String post() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(proxy.uri("http"))
            .timeout(Duration.ofSeconds(20))
            .POST(HttpRequest.BodyPublishers.ofString("an order"))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  @Test
  void truncatedBodyIsNoticed() throws Exception {
    proxy.script(Script.next(1, Fault.truncateAfter(100)));
    assertThatThrownBy(this::post)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("fixed content-length: " + ANSWER.length());
    assertThat(handled).hasValue(1);
  }

  @Test
  void armedFaultHitsTheNextRequestOnTheSameConnection() throws Exception {
    assertThat(post()).isEqualTo(ANSWER);
    proxy.arm(Fault.resetAfter(Direction.TO_CLIENT, 0));
    assertThatThrownBy(this::post).isInstanceOf(IOException.class);
    assertThat(handled).hasValue(2);
    assertThat(proxy.accepted()).as("it was the same connection").isEqualTo(1);
  }

  @Test
  void requestCutOnTheWayIsNotHandled() {
    proxy.script(Script.next(1, Fault.resetAfter(Direction.TO_SERVER, 20)));
    assertThatThrownBy(this::post).isInstanceOf(IOException.class);
    assertThat(handled).hasValue(0);
  }

  @Test
  void refusedRequestIsNotSent() {
    proxy.refuse();
    assertThatThrownBy(this::post).isInstanceOf(ConnectException.class);
    proxy.reopen();
    assertThat(handled).hasValue(0);
  }

  @Test
  void swallowedAnswerNeverComes() {
    proxy.script(Script.next(1, Fault.blackholeAfter(Direction.TO_CLIENT, 0)));
    HttpRequest request = HttpRequest.newBuilder(proxy.uri("http")).build();
    var answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    await().until(() -> proxy.strikes() == 1);

    await().during(Duration.ofMillis(200)).until(() -> !answer.isDone());
    assertThat(handled).hasValue(1);
  }

  @Test
  void slicedAndDelayedTrafficArrivesWhole() throws Exception {
    proxy.script(
        Script.always(
            Fault.slice(5, Duration.ofMillis(1))
                .and(Fault.delay(Duration.ofMillis(5), Duration.ofMillis(5)))));
    assertThat(post()).isEqualTo(ANSWER);
    assertThat(post()).isEqualTo(ANSWER);
  }
}
