package dev.parley.testkit.fault;

import static dev.parley.testkit.fault.PlainServer.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many connections, slow peers, and what is left afterwards. */
class FaultProxyLoadTest {

  @Test
  void serves200ConnectionsAtOnce() throws Exception {
    int clients = 200;
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try (PlainServer server = PlainServer.answering();
        FaultProxy proxy = FaultProxy.to(server.port())) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        String name = "client " + i;
        running.add(
            threads.submit(() -> {
              try (PlainClient client = PlainClient.of(proxy)) {
                for (int n = 0; n < 50; n++) {
                  assertThat(client.ask(name + ", " + n)).isEqualTo("re: " + name + ", " + n);
                }
                await().until(() -> proxy.accepted() == clients);
              }
              return null;
            }));
      }
      for (Future<?> run : running) {
        run.get(50, TimeUnit.SECONDS);
      }
      await().until(() -> proxy.open() == 0);
      assertThat(proxy.accepted()).isEqualTo(clients);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aSlowReaderStallsTheWriter_andLosesNothing() throws Exception {
    long total = 64L << 20;
    try (PlainServer server =
            PlainServer.serving(session -> {
              byte[] chunk = new byte[64 * 1024];
              while (session.written() < total) {
                session.write(chunk, chunk.length);
              }
            });
        FaultProxy proxy = FaultProxy.to(server.port());
        PlainClient client = PlainClient.of(proxy)) {
      await().until(() -> !server.sessions().isEmpty());
      long[] seen = {-1};
      await()
          .pollInterval(Duration.ofMillis(300))
          .until(() -> {
            long before = seen[0];
            seen[0] = server.session(0).written();
            return before == seen[0];
          });
      assertThat(seen[0]).as("what fits into the buffers between").isLessThan(total / 2);

      long received = 0;
      byte[] buffer = new byte[64 * 1024];
      for (int n; (n = client.in.read(buffer)) >= 0; ) {
        received += n;
      }
      assertThat(received).isEqualTo(total);
    }
  }

  @Test
  void doesNotSpin_whileNothingHappens() throws Exception {
    try (PlainServer server = PlainServer.answering();
        FaultProxy proxy = FaultProxy.to(server.port())) {
      List<PlainClient> clients = new ArrayList<>();
      for (Fault fault :
          List.of(
              Fault.none(),
              Fault.halfOpen(),
              Fault.blackholeAfter(Direction.TO_SERVER, 0),
              Fault.blackholeAfter(Direction.TO_CLIENT, 0),
              Fault.truncateAfter(0),
              Fault.slice(1, Duration.ofHours(1)),
              Fault.delay(Duration.ofHours(1), Duration.ZERO))) {
        proxy.script(Script.next(1, fault));
        clients.add(PlainClient.of(proxy));
        clients.get(clients.size() - 1).send("hello\n");
      }
      await().until(() -> proxy.strikes() == 4); // all but those that only slow down
      for (PlainClient client : clients) {
        client.socket.setSoLinger(true, 0);
        client.close();
      }
      long before = cpuNanos(proxy);
      await().pollDelay(Duration.ofMillis(500)).until(() -> true);
      assertThat(cpuNanos(proxy) - before).isLessThan(100_000_000);
    }
  }

  private static long cpuNanos(FaultProxy proxy) {
    long id =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("parley-fault-proxy-" + proxy.port()))
            .findFirst()
            .orElseThrow()
            .getId();
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(id);
  }

  @Test
  void closeLeavesNothing() throws Exception {
    Map<Fault, Integer> everything =
        Map.of(
            Fault.none(), 1,
            Fault.halfOpen(), 1,
            Fault.blackholeAfter(Direction.TO_SERVER, 0), 1,
            Fault.blackholeAfter(Direction.TO_CLIENT, 2), 1,
            Fault.truncateAfter(0), 1,
            Fault.closeAfterAccept(), 1,
            Fault.slow(1), 1,
            Fault.delay(Duration.ofHours(1), Duration.ofHours(1)), 1,
            Fault.flap(Duration.ofHours(1), Duration.ofHours(1)), 1);
    try (PlainServer server = PlainServer.answering()) {
      runOnce(server, everything); // loads what is loaded once
      awaitSessionsOver(server);
      long descriptors = openDescriptors();
      for (int i = 0; i < 10; i++) {
        runOnce(server, everything);
      }
      awaitSessionsOver(server);
      await().until(() -> openDescriptors() <= descriptors);
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .noneMatch(name -> name.startsWith("parley-fault-proxy"));
    }
  }

  private static void awaitSessionsOver(PlainServer server) {
    await().until(() -> server.sessions().stream().allMatch(session -> session.socket.isClosed()));
  }

  private static void runOnce(PlainServer server, Map<Fault, Integer> faults) throws IOException {
    List<PlainClient> clients = new ArrayList<>();
    FaultProxy proxy = FaultProxy.to(server.port());
    proxy.script(Script.randomly(1, faults));
    for (int i = 0; i < 50; i++) {
      PlainClient client = PlainClient.of(proxy);
      clients.add(client);
      client.send("hello\n");
    }
    await().until(() -> proxy.accepted() == 50);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(proxy::close);
    assertThat(closing).succeedsWithin(Duration.ofSeconds(30));
    assertThat(proxy.open()).isZero();
    for (PlainClient client : clients) {
      assertThat(client.nextRead()).doesNotContain("Timeout");
      client.close();
    }
  }

  private static long openDescriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }
}
