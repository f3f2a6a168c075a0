package dev.parley.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.ConfigurationException;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.RemoteException;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.http.Http;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Streams that a request begins, as the APIs of language models have them. */
class PostTest extends StreamTest {
  static final Operation<String, String> CHAT =
      Operation.of("chat", String.class, String.class).bind(Sse.post("/chat").until("[DONE]"));

  private Subscription<Message<String>> chat(Operation<String, String> operation) {
    return open().stream(operation, "Why?", options);
  }

  private static List<String> all(Subscription<Message<String>> events) {
    List<String> all = new ArrayList<>();
    events.forEach(event -> all.add(event.body()));
    return all;
  }

  @Test
  void sendsItsBodyAndEndsWithTheEventThatSaysSo() {
    server = RawServer.streaming("data:Be\n\ndata:cause\n\ndata:[DONE]\n\ndata:no\n\n");
    Subscription<Message<String>> answer = chat(CHAT);

    assertThat(all(answer)).containsExactly("Be", "cause");
    assertThat(answer.state()).isEqualTo(State.CLOSED);
    assertThat(server.arrivals()).hasSize(1);
    assertThat(server.arrivals().get(0).head).startsWith("POST /chat HTTP/1.1");
    assertThat(server.arrivals().get(0).body).isEqualTo("Why?");
  }

  @Test
  void endsWithItsAnswerAndIsNotAskedAgain() {
    server = new RawServer((peer, number) -> peer.write(RawServer.EVENTS + "data:1\n\ndata:2\n\n"));
    Operation<String, String> plain =
        Operation.of("chat", String.class, String.class).bind(Http.post("/chat"));

    assertThat(all(chat(plain))).containsExactly("1", "2");
    assertThat(server.arrivals()).hasSize(1);
  }

  @Test
  void RTY_1_isNotRepeatedWhenItsAnswerBreaksOff() {
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + "data:1\n\n");
          peer.reset();
        });

    assertThat(failure(chat(CHAT), AmbiguousOutcomeException.class))
        .hasMessageContaining(
            "the stream broke off, and its request must not be repeated blindly; declare the"
                + " operation SAFE, IDEMPOTENT or KEYED if it may be");
    assertThat(server.arrivals()).hasSize(1);
  }

  @Test
  void RTY_1_anAnswerThatEndsBeforeItsLastEventHasBrokenOff() {
    server = new RawServer((peer, number) -> peer.write(RawServer.EVENTS + "data:1\n\n"));

    assertThat(failure(chat(CHAT), AmbiguousOutcomeException.class))
        .hasMessageContaining("the answer ended before the event that ends it");
    assertThat(server.arrivals()).hasSize(1);
  }

  @Test
  void RTY_1_isNotRepeatedAfterA500() {
    server =
        new RawServer((peer, number) ->
            peer.write("HTTP/1.1 500 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));

    AmbiguousOutcomeException failure = failure(chat(CHAT), AmbiguousOutcomeException.class);
    assertThat(failure).hasCauseInstanceOf(RemoteException.class);
    assertThat(server.arrivals()).hasSize(1);
  }

  @Test
  void RTY_1_isRepeatedAfterA429WhichProvesThatNothingWasDone() {
    server =
        new RawServer((peer, number) ->
            peer.write(
                number == 1
                    ? "HTTP/1.1 429 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    : RawServer.EVENTS + "data:1\n\ndata:[DONE]\n\n"));

    assertThat(all(chat(CHAT))).containsExactly("1");
    assertThat(server.arrivals()).hasSize(2);
  }

  @Test
  void RTY_1_isRepeatedWhereItIsDeclaredToBeHarmless() {
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + "id:" + number + "\ndata:" + number + "\n\n");
          if (number == 1) {
            peer.reset();
          }
          peer.write("data:[DONE]\n\n");
        });

    assertThat(all(chat(CHAT.with(Idempotency.SAFE)))).endsWith("2");
    assertThat(server.arrivals()).hasSize(2);
    assertThat(server.arrivals().get(1).body).isEqualTo("Why?");
  }

  @Test
  void isNotRedirected() {
    server =
        new RawServer((peer, number) ->
            peer.write(
                "HTTP/1.1 307 x\r\nLocation: /other\r\nContent-Length: 0\r\n"
                    + "Connection: close\r\n\r\n"));

    assertThat(failure(chat(CHAT), RemoteException.class).code()).isEqualTo("307");
    assertThat(server.arrivals()).hasSize(1);
  }

  @Test
  void KEY_1_aKeyedStreamNeedsTheKeyOfItsCaller() {
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + (number == 1 ? "data:1\n\n" : "data:[DONE]\n\n"));
        });
    Operation<String, String> keyed = CHAT.with(Idempotency.KEYED);

    assertThatThrownBy(() -> chat(keyed))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the operation chat is KEYED, and a stream makes no key of its own: give one that"
                + " lasts as long as the subscription, by"
                + " StreamOptions.headers(Headers.of(\"Idempotency-Key\", …))");
    Headers key = Headers.of("Idempotency-Key", "k-1");
    assertThat(all(open().stream(keyed, "Why?", options.headers(key)))).containsExactly("1");
    assertThat(server.arrivals().stream().map(each -> each.header("Idempotency-Key")))
        .containsExactly("k-1", "k-1");
  }
}
