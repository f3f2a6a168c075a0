package dev.parley.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real browser and Parley on the same stream; {@code scripts/chromium} finds or gets one. */
@Tag("slow")
class BrowserTest {
  private static final String SEPARATOR = "\u0001"; // as the page has it
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final Operation<Void, SseEvent> EVENTS =
      Operation.of("events", Void.class, SseEvent.class)
          .bind(Sse.get("/events").only("message", "price", "end"));

  private static final List<String> BEFORE =
      List.of(
          "retry: 100\n\n",
          "id: 1\ndata: plain\n\n",
          "event: price\nid: 2\ndata: one\ndata:  two\ndata\n\n",
          ": a comment\n\ndata:no id\r\n\r\n",
          "id: 3\r\rdata: moved by a block without data\r\r",
          "id: 4\0\ndata: an id with NUL\n\n",
          "event: unknown\ndata: nobody listens\n\n",
          "event: price\n\ndata: the type lasted for one block\n\n",
          "DATA: x\n data: x\nfoo\nfoo: bar\ndata: unknown fields\n\n",
          "data\n\ndata:\n\n",
          "retry: -5\nretry: 1e3\ndata: 😀 … é\n\n",
          "id: é…\ndata: an id beyond ASCII\n\n");
  private static final List<String> AFTER =
      List.of(
          "data: after the cut, with the id from before\n\n",
          "id\ndata: without an id from now on\n\n",
          "id: 9\nevent: end\ndata: end\n\n");

  @Test
  @Timeout(900) // it may have to install the browser
  void chromiumAndParleySeeTheSameEvents() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (NodeServer server = new NodeServer(false, 0, 1);
        Parley parley = Parley.create()) {
      Process browser =
          new ProcessBuilder(
                  "../../scripts/chromium", "http://127.0.0.1:" + server.port() + "/page")
              .redirectErrorStream(true)
              .redirectOutput(new java.io.File("target/chromium.log"))
              .start();
      try {
        Subscription<Message<SseEvent>> events =
            parley.open("sse+http://127.0.0.1:" + server.port(), StreamChannel.class).stream(
                EVENTS, null, StreamOptions.DEFAULT);
        CompletableFuture<Void> handling =
            events.start(message -> {
              SseEvent event = message.body();
              seen.add(event.type() + SEPARATOR + event.lastEventId() + SEPARATOR + event.data());
            });
        await().atMost(Duration.ofMinutes(12)).until(() -> server.connects() == 2);
        BEFORE.forEach(block -> server.publishBlock(null, block));
        await().atMost(PATIENCE).until(() -> server.seen().size() == 11 && seen.size() == 11);
        server.cut();
        await().atMost(PATIENCE).until(() -> server.connects() == 4);
        AFTER.forEach(block -> server.publishBlock(null, block));
        await().atMost(PATIENCE).until(() -> server.seen().size() == 14 && seen.size() == 14);

        assertThat(handling).isNotDone();
        assertThat(seen).isEqualTo(server.seen());
        assertThat(server.streams().stream().skip(2).map(NodeServer.Connect::lastEventId))
            .as("both ask for what comes after the last id")
            .containsExactly("é…", "é…");
      } finally {
        browser.destroy();
        browser.waitFor();
      }
    }
  }
}
