package dev.parley.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Auth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseSnippets {
  // @start region="bindings"
  record Symbol(String symbol) {}

  static final Operation<Symbol, String> QUOTES =
      Operation.of("quotes.watch", Symbol.class, String.class)
          .bind(Sse.get("/quotes/{symbol}").only("price"));
  static final Operation<String, String> CHAT =
      Operation.of("chat", String.class, String.class).bind(Sse.post("/chat").until("[DONE]"));

  // @end

  @Test
  void watches() {
    List<String> shown = new ArrayList<>();
    try (NodeServer server = new NodeServer(true, 0, 1)) {
      server.publish("1", "price", "17.5");
      server.publish("2", null, "unwanted");
      server.publish("3", "price", "17.6");
      String uri = "sse+http://127.0.0.1:" + server.port();
      // @start region="watch"
      try (Parley parley = Parley.create()) {
        StreamChannel quotes = parley.open(uri, StreamChannel.class);
        try (Subscription<Message<String>> prices =
            quotes.stream(QUOTES, new Symbol("ACME"), StreamOptions.DEFAULT)) {
          for (Message<String> price : prices) { // outlives disconnects
            shown.add(price.body());
            if (shown.size() == 2) {
              break;
            }
          }
        }
      }
      // @end
    }
    assertThat(shown).containsExactly("17.5", "17.6");
  }

  @Test
  void resumes() throws Exception {
    try (NodeServer server = new NodeServer(true, 0, 1);
        Parley parley = Parley.create()) {
      server.publish("1", "price", "1");
      server.publish("2", "price", "2");
      String uri = "http://127.0.0.1:" + server.port();
      // @start region="builder"
      SseChannel quotes =
          SseChannel.builder(uri).replays(true).auth(Auth.bearer(() -> "token")).open(parley);
      // @end
      Subscription<Message<String>> first =
          quotes.stream(QUOTES, new Symbol("ACME"), StreamOptions.DEFAULT);
      assertThat(first.iterator().next().body()).isEqualTo("1");
      // @start region="position"
      String stored = first.position().orElseThrow().token(); // in a file, a database
      StreamOptions there = StreamOptions.DEFAULT.from(Position.parse(stored));
      // @end
      first.close();
      Subscription<Message<String>> second = quotes.stream(QUOTES, new Symbol("ACME"), there);
      assertThat(second.iterator().next().body()).isEqualTo("2");
      // The server tells of its connections on a line of its own.
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(server.streams())
                  .extracting(NodeServer.Connect::lastEventId)
                  .endsWith("1")
                  .hasSize(2));
    }
  }
}
