package dev.parley.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.ConfigurationException;
import dev.parley.Gap;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Auth;
import dev.parley.testkit.fault.RawServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Response;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions in answers over HTTP: as server-sent events, and as parts. */
class AnswerSubscriptionTest {
  record From(int from) {}

  record Count(int value, String note) {}

  record Note(String id, String text) {}

  private static final Operation<From, Count> COUNTDOWN =
      Operation.of("countdown", From.class, Count.class)
          .bind(
              GraphQl.document(
                      "subscription Down($from: Int!) { countdown(from: $from) { value note } }")
                  .at("/countdown"));
  private static final Operation<Void, Note> NOTES =
      Operation.of("notes", Void.class, Note.class)
          .bind(GraphQl.document("subscription Notes { notes { id text } }").at("/notes"));

  private final Parley parley = Parley.create();
  private final JavaServer server = new JavaServer();
  private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
  private final StreamOptions options =
      StreamOptions.DEFAULT
          .reconnect(
              ReconnectPolicy.DEFAULT
                  .base(Duration.ofMillis(5))
                  .cap(Duration.ofMillis(20))
                  .floor(Duration.ofMillis(1)))
          .listener(
              new StateListener() {
                @Override
                public void changed(StateChange change) {}

                @Override
                public void resumed(Resumed resumed) {
                  resumes.add(resumed);
                }
              });

  @AfterEach
  void close() {
    parley.close();
    server.close();
  }

  private StreamChannel open(String address, String protocol) {
    String separator = address.contains("?") ? "&" : "?";
    return parley.open(address + separator + "subscriptions=" + protocol, StreamChannel.class);
  }

  private Subscription<Message<Note>> notes(String protocol) {
    return open(server.uri(), protocol).stream(NOTES, null, options);
  }

  private void awaitSubscriptions(int count) {
    await().atMost(Duration.ofSeconds(30)).until(() -> server.subscriptions() == count);
  }

  private static void awaitState(Subscription<?> subscription, State state) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(subscription.state()).isEqualTo(state));
  }

  private static ParleyException failure(Subscription<?> subscription) {
    awaitState(subscription, State.FAILED);
    return catchThrowableOfType(ParleyException.class, () -> subscription.forEach(each -> {}));
  }

  // ---------------------------------------------------------------- elements

  @ParameterizedTest
  @ValueSource(strings = {"sse", "multipart"})
  void readsElementsUntilTheServerCompletes(String protocol) {
    List<Integer> values = new ArrayList<>();
    List<Integer> failed = new ArrayList<>();

    open(server.uri(), protocol).stream(COUNTDOWN, new From(3), options)
        .forEach(element -> {
          values.add(element.body().value());
          if (element.headers().first(GraphQl.ERRORS).isPresent()) {
            failed.add(element.body().value());
          }
        });

    assertThat(values).containsExactly(3, 2, 1, 0);
    assertThat(failed).as("those with errors beside their data").containsExactly(3, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sse", "multipart"})
  void CON_1_subscribesAnewAndTellsOfTheGap(String protocol) throws Exception {
    Subscription<Message<Note>> notes = notes(protocol);
    awaitSubscriptions(1);
    server.publish("n1", "one");
    assertThat(notes.poll(Duration.ofSeconds(30)).orElseThrow().body())
        .isEqualTo(new Note("n1", "one"));
    assertThat(notes.unwrap(Response.class)).isPresent();

    server.streams().cut();
    awaitSubscriptions(2);
    server.publish("n2", "two");

    assertThat(notes.poll(Duration.ofSeconds(30)).orElseThrow().body().id()).isEqualTo("n2");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(resumes).extracting(Resumed::gap).containsExactly(Gap.NONE, Gap.POSSIBLE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sse", "multipart"})
  void hangsUpWhenItIsClosed(String protocol) {
    Subscription<Message<Note>> notes = notes(protocol);
    awaitState(notes, State.OPEN);
    assertThat(server.streams().running()).isEqualTo(1);

    notes.close();

    await().atMost(Duration.ofSeconds(30)).until(() -> server.streams().running() == 0);
  }

  // ---------------------------------------------------------------- refusals

  @ParameterizedTest
  @ValueSource(strings = {"sse", "multipart"})
  void failsWithTheErrorsOfAnInvalidDocument(String protocol) {
    Subscription<Message<Note>> nothing =
        open(server.uri(), protocol).stream(
            Operation.of("wrong", Void.class, Note.class)
                .bind(GraphQl.document("subscription Wrong { nope { id } }")),
            null,
            options);

    ParleyException failure = failure(nothing);

    assertThat(failure).isInstanceOf(InvalidDocumentException.class);
    assertThat(((GraphQlException) failure).errors()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sse", "multipart"})
  void failsWithTheErrorsOfVariablesThatDoNotFit(String protocol) {
    Subscription<Message<Count>> nothing =
        open(server.uri(), protocol).stream(
            Operation.of("down", String.class, Count.class)
                .bind(
                    GraphQl.document(
                        "subscription D($from: Int!) { countdown(from: $from) { value } }")),
            "{\"from\":\"many\"}",
            options);

    assertThat(failure(nothing)).isInstanceOf(InvalidVariablesException.class);
  }

  @ParameterizedTest
  @CsvSource({"sse, 'text/event-stream'", "multipart, 'multipart/mixed;boundary=graphql'"})
  void TOK_1_renewsTheCredentialOnceWhereAnElementSaysSo(String protocol, String type) {
    AtomicInteger tokens = new AtomicInteger();
    String refusal = "{\"errors\":[{\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}]}";
    try (RawServer raw = answering(type, framed(protocol, refusal))) {
      Subscription<Message<Note>> notes =
          GraphQlChannel.builder("http://localhost:" + raw.port() + "/graphql")
              .subscriptions(
                  protocol.equals("sse")
                      ? SubscriptionProtocol.SSE
                      : SubscriptionProtocol.MULTIPART)
              .auth(Auth.bearer(() -> "t" + tokens.incrementAndGet()))
              .open(parley)
              .stream(NOTES, null, options);

      assertThat(failure(notes).kind()).isEqualTo(Kind.AUTHENTICATION);
      assertThat(raw.arrivals()).hasSize(2);
    }
  }

  @Test
  void failsAfterThreeTimesThatTheServerBreaksOff() {
    String errors = "{\"payload\":null,\"errors\":[{\"message\":\"no source\"}]}";
    try (RawServer raw = answering("multipart/mixed;boundary=graphql", part(errors))) {
      ParleyException failure = failure(open(uri(raw), "multipart").stream(NOTES, null, options));

      assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
      assertThat(((GraphQlException) failure).errors().get(0).message()).isEqualTo("no source");
      assertThat(failure.getMessage())
          .contains("subscription Notes was broken off by the server with errors; see errors()")
          .doesNotContain("no source");
      assertThat(raw.arrivals()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "sse, application/json, '{\"data\":{\"notes\":null}}', 'was answered at once, and not by a stream in text/event-stream'",
    "multipart, application/json, '{\"data\":{\"notes\":null}}', 'was answered at once, and not by a stream in multipart/mixed'",
    "sse, text/html, '<p>', 'was answered 200 with HTML and not JSON'",
    "sse, text/event-stream, 'event: next\ndata: nonsense\n\n', 'the server sent a message that is not JSON'",
    "multipart, multipart/mixed;boundary=graphql, '--graphql\r\n\r\nnonsense\r\n--graphql', 'the server sent a message that is not JSON'",
  })
  void failsAfterThreeAnswersThatAreNoStream(
      String protocol, String type, String body, String message) {
    try (RawServer raw = answering(type, body.replace("\\n", "\n").replace("\\r", "\r"))) {
      ParleyException failure = failure(open(uri(raw), protocol).stream(NOTES, null, options));

      assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
      assertThat(failure.getMessage()).contains(message);
      assertThat(raw.arrivals()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource({"sse, text/event-stream", "multipart, multipart/mixed;boundary=graphql"})
  void failsOverAnElementThatIsTooLarge(String protocol, String type) {
    String large = "{\"data\":{\"notes\":{\"id\":\"" + "x".repeat(2000) + "\"}}}";
    try (RawServer raw = answering(type, framed(protocol, large))) {
      ParleyException failure =
          failure(open(uri(raw) + "?maxResponseBytes=1000", protocol).stream(NOTES, null, options));

      assertThat(failure.getMessage())
          .contains(
              "an element of subscription Notes is larger than maxResponseBytes (1000); raise it"
                  + " if it may be");
      assertThat(raw.arrivals()).hasSize(1);
    }
  }

  @Test
  void failsWhereTheStatusSaysNo() {
    try (RawServer raw =
        RawServer.answering("HTTP/1.1 406 Not Acceptable\r\nContent-Length: 0\r\n\r\n")) {
      ParleyException failure = failure(open(uri(raw), "sse").stream(NOTES, null, options));

      assertThat(failure).isInstanceOf(GraphQlException.class);
      assertThat(failure.getMessage()).contains("subscription Notes answered 406 Not Acceptable");
      assertThat(raw.arrivals()).hasSize(1);
    }
  }

  @Test
  void refusesAProtocolThatItDoesNotKnow() {
    assertThat(catchThrowable(() -> open(server.uri(), "fax")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("the parameter subscriptions must be websocket, sse or multipart, but is fax");
  }

  private static String uri(RawServer raw) {
    return "graphql+http://localhost:" + raw.port() + "/graphql";
  }

  private static String framed(String protocol, String result) {
    return protocol.equals("sse")
        ? "event: next\ndata: " + result + "\n\n"
        : part("{\"payload\":" + result + "}");
  }

  private static String part(String message) {
    return "--graphql\r\ncontent-type: application/json\r\n\r\n" + message + "\r\n--graphql";
  }

  private static RawServer answering(String type, String body) {
    return RawServer.start(peer -> {
      while (peer.read() != null) {
        peer.write(
            "HTTP/1.1 200 OK\r\nContent-Type: "
                + type
                + "\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body);
      }
    });
  }
}
