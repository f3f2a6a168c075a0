package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Operation;
import dev.parley.Session;
import dev.parley.SessionOptions;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real browser and Parley in one chat; {@code scripts/chromium} finds or gets one. */
@Tag("slow")
class BrowserTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String HELLO = "the browser is here";

  private static final Operation<String, String> CHAT = text("/room/chat");
  private static final Operation<byte[], byte[]> BYTES =
      Operation.of("bytes", byte[].class, byte[].class).bind(WebSocket.at("/room/chat"));

  private static Operation<String, String> text(String room) {
    return Operation.of("text", String.class, String.class).bind(WebSocket.at(room));
  }

  @Test
  @Timeout(900) // it may have to install the browser
  void chromiumAndParleyHearTheSame_inOneOrder_andAnswerEachOther() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    List<String> heardByBrowser = new CopyOnWriteArrayList<>();
    try (NodeServer server = NodeServer.start();
        WebSocketChannel channel = WebSocketChannel.builder(server.uri()).build();
        Session<String, String> seen = channel.open(text("/room/seen"), SessionOptions.DEFAULT);
        Session<String, String> chat = channel.open(CHAT, SessionOptions.DEFAULT);
        Session<byte[], byte[]> bytes = channel.open(BYTES, SessionOptions.DEFAULT)) {
      seen.inbound().start(message -> heardByBrowser.add(message.body()));
      chat.inbound().start(message -> heard.add(message.body()));
      bytes.inbound().start(message -> {});
      Process browser =
          new ProcessBuilder(
                  "../../scripts/chromium", "http://127.0.0.1:" + server.port() + "/page")
              .redirectErrorStream(true)
              .redirectOutput(new File("target/chromium.log"))
              .start();
      try {
        await().atMost(Duration.ofMinutes(12)).until(() -> heardByBrowser.contains(HELLO));
        for (int i = 0; i < 100; i++) {
          chat.send("question " + i);
          bytes.send(("bytes " + i + ": … é 😀").getBytes(StandardCharsets.UTF_8));
        }
        chat.send("");
        chat.send("é😀".repeat(50_000));
        await().atMost(PATIENCE).until(() -> heardByBrowser.size() == 303 && heard.size() == 303);
      } finally {
        browser.destroy();
        browser.waitFor();
      }
    }

    assertThat(heard).isEqualTo(heardByBrowser).startsWith(HELLO).contains("bytes 7: … é 😀", "");
    assertThat(heard.stream().filter(each -> each.startsWith("answer to question ")))
        .hasSize(100)
        .startsWith("answer to question 0")
        .endsWith("answer to question 99");
  }
}
