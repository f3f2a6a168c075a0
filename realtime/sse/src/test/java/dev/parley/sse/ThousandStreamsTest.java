package dev.parley.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.State;
import dev.parley.StreamChannel;
import dev.parley.Subscription;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thousand streams: how many threads, and how much memory. The server is another process. */
@Tag("slow")
class ThousandStreamsTest {
  private static final int STREAMS = 1000;
  private static final int PORTS = 20; // each takes ten dials a second
  private static final int MAX_OTHERS = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  @Test
  @Timeout(300)
  void aThousandStreamsTakeOneReaderEachAndFewPlatformThreads() throws Exception {
    try (NodeServer server = new NodeServer(false, 10_000, PORTS);
        Parley parley = Parley.create()) {
      List<StreamChannel> channels = new ArrayList<>();
      for (int port : server.ports()) {
        channels.add(parley.open("sse+http://127.0.0.1:" + port, StreamChannel.class));
      }
      long before = usedHeap();
      List<Subscription<Message<String>>> streams = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        streams.add(channels.get(i % PORTS).stream(StreamTest.EVENTS));
      }
      await()
          .atMost(PATIENCE)
          .until(() -> streams.stream().allMatch(each -> each.state() == State.OPEN));
      await().atMost(PATIENCE).until(() -> server.connects() == STREAMS);
      server.publish("1", null, "hello");
      await()
          .atMost(PATIENCE)
          .until(() -> streams.stream().allMatch(each -> each.lag().buffered() == 1));
      for (Subscription<Message<String>> each : streams) {
        assertThat(each.poll(Duration.ZERO).orElseThrow().body()).isEqualTo("hello");
      }

      boolean virtual = Runtime.version().feature() >= 21;
      int readers = virtual ? 0 : STREAMS;
      // Dialers of Java 17 go when they have been idle for 10 s.
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(platformThreads("parley-sse-")).isEqualTo(readers);
            assertThat(platformThreads("")).isLessThanOrEqualTo(readers + MAX_OTHERS);
          });
      long each = (usedHeap() - before) / STREAMS;
      System.out.println(
          "1000 streams on Java "
              + Runtime.version().feature()
              + ": "
              + platformThreads("")
              + " platform threads in all, "
              + each
              + " bytes of heap a stream");
      assertThat(each).as("bytes of heap a stream").isLessThan(64 * 1024);
      streams.forEach(Subscription::abort);
    }
  }

  private static long platformThreads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .count();
  }

  private static long usedHeap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
