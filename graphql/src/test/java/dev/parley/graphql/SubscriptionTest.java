package dev.parley.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.CallChannel;
import dev.parley.ConfigurationException;
import dev.parley.Gap;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.TypeRef;
import dev.parley.http.Auth;
import dev.parley.testkit.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import okhttp3.WebSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What graphql-transport-ws says, and what becomes of a subscription. */
class SubscriptionTest {
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
  private Parley parley;

  @BeforeEach
  void open() {
    parley = Parley.create();
  }

  @AfterEach
  void close() {
    parley.close();
    server.close();
  }

  private GraphQlChannel channel(UnaryOperator<GraphQlChannel.Builder> settings) {
    return settings.apply(GraphQlChannel.builder(server.uri())).open(parley);
  }

  private Subscription<Message<Note>> notes(GraphQlChannel channel) {
    return channel.stream(NOTES, null, options);
  }

  private static void awaitState(Subscription<?> subscription, State state) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(subscription.state()).isEqualTo(state));
  }

  private static ParleyException failure(Subscription<?> subscription) {
    awaitState(subscription, State.FAILED);
    return catchThrowableOfType(ParleyException.class, () -> subscription.forEach(element -> {}));
  }

  // ---------------------------------------------------------------- elements

  @Test
  void readsElementsUntilTheServerCompletes() {
    List<Integer> values = new ArrayList<>();
    List<Integer> failed = new ArrayList<>();

    channel(builder -> builder).stream(COUNTDOWN, new From(3), options)
        .forEach(element -> {
          values.add(element.body().value());
          element
              .headers()
              .first(GraphQl.ERRORS)
              .ifPresent(errors -> {
                assertThat(errors).contains("\"odd\"").contains("ODD");
                failed.add(element.body().value());
              });
        });

    assertThat(values).containsExactly(3, 2, 1, 0);
    assertThat(failed).as("those with errors beside their data").containsExactly(3, 1);
  }

  @Test
  void aMappingWritesTheVariablesAndReadsEachElement() {
    Mapping<Integer, String> mapping =
        new Mapping<>() {
          @Override
          public Map<String, Object> variables(Integer request) {
            return Map.of("from", request);
          }

          @Override
          public String data(Integer request, byte[] json) {
            return new String(json, StandardCharsets.UTF_8) + " of " + request;
          }
        };
    Operation<Integer, String> countdown =
        Operation.of("mapped", Integer.class, String.class)
            .bind(
                GraphQl.document(
                        "subscription Down($from: Int!) { countdown(from: $from) { value } }")
                    .at("/countdown/value")
                    .mapping(mapping));
    List<String> elements = new ArrayList<>();

    channel(builder -> builder).stream(countdown, 2, options)
        .forEach(element -> elements.add(element.body()));

    assertThat(elements).containsExactly("2 of 2", "1 of 2", "0 of 2");
  }

  @Test
  void CON_1_subscribesWithANewIdAndTellsOfTheGap() throws Exception {
    Subscription<Message<Note>> notes = notes(channel(builder -> builder));
    awaitSubscriptions(1);
    server.publish("n1", "one");
    assertThat(notes.poll(Duration.ofSeconds(30)).orElseThrow().body())
        .isEqualTo(new Note("n1", "one"));

    server.sockets().close(1001);
    awaitSubscriptions(2);
    server.publish("n2", "two");

    assertThat(notes.poll(Duration.ofSeconds(30)).orElseThrow().body().id()).isEqualTo("n2");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(resumes).extracting(Resumed::gap).containsExactly(Gap.NONE, Gap.POSSIBLE));
    assertThat(server.sockets().arrived("subscribe"))
        .extracting(each -> each.get("id"))
        .doesNotHaveDuplicates();
  }

  private void awaitSubscriptions(int count) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> server.subscriptions() == count);
  }

  @Test
  void tellsTheServerWhenItIsClosed() {
    Subscription<Message<Note>> notes = notes(channel(builder -> builder));
    awaitState(notes, State.OPEN);
    awaitSubscriptions(1); // which the server hears of later

    notes.close();

    Object id = server.sockets().arrived("subscribe").get(0).get("id");
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(server.sockets().arrived("complete"))
                .extracting(each -> each.get("id"))
                .containsExactly(id));
    assertThat(notes.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void LIV_1_answersPings() {
    Subscription<Message<Note>> notes = notes(channel(builder -> builder));
    awaitState(notes, State.OPEN);

    server.sockets().send("{\"type\":\"ping\",\"payload\":{}}");

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> server.sockets().arrived("pong").size() == 1);
    assertThat(notes.unwrap(WebSocket.class)).isPresent();
  }

  // ---------------------------------------------------------------- greetings

  @Test
  void TOK_5_greetsWithAFreshCredentialOnEachConnection() {
    AtomicInteger tokens = new AtomicInteger();
    Subscription<Message<Note>> notes =
        notes(
            channel(builder ->
                builder.connectionInit(() -> Map.of("token", tokens.incrementAndGet()))));
    awaitSubscriptions(1);
    server.sockets().close(4403);
    awaitSubscriptions(2);

    assertThat(server.sockets().arrived("connection_init"))
        .extracting(each -> each.get("payload"))
        .containsExactly(Map.of("token", 1), Map.of("token", 2));
    awaitState(notes, State.OPEN);
  }

  @Test
  void TOK_5_asksOnceMoreWhenACredentialIsRefused() {
    AtomicInteger greetings = new AtomicInteger();
    server.sockets().doorman = payload -> greetings.incrementAndGet() == 1 ? 4401 : null;

    Subscription<Message<Note>> notes = notes(channel(builder -> builder));

    awaitState(notes, State.OPEN);
    assertThat(greetings).hasValue(2);
  }

  @Test
  void TOK_5_failsWhenACredentialIsRefusedTwice() {
    AtomicInteger greetings = new AtomicInteger();
    server.sockets().doorman =
        payload -> {
          greetings.incrementAndGet();
          return 4401;
        };

    ParleyException failure = failure(notes(channel(builder -> builder)));

    assertThat(failure.kind()).isEqualTo(Kind.AUTHENTICATION);
    assertThat(failure.getMessage())
        .contains("the server closed the socket with 4401, unauthorized");
    assertThat(greetings).hasValue(2);
  }

  // ---------------------------------------------------------------- ends

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 4403, 4408, 4504, 3001, 4999})
  void connectsAgainWhenTheServerCloses(int code) {
    Subscription<Message<Note>> notes = notes(channel(builder -> builder));
    awaitSubscriptions(1);

    server.sockets().close(code);

    awaitSubscriptions(2);
    awaitState(notes, State.OPEN);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1002, 1003, 1007, 1008, 1009, 1010, 4004, 4005, 4400, 4406, 4409, 4429, 4500})
  void failsWhenTheServerClosesForGood(int code) {
    Subscription<Message<Note>> notes = notes(channel(builder -> builder));
    awaitSubscriptions(1);

    server.sockets().close(code);

    ParleyException failure = failure(notes);
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.getMessage()).contains("the server closed the socket with " + code);
    assertThat(server.subscriptions()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"not json", "{\"type\":\"strange\"}", "{\"type\":\"next\",\"id\":\"x\"}"})
  void failsAfterThreeConnectionsThatSpeakNonsense(String nonsense) {
    Subscription<Message<Note>> notes = notes(channel(builder -> builder));
    for (int i = 1; i <= 3; i++) {
      awaitSubscriptions(i);
      server.sockets().send(nonsense);
    }

    assertThat(failure(notes).kind()).isEqualTo(Kind.PROTOCOL);
  }

  @Test
  void failsWithTheErrorsOfAnInvalidDocument() {
    Subscription<Message<Note>> nothing =
        channel(builder -> builder).stream(
            Operation.of("wrong", Void.class, Note.class)
                .bind(GraphQl.document("subscription Wrong { nope { id } }")),
            null,
            options);

    ParleyException failure = failure(nothing);

    assertThat(failure).isInstanceOf(InvalidDocumentException.class);
    assertThat(((GraphQlException) failure).errors()).isNotEmpty();
  }

  @Test
  void TOK_5_subscribesAnewBeforeTheTokenOfTheHandshakeExpires() {
    VirtualTime time = VirtualTime.create();
    AtomicInteger tokens = new AtomicInteger();
    Set<String> seen = ConcurrentHashMap.newKeySet();
    server.sockets().usher = authorization -> seen.add(authorization);

    try (Parley virtual = Parley.builder().time(time).workers(time.workers()).build()) {
      GraphQlChannel channel =
          GraphQlChannel.builder(server.uri())
              .auth(
                  Auth.bearer(
                      () -> "t" + tokens.incrementAndGet(), token -> time.now().plusSeconds(30)))
              .open(virtual);
      channel.stream(NOTES, null, options.silence(Duration.ofHours(1)));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> isBetween(time.untilNext(), 24, 29)); // its renewal is the next event
      time.advance(Duration.ofSeconds(29));
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> {
            time.advance(Duration.ofMillis(50)); // the wait before the next connect
            assertThat(resumes).extracting(Resumed::gap).containsExactly(Gap.NONE, Gap.POSSIBLE);
          });
    }

    assertThat(seen).as("tokens, each of which lets in once").hasSize(2);
  }

  private static boolean isBetween(Duration duration, int from, int to) {
    return duration != null
        && duration.compareTo(Duration.ofSeconds(from)) >= 0
        && duration.compareTo(Duration.ofSeconds(to)) < 0;
  }

  @Test
  void TOK_1_renewsTheCredentialOfAHandshakeOnce() {
    List<String> seen = new CopyOnWriteArrayList<>();
    server.sockets().usher =
        authorization -> {
          seen.add(authorization);
          return "Bearer new".equals(authorization);
        };

    Subscription<Message<Note>> notes =
        notes(channel(builder -> builder.auth(Auth.bearer(() -> seen.isEmpty() ? "old" : "new"))));

    awaitState(notes, State.OPEN);
    assertThat(seen).containsExactly("Bearer old", "Bearer new");
  }

  @Test
  void failsWhereAnotherProtocolIsSpoken() {
    server.sockets().protocol = "graphql-ws";

    ParleyException failure = failure(notes(channel(builder -> builder)));

    assertThat(failure.getMessage())
        .contains("a web socket that does not speak graphql-transport-ws");
  }

  @Test
  void failsWhereNoWebSocketIsServed() {
    Subscription<Message<Note>> nowhere =
        GraphQlChannel.builder(server.uri().replace("/graphql", "/nowhere")).open(parley).stream(
            NOTES, null, options);

    ParleyException failure = failure(nowhere);

    assertThat(failure).isInstanceOf(GraphQlException.class);
    assertThat(failure.getMessage()).contains("subscription Notes answered 404 Not Found");
  }

  // ---------------------------------------------------------------- wrong use

  @Test
  void refusesWhatIsNoStream() {
    GraphQlChannel channel = channel(builder -> builder);

    assertThat(
            catchThrowable(() ->
                channel.stream(
                    Operation.of("q", Void.class, Note.class).bind(GraphQl.document("{ a }")),
                    null,
                    options)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("the operation q is a query, which is no stream: open a CallChannel for it");
    assertThat(catchThrowable(() -> channel.stream(NOTES, null, options.from(Position.of("1")))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "a subscription of GraphQL cannot begin at a position: its protocol knows none");
    Operation<List<From>, List<Count>> batch =
        Operation.of("b", new TypeRef<List<From>>() {}, new TypeRef<List<Count>>() {})
            .bind(GraphQl.document("subscription S { a }").batch());
    assertThat(catchThrowable(() -> channel.stream(batch, List.of(), options)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("subscriptions cannot be sent as a batch");
  }

  @Test
  void callsAndStreamsOverOneClient() {
    GraphQlChannel channel = channel(builder -> builder);
    Operation<Void, String> name =
        Operation.of("name", Void.class, String.class)
            .bind(GraphQl.document("{ product(id: \"1\") { name } }").at("/product/name"));

    notes(channel);
    awaitSubscriptions(1);

    assertThat(channel.call(name, null)).isEqualTo("Anvil");
    assertThat(parley.open(server.uri(), CallChannel.class).call(name, null)).isEqualTo("Anvil");
    channel.close();
    assertThat(channel.streams().state()).isEqualTo(State.CLOSED);
  }
}
