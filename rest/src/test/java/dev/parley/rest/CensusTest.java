package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.http.Http;
import dev.parley.spi.Time;
import dev.parley.testkit.conformance.TrackedSockets;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** What has ended leaves nothing behind; {@code -Dparley.census=1000000} makes it a million. */
@Isolated // counts threads
@Tag("slow")
class CensusTest {
  private static final int CALLS = Integer.getInteger("parley.census", 40_000);
  private static final int CALLERS = 8;
  private static final Operation<Void, String> GET =
      Operation.of("tea.get", Void.class, String.class).bind(Http.get("/tea"));

  private final AtomicInteger arrivals = new AtomicInteger();
  private final Undertow server =
      Undertow.builder()
          .addHttpListener(0, "localhost")
          .setHandler(exchange -> {
            // Some fail, so that there are waits and second attempts, too.
            if (arrivals.incrementAndGet() % 1000 == 0) {
              exchange.setStatusCode(503);
            }
            exchange.getResponseSender().send("tea");
          })
          .build();

  @Test
  @Timeout(600)
  void DLN_8_callsLeaveNoTimerThreadOrSocketBehind() throws Exception {
    Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
    TrackedSockets sockets = new TrackedSockets();
    Time time = Time.system();
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    server.start();
    try (Parley parley = Parley.builder().time(time).build()) {
      int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
      RestChannel api =
          RestChannel.builder("http://localhost:" + port)
              .customize(okHttp -> okHttp.socketFactory(sockets))
              .open(parley);
      Callable<Void> caller =
          () -> {
            for (int i = 0; i < CALLS / CALLERS; i++) {
              assertThat(api.call(GET, null)).isEqualTo("tea");
            }
            return null;
          };
      List<Future<Void>> calling = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        calling.add(callers.submit(caller));
      }
      for (Future<Void> each : calling) {
        each.get(10, TimeUnit.MINUTES);
      }
      await().atMost(Duration.ofSeconds(30)).until(() -> time.scheduled() == 0);
      assertThat(sockets.open()).isBetween(1, CALLERS);
    } finally {
      callers.shutdownNow();
      server.stop();
      time.close();
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> sockets.open() == 0);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread))
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("parley-")));
    System.out.printf(
        "census: %,d calls, %,d requests, 0 timers, 0 threads, 0 of %d sockets left%n",
        CALLS, arrivals.get(), sockets.sockets().size());
  }
}
