package dev.parley.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.ConfigurationException;
import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.MessageTooLargeException;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.ProtocolException;
import dev.parley.ReconnectPolicy;
import dev.parley.RemoteException;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StreamChannel;
import dev.parley.Subscription;
import dev.parley.TransportException;
import dev.parley.http.Http;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CON-4 on the wire: what a server may do, byte by byte, and what becomes of the stream. */
class SemanticsTest extends StreamTest {
  private static String status(String status) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  }

  private static String redirect(String to) {
    return "HTTP/1.1 307 x\r\nLocation: "
        + to
        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  }

  // ---------------------------------------------------------------- the request

  @Test
  void CON_4_asksForEventsThatNobodyStores() throws Exception {
    server = RawServer.streaming("data:1\n\n");
    take(subscribe(EVENTS), 1);

    RawServer.Peer request = server.arrivals().get(0);
    assertThat(request.head).startsWith("GET /events HTTP/1.1\r\n");
    assertThat(request.header("Accept")).isEqualTo("text/event-stream");
    assertThat(request.header("Cache-Control")).isEqualTo("no-store");
    assertThat(request.header("Accept-Encoding")).isEqualTo("identity");
    assertThat(request.header("Last-Event-ID")).isNull();
  }

  @Test
  void CON_4_sendsTheLastIdInUtf8WhenItConnectsAgain() throws Exception {
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + (number == 1 ? "id:…é\ndata:1\n\n" : "data:2\n\n"));
          if (number == 2) {
            peer.awaitEnd();
          }
        });
    assertThat(take(subscribe(EVENTS), 2)).containsExactly("1", "2");

    assertThat(server.arrivals().get(1).header("Last-Event-ID")).isEqualTo("…é");
  }

  @Test
  void CON_4_sendsTheIdOfABlockWithoutData() throws Exception {
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + (number == 1 ? "id:7\n\nid:8\n" : "data:1\n\n"));
          if (number == 2) {
            peer.awaitEnd();
          }
        });
    take(subscribe(EVENTS), 1);

    assertThat(server.arrivals().get(1).header("Last-Event-ID")).isEqualTo("7");
  }

  @Test
  void CON_4_keepsTheIdOverTheEndOfAStreamAndForgetsItAtAnEmptyOne() throws Exception {
    server =
        new RawServer((peer, number) -> {
          switch (number) {
            case 1 -> peer.write(RawServer.EVENTS + "id:1\ndata:1\n\n");
            case 2 -> peer.write(RawServer.EVENTS + "data:2\n\n");
            case 3 -> peer.write(RawServer.EVENTS + "id\ndata:3\n\n");
            default -> {
              peer.write(RawServer.EVENTS + "data:4\n\n");
              peer.awaitEnd();
            }
          }
        });
    assertThat(take(subscribe(EVENTS), 4)).containsExactly("1", "2", "3", "4");

    assertThat(server.arrivals().stream().map(each -> each.header("Last-Event-ID")))
        .containsExactly(null, "1", "1", null);
  }

  @Test
  void CON_4_resumesInAnotherProcessFromTheStoredPosition() throws Exception {
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + "id:a&b=1\ndata:1\n\nid:2\ndata:2\n\n");
          peer.awaitEnd();
        });
    Subscription<Message<String>> first = openReplaying().stream(EVENTS, null, options);
    take(first, 1);
    String stored = first.position().orElseThrow().token();
    first.close();
    try (Parley restarted = Parley.create()) {
      StreamChannel channel = restarted.open(server.uri() + "?replays=true", StreamChannel.class);
      take(channel.stream(EVENTS, null, options.from(Position.parse(stored))), 1);
    }

    assertThat(server.arrivals().get(1).header("Last-Event-ID")).isEqualTo("a&b=1");
  }

  @Test
  void CON_4_refusesAPositionThatWouldBreakOutOfItsHeader() {
    server = RawServer.streaming("");
    StreamChannel channel = openReplaying();

    for (Position bad :
        List.of(
            Position.of("1\r\nCookie: x"),
            Position.of("1\n"),
            Position.of("\0"),
            Position.of(Map.of("p0", "1")))) {
      assertThatThrownBy(() -> channel.stream(EVENTS, null, options.from(bad)))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "the position is not one of server-sent events: it must come from such a stream");
    }
    assertThat(server.arrivals()).isEmpty();
  }

  @Test
  void refusesAPositionWhereNobodySaidThatTheServerReplays() {
    server = RawServer.streaming("");

    assertThatThrownBy(() -> open().stream(EVENTS, null, options.from(Position.of("1"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "a stream cannot begin at a position where it is not known that the server replays:"
                + " declare it by replays(true) on the builder, or replays=true in the address");
  }

  // ---------------------------------------------------------------- the answer's head

  @Test
  void CON_4_stopsForEverAt204() {
    server = new RawServer((peer, number) -> peer.write(status("204 No Content")));
    Subscription<Message<String>> events = subscribe(EVENTS);

    RemoteException failure = failure(events, RemoteException.class);
    assertThat(failure.code()).isEqualTo("204");
    assertThat(failure)
        .hasMessageContaining(
            "GET /events answered 204 No Content: there are no events, and there will be none");
    assertThat(server.arrivals()).hasSize(1);
  }

  @Test
  void CON_4_endsWhenAReconnectIsAnswered204() throws Exception {
    server =
        new RawServer((peer, number) ->
            peer.write(number == 1 ? RawServer.EVENTS + "data:1\n\n" : status("204 No Content")));
    Subscription<Message<String>> events = subscribe(EVENTS);
    take(events, 1);
    events.forEach(event -> {});

    assertThat(events.state()).isEqualTo(State.CLOSED);
    assertThat(server.arrivals()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "201 Created", "206 Partial Content", "304 Not Modified", "400 Bad Request",
        "403 Forbidden", "404 Not Found", "410 Gone", "501 Not Implemented"
      })
  void CON_4_failsForEverAtAnyOtherAnswer(String status) {
    server = new RawServer((peer, number) -> peer.write(status(status)));

    RemoteException failure = failure(subscribe(EVENTS), RemoteException.class);
    assertThat(failure.code()).isEqualTo(status.substring(0, 3));
    assertThat(server.arrivals()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "408 Request Timeout", "429 Too Many Requests", "500 Internal Server Error",
        "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"
      })
  void CON_4_connectsAgainWhereTheServerMayRecover(String status) throws Exception {
    server =
        new RawServer((peer, number) -> {
          peer.write(number < 3 ? status(status) : RawServer.EVENTS + "data:1\n\n");
          if (number == 3) {
            peer.awaitEnd();
          }
        });

    assertThat(take(subscribe(EVENTS), 1)).containsExactly("1");
    assertThat(server.arrivals()).hasSize(3);
  }

  @Test
  void REC_3_waitsAsLongAsA429Asks() {
    server =
        new RawServer((peer, number) ->
            peer.write(
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n"));
    subscribe(EVENTS);
    await().atMost(Duration.ofSeconds(30)).until(() -> watcher.hasReached(State.RECOVERING));

    assertThat(lastRecovery().nextAttemptIn().orElseThrow()).isGreaterThanOrEqualTo(ofSeconds(2));
  }

  @Test
  void CON_4_failsForEverWhereThereAreNoEvents() {
    server =
        new RawServer((peer, number) ->
            peer.write(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"));

    assertThat(failure(subscribe(EVENTS), ProtocolException.class))
        .hasMessageContaining(
            "GET /events answered 200 with another media type than text/event-stream; check the"
                + " path, or that no proxy answers in the server's place");
    assertThat(server.arrivals()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/event-stream",
        "TEXT/Event-Stream",
        "text/event-stream; charset=windows-1251",
        "text/event-stream;x=y"
      })
  void CON_4_knowsEventsWithAnyParameter(String type) throws Exception {
    server =
        new RawServer((peer, number) -> {
          peer.write("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n\r\ndata:ok…\n\n");
          peer.awaitEnd();
        });

    assertThat(take(subscribe(EVENTS), 1)).containsExactly("ok…");
  }

  @Test
  void CON_4_followsRedirectsWithItsId() throws Exception {
    server =
        new RawServer((peer, number) -> {
          if (peer.head.startsWith("GET /events")) {
            peer.write(redirect("/moved"));
          } else {
            peer.write(RawServer.EVENTS + "id:1\ndata:1\n\n");
          }
        });
    take(subscribe(EVENTS), 2);

    assertThat(server.arrivals().stream().map(each -> each.header("Last-Event-ID")).limit(4))
        .containsExactly(null, null, "1", "1");
  }

  @Test
  void failsAtARedirectLoop() {
    server = new RawServer((peer, number) -> peer.write(redirect("/events")));

    assertThat(failure(subscribe(EVENTS), ProtocolException.class))
        .hasMessageContaining("a redirect for the 11th time; at most 10 are followed");
  }

  // ---------------------------------------------------------------- the events

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void CON_4_readsLinesOverTheWireByteByByte(String end) throws Exception {
    String stream = "\uFEFFid:1|event:price|data:a|data:b||:x||data:c||".replace("|", end);
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS);
          for (byte each : stream.getBytes(StandardCharsets.UTF_8)) {
            peer.write(new byte[] {each});
          }
          peer.awaitEnd();
        });

    assertThat(take(subscribe(FULL), 2))
        .containsExactly(
            new SseEvent("price", "1", "a\nb", false), new SseEvent("message", "1", "c", false));
  }

  @Test
  void CON_4_aStreamThatEndsInALoneReturnEnds() throws Exception {
    server =
        new RawServer(
            (peer, number) -> peer.write(RawServer.EVENTS + "data:" + number + "\n\n:x\r"));
    Subscription<Message<String>> events = subscribe(EVENTS);

    assertThat(take(events, 3)).containsExactly("1", "2", "3");
  }

  @Test
  void CON_4_discardsTheEventThatACutLeavesIncomplete() throws Exception {
    server =
        new RawServer((peer, number) -> {
          peer.write(
              "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n");
          if (number == 1) {
            peer.chunk("id:1\ndata:1\n\nid:2\ndata:half");
          } else {
            peer.chunk("id:2\ndata:whole\n\n");
            peer.awaitEnd();
          }
        });

    assertThat(take(subscribe(EVENTS), 2)).containsExactly("1", "whole");
    assertThat(server.arrivals().get(1).header("Last-Event-ID")).isEqualTo("1");
    assertThat(watcher.resumes).hasSize(2);
    assertThat(watcher.resumes.get(1).gap()).isEqualTo(Gap.POSSIBLE);
    assertThat(lastRecovery().cause().orElseThrow()).isInstanceOf(TransportException.class);
  }

  @Test
  void CON_4_replacesInvalidUtf8() throws Exception {
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + "data:a");
          peer.write(new byte[] {(byte) 0xff, 'b', '\n', '\n'});
          peer.awaitEnd();
        });

    assertThat(take(subscribe(EVENTS), 1)).containsExactly("a\uFFFDb");
    assertThat(watcher.resumes).hasSize(1);
  }

  @Test
  void CON_4_failsAtALineThatIsTooLong() {
    server = RawServer.streaming("data:" + "x".repeat(1 << 20) + "\n\n");

    assertThat(failure(subscribe(EVENTS), MessageTooLargeException.class))
        .hasMessageContaining(
            "a line of the stream is larger than 1048576 bytes; raise maxLineBytes if it may be");
    assertThat(server.arrivals()).hasSize(1);
  }

  @Test
  void CON_4_failsAtAnEventThatIsTooLarge() {
    server = RawServer.streaming(("data:" + "x".repeat(100) + "\n").repeat(20) + "\n");
    StreamChannel channel = parley.open(server.uri() + "?maxEventBytes=1000", StreamChannel.class);

    assertThat(failure(channel.stream(EVENTS, null, options), MessageTooLargeException.class))
        .hasMessageContaining(
            "an event of the stream is larger than 1000 bytes; raise maxEventBytes if it may be");
  }

  @Test
  void REC_3_waitsAsLongAsRetrySays() throws Exception {
    server =
        new RawServer((peer, number) ->
            peer.write(RawServer.EVENTS + (number == 1 ? "" : "retry:100000\n") + "data:1\n\n"));
    try (Parley seeded = Parley.builder().seed(7).build()) {
      Subscription<Message<String>> events =
          seeded.open(server.uri(), StreamChannel.class).stream(
              EVENTS,
              null,
              options.reconnect(
                  ReconnectPolicy.DEFAULT
                      .base(Duration.ofMillis(1))
                      .cap(Duration.ofMillis(1))
                      .floor(Duration.ofMillis(1))));
      take(events, 2);
      await().atMost(Duration.ofSeconds(30)).until(() -> recoveries().size() == 2);
    }

    assertThat(recoveries().get(0).nextAttemptIn().orElseThrow()).isLessThan(ofSeconds(1));
    assertThat(recoveries().get(1).nextAttemptIn().orElseThrow())
        .isBetween(ofSeconds(1), ofSeconds(100));
  }

  // ---------------------------------------------------------------- what is reachable

  @Test
  void showsTypeIdAndDataOfAnEvent() throws Exception {
    server = RawServer.streaming("event:price\nid:4\ndata:1.5\n\ndata:2\n\n");
    Subscription<Message<String>> events = subscribe(EVENTS);
    Message<String> typed = events.poll(ofSeconds(20)).orElseThrow();
    Message<String> plain = events.poll(ofSeconds(20)).orElseThrow();

    assertThat(typed.headers().first(Sse.TYPE)).hasValue("price");
    assertThat(typed.id()).hasValue("4");
    assertThat(typed.body()).isEqualTo("1.5");
    assertThat(plain.headers().first(Sse.TYPE)).isEmpty();
    assertThat(plain.id()).as("it came with none").isEmpty();
    assertThat(events.position()).hasValue(Position.of("4"));
  }

  @Test
  void deliversCommentsWhereTheyAreAskedFor() throws Exception {
    server = RawServer.streaming(": hello\n\ndata:1\n\n:\n");
    Operation<Void, SseEvent> all =
        Operation.of("all", Void.class, SseEvent.class).bind(Sse.get("/events").comments());

    assertThat(take(subscribe(all), 3))
        .containsExactly(
            new SseEvent("message", "", "hello", true),
            new SseEvent("message", "", "1", false),
            new SseEvent("message", "", "", true));
  }

  @Test
  void refusesCommentsForATypeThatCannotShowThem() {
    server = RawServer.streaming("");
    Operation<Void, String> wrong =
        Operation.of("wrong", Void.class, String.class).bind(Sse.get("/events").comments());

    assertThatThrownBy(() -> subscribe(wrong))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the operation wrong asks for comments, which only the reply type SseEvent can show,"
                + " but it is java.lang.String");
  }

  @Test
  void deliversOnlyTheTypesThatAreAskedFor() throws Exception {
    server =
        new RawServer((peer, number) -> {
          peer.write(RawServer.EVENTS + "event:a\ndata:1\n\ndata:2\n\nid:9\nevent:b\ndata:3\n\n");
          if (number == 2) {
            peer.awaitEnd();
          }
        });
    Operation<Void, String> some =
        Operation.of("some", Void.class, String.class)
            .bind(Sse.get("/events").only("a", "message"));

    assertThat(take(subscribe(some), 4)).containsExactly("1", "2", "1", "2");
    assertThat(server.arrivals().get(1).header("Last-Event-ID")).isEqualTo("9");
  }

  @Test
  void streamsWithAnHttpBindingAlone() throws Exception {
    record Quote(String symbol, int depth) {}
    server = RawServer.streaming("data:1\n\n");
    Operation<Quote, String> quotes =
        Operation.of("quotes", Quote.class, String.class).bind(Http.get("/quotes/{symbol}"));
    take(open().stream(quotes, new Quote("A B", 3), options), 1);

    assertThat(server.arrivals().get(0).head).startsWith("GET /quotes/A%20B?depth=3 HTTP/1.1");
  }

  private List<StateChange> recoveries() {
    return watcher.changes.stream().filter(each -> each.to() == State.RECOVERING).toList();
  }

  private StateChange lastRecovery() {
    List<StateChange> all = recoveries();
    return all.get(all.size() - 1);
  }

  private static Duration ofSeconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
