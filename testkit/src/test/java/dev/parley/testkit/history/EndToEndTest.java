package dev.parley.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.Effect;
import dev.parley.testkit.fault.Direction;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A naive client that repeats what failed, against a server that honours keys and one that does
 * not.
 */
class EndToEndTest {
  private static final Fault[] FAULTS = {
    Fault.resetAfter(Direction.TO_CLIENT, 0),
    Fault.resetAfter(Direction.TO_CLIENT, 40),
    Fault.resetAfter(Direction.TO_SERVER, 10),
    Fault.truncateAfter(20),
    Fault.closeAfterAccept(),
    Fault.slice(3, Duration.ZERO),
    Fault.refuse(Duration.ofMillis(20)),
    Fault.halfOpen(),
    Fault.blackholeAfter(Direction.TO_CLIENT, 0)
  };

  private final long seed = Long.getLong("parley.test.seed", 20_261_121);
  private final History history = History.of("seed " + seed);
  private final Witness table = history.witness("effect table");
  private final Set<String> handled = new HashSet<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/unsafe", exchange -> handle(exchange, false));
    server.createContext("/idempotent", exchange -> handle(exchange, true));
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange, boolean honoursKey) throws IOException {
    String id = new String(exchange.getRequestBody().readAllBytes());
    synchronized (handled) { // who is told that it was done already may rely on it
      if (handled.add(id) || !honoursKey) {
        table.saw(Long.parseLong(id));
      }
    }
    byte[] answer = "done".getBytes();
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private HistoryReport run(String path, int maxAttempts) throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    // @start region="nemesis"
    try (FaultProxy proxy = FaultProxy.to(server.getAddress().getPort());
        Nemesis nemesis = Nemesis.seeded(seed).faults(FAULTS).over(proxy)) {
      nemesis.start(Duration.ofMillis(10));
      Workload.seeded(seed)
          .operations(400)
          .effectOf(e -> e instanceof ConnectException ? Effect.NOT_SENT : Effect.POSSIBLE)
          .run(
              history,
              (id, key) -> {
                while (10 * nemesis.steps() < id) {
                  LockSupport.parkNanos(1_000_000); // or it is over before the trouble begins
                }
                post(client, proxy.uri("http").resolve(path), id, maxAttempts);
              });
    }
    return HistoryChecker.check(history, Rule.EFFECTIVELY_ONCE, Rule.ANSWERED_ONCE);
    // @end
  }

  /** Tries again whatever happened: right if the server knows repetitions, wrong if not. */
  private static void post(HttpClient client, URI uri, long id, int maxAttempts) throws Exception {
    IOException last = null;
    boolean wasSent = false;
    for (int attempt = 1; attempt <= maxAttempts; attempt++) {
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .timeout(Duration.ofMillis(250))
              .POST(HttpRequest.BodyPublishers.ofString(Long.toString(id)))
              .build();
      try {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo("done");
        return;
      } catch (IOException e) {
        wasSent |= !(e instanceof ConnectException);
        last = e;
      }
    }
    throw wasSent ? new IOException("no answer", last) : last;
  }

  @Test
  void findsTheRepetitionsOfARetryThatIsNotSafe() throws Exception {
    HistoryReport report = run("/unsafe", 20);
    assertThat(report.violations()).as(report::toString).isNotEmpty();
    assertThat(report.violations())
        .allSatisfy(violation -> {
          assertThat(violation.rule()).isEqualTo(Rule.EFFECTIVELY_ONCE);
          assertThat(violation.message()).contains(" times: ");
        });
  }

  @Test
  void passesTheSameRetry_whenTheServerHonoursTheKey() throws Exception {
    run("/idempotent", 20).assertClean();
  }

  @Test
  void passesAClientThatDoesNotRetry_andSaysSo() throws Exception {
    HistoryReport report = run("/unsafe", 1);
    report.assertClean();
    assertThat(report.toString()).contains(" open");
  }
}
