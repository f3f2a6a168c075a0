package dev.parley.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.MessageTooLargeException;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.ReconnectPolicy;
import dev.parley.RemoteException;
import dev.parley.State;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Auth;
import dev.parley.http.Http;
import dev.parley.polling.ScriptedServer.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server must not answer: each has its type, and none moves the cursor. */
class BadAnswersTest {
  record Item(int id) {}

  private static final Operation<Void, Item> ITEMS =
      Operation.of("items.poll", Void.class, Item.class)
          .bind(Http.get("/items"))
          .bind(Poll.items("/items").cursor("/next", "after"));

  private final Parley parley = Parley.create();
  private ScriptedServer server;

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(5));
    server.close();
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of(
            Reply.json("[1,2"),
            ProtocolException.class,
            "GET /items was answered with what is not JSON"),
        Arguments.of(
            new Reply(200, "<html>", List.of("Content-Type", "text/html; charset=utf-8")),
            ProtocolException.class,
            "GET /items was answered with an HTML page in place of data: a login page, or the"
                + " notice of a proxy"),
        Arguments.of(
            Reply.json("{\"items\":[\"\u00c3\u0028\"]}"),
            ProtocolException.class,
            "GET /items was answered with JSON that is not valid UTF-8"),
        Arguments.of(
            Reply.json("{\"rows\":[]}"),
            ProtocolException.class,
            "an answer to GET /items has no array at /items: set where it is by"
                + " Poll.items(pointer)"),
        Arguments.of(
            Reply.json("{\"items\":[" + "1,".repeat(600) + "1]}"),
            MessageTooLargeException.class,
            "the answer is larger than maxResponseBytes (1000)"),
        Arguments.of(
            Reply.status(302, "Location", "/items"),
            ProtocolException.class,
            "GET /items answered 302, a redirect for the 11th time; at most 10 are followed"));
  }

  @ParameterizedTest
  @MethodSource
  void bad(Reply reply, Class<?> type, String message) throws Exception {
    // One good answer first; then the third bad one in a row ends the stream.
    server =
        new ScriptedServer(arrival ->
            arrival.number() == 1 ? Reply.json("{\"items\":[{\"id\":1}],\"next\":\"c1\"}") : reply);
    var items = poll(ITEMS);
    assertThat(items.poll(Duration.ofSeconds(20)).orElseThrow().body().id()).isEqualTo(1);

    ParleyException failure = failure(items);

    assertThat(failure).isInstanceOf(type).hasMessageContaining(message);
    assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(server.arrivals().stream().skip(1).filter(each -> !each.query().isEmpty()))
        .isNotEmpty()
        .allMatch(each -> each.query().equals("after=c1"));
    if (reply.status() == 200) {
      assertThat(server.arrivals()).hasSize(4);
    }
  }

  @Test
  void aPageThatIsGone_endsTheStreamAtOnce() throws Exception {
    server = new ScriptedServer(arrival -> Reply.status(404));

    ParleyException failure = failure(poll(ITEMS));

    assertThat(failure)
        .isInstanceOf(RemoteException.class)
        .hasMessageContaining("GET /items answered 404 Not Found");
    assertThat(((RemoteException) failure).code()).isEqualTo("404");
    assertThat(server.arrivals()).hasSize(1);
  }

  @Test
  void TOK_5_aTokenThatExpiresBetweenTwoPolls_isRenewed_andNothingIsMissing() throws Exception {
    AtomicReference<String> token = new AtomicReference<>("t1");
    server =
        new ScriptedServer(arrival -> {
          String cursor = arrival.query().isEmpty() ? "c0" : arrival.query().substring(6);
          if (cursor.equals("c1") && "Bearer t1".equals(arrival.header("Authorization"))) {
            token.set("t2"); // expired
            return Reply.status(401);
          }
          int next = Math.min(3, 1 + Integer.parseInt(cursor.substring(1)));
          String items = cursor.equals("c3") ? "" : "{\"id\":" + next + "}";
          return Reply.json("{\"items\":[" + items + "],\"next\":\"c" + next + "\"}");
        });
    StreamChannel channel =
        PollingChannel.builder(
                "poll+http://" + server.authority() + "?interval=5ms&maxInterval=5ms")
            .auth(Auth.bearer(token::get))
            .open(parley);
    var items = channel.stream(ITEMS, null, StreamOptions.DEFAULT);

    for (int id = 1; id <= 3; id++) {
      assertThat(items.poll(Duration.ofSeconds(20)).orElseThrow().body().id()).isEqualTo(id);
    }
    assertThat(server.arrivals().stream().map(each -> each.header("Authorization")).distinct())
        .containsExactly("Bearer t1", "Bearer t2");
    assertThat(items.state()).isEqualTo(State.OPEN);
  }

  @Test
  void anHtmlPageIsFine_whenTextIsAskedFor() throws Exception {
    server =
        new ScriptedServer(
            arrival -> new Reply(200, "<html>", List.of("Content-Type", "text/html")));
    var page = poll(Operation.of("page.watch", Void.class, String.class).bind(Http.get("/page")));

    assertThat(page.poll(Duration.ofSeconds(20)).orElseThrow().body()).isEqualTo("<html>");
  }

  private <R> Subscription<Message<R>> poll(Operation<Void, R> operation) {
    StreamChannel channel =
        parley.open(
            "poll+http://"
                + server.authority()
                + "?interval=5ms&maxInterval=5ms&maxResponseBytes=1000",
            StreamChannel.class);
    return channel.stream(
        operation,
        null,
        StreamOptions.DEFAULT.reconnect(
            ReconnectPolicy.DEFAULT.base(Duration.ofMillis(1)).floor(Duration.ofMillis(1))));
  }

  private static ParleyException failure(Subscription<?> items) {
    await().atMost(Duration.ofSeconds(20)).until(() -> items.state() == State.FAILED);
    AtomicReference<ParleyException> thrown = new AtomicReference<>();
    try {
      items.forEach(each -> {});
    } catch (ParleyException e) {
      thrown.set(e);
    }
    return thrown.get();
  }
}
