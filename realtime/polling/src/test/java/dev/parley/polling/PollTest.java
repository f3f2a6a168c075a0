package dev.parley.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Http;
import dev.parley.polling.ScriptedServer.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What of an answer is new, and where a stream goes on. */
class PollTest {
  record Job(String state, int percent) {
    boolean isDone() {
      return state.equals("done");
    }
  }

  record Item(int id, String at) {}

  private static final Duration LONG = Duration.ofSeconds(20);

  private final Parley parley = Parley.create();
  private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
  private final AtomicReference<Reply> reply = new AtomicReference<>();
  private ScriptedServer server = new ScriptedServer(arrival -> reply.get());

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(5));
    server.close();
  }

  private <R> Subscription<Message<R>> poll(Class<R> type, Poll poll, Position... from) {
    StreamChannel channel =
        parley.open(
            "poll+http://" + server.authority() + "?interval=10ms&maxInterval=10ms",
            StreamChannel.class);
    StreamOptions options =
        StreamOptions.DEFAULT
            .reconnect(ReconnectPolicy.DEFAULT.base(Duration.ofMillis(1)))
            .listener(
                new StateListener() {
                  @Override
                  public void changed(StateChange change) {}

                  @Override
                  public void resumed(Resumed resumed) {
                    resumes.add(resumed);
                  }
                });
    if (from.length > 0) {
      options = options.from(from[0]);
    }
    return channel.stream(
        Operation.of("test.poll", Void.class, type).bind(Http.get("/x")).bind(poll), null, options);
  }

  private void script(ScriptedServer.Script script) {
    server.close();
    server = new ScriptedServer(script);
  }

  private static <R> R next(Subscription<Message<R>> news) throws InterruptedException {
    return news.poll(LONG).orElseThrow().body();
  }

  private static List<Integer> ids(Subscription<Message<Item>> news, int count)
      throws InterruptedException {
    List<Integer> ids = new ArrayList<>();
    while (ids.size() < count) {
      ids.add(next(news).id());
    }
    return ids;
  }

  /** Waits until the server was asked a few times more. */
  private void awaitPolls(int more) {
    int before = server.arrivals().size();
    await().atMost(LONG).until(() -> server.arrivals().size() >= before + more);
  }

  private ScriptedServer.Arrival last() {
    return server.arrivals().get(server.arrivals().size() - 1);
  }

  @Test
  void deliversAnAnswerOnce_andAsksByItsETag() throws Exception {
    AtomicReference<String> version = new AtomicReference<>("\"1\"");
    script(arrival -> {
      String now = version.get();
      return now.equals(arrival.header("If-None-Match"))
          ? Reply.status(304, "ETag", now)
          : Reply.json("{\"state\":\"runs\",\"percent\":" + now.charAt(1) + "}").with("ETag", now);
    });
    var job = poll(Job.class, Poll.whole());

    assertThat(next(job).percent()).isEqualTo(1);
    awaitPolls(3);
    assertThat(job.lag().buffered()).isZero();
    assertThat(last().header("If-None-Match")).isEqualTo("\"1\"");

    version.set("\"2\"");
    assertThat(next(job).percent()).isEqualTo(2);
    assertThat(job.position()).contains(Position.of("~t=&e=%222%22"));
  }

  @Test
  void goesOnByItsETag_inAnotherProcess() throws Exception {
    script(arrival ->
        "\"2\"".equals(arrival.header("If-None-Match"))
            ? Reply.status(304)
            : Reply.json("{\"state\":\"runs\",\"percent\":7}").with("ETag", "\"3\""));
    var same = poll(Job.class, Poll.whole(), Position.parse(Position.of("~t=&e=%222%22").token()));
    awaitPolls(3);

    assertThat(same.lag().buffered()).isZero();
    assertThat(resumes.get(0).gap()).isEqualTo(Gap.NONE);

    var changed = poll(Job.class, Poll.whole(), Position.of("~t=&e=%221%22"));
    assertThat(next(changed).percent()).isEqualTo(7);
    assertThat(resumes.get(1).gap()).isEqualTo(Gap.POSSIBLE);
    assertThat(resumes.get(1).reason()).isEqualTo("what changed twice meanwhile was seen once");
  }

  @Test
  void asksByLastModified() throws Exception {
    String then = "Sat, 21 Nov 2026 12:00:00 GMT";
    script(arrival ->
        then.equals(arrival.header("If-Modified-Since"))
            ? Reply.status(304)
            : Reply.json("{\"state\":\"runs\",\"percent\":1}").with("Last-Modified", then));
    var job = poll(Job.class, Poll.whole());

    assertThat(next(job).percent()).isEqualTo(1);
    awaitPolls(3);
    assertThat(job.lag().buffered()).isZero();
    assertThat(last().header("If-Modified-Since")).isEqualTo(then);
  }

  @Test
  void tellsAChangeByItsBytes_whenTheServerHelpsInNothing() throws Exception {
    reply.set(Reply.json("{\"state\":\"runs\",\"percent\":1}"));
    var job = poll(Job.class, Poll.whole());

    assertThat(next(job).percent()).isEqualTo(1);
    awaitPolls(3);
    assertThat(job.lag().buffered()).isZero();
    reply.set(Reply.json("{\"state\":\"runs\",\"percent\":2}"));
    assertThat(next(job).percent()).isEqualTo(2);

    String token = job.position().orElseThrow().token();
    job.close();
    var again = poll(Job.class, Poll.whole(), Position.parse(token));
    awaitPolls(3);
    assertThat(again.lag().buffered()).isZero();
  }

  @Test
  void knowsAnETag_whenTheServerIgnoresTheCondition() throws Exception {
    reply.set(Reply.json("{\"state\":\"runs\",\"percent\":1}").with("ETag", "\"1\""));
    var job = poll(Job.class, Poll.whole());

    assertThat(next(job).percent()).isEqualTo(1);
    awaitPolls(3);
    assertThat(job.lag().buffered()).isZero();
  }

  @Test
  void endsWhenAConditionHolds() throws Exception {
    script(arrival ->
        Reply.json(
            "{\"state\":\""
                + (arrival.number() < 3 ? "runs" : "done")
                + "\",\"percent\":"
                + arrival.number()
                + "}"));
    var job = poll(Job.class, Poll.whole().until(Job.class, Job::isDone));
    List<Integer> percents = new ArrayList<>();
    job.forEach(each -> percents.add(each.body().percent()));

    assertThat(percents).containsExactly(1, 2, 3);
    await().atMost(LONG).until(() -> job.state() == State.CLOSED);
    assertThat(server.arrivals()).hasSize(3);

    var ended = poll(Job.class, Poll.whole(), job.position().orElseThrow());
    assertThat(ended).isEmpty();
    assertThat(server.arrivals()).as("it is known to have ended").hasSize(3);
  }

  @Test
  void endsWhenAValueIsThere() {
    script(arrival ->
        Reply.json("{\"state\":\"" + (arrival.number() < 3 ? "runs" : "failed") + "\"}"));
    List<String> states = new ArrayList<>();
    poll(Job.class, Poll.whole().until("/state", "done", "failed"))
        .forEach(each -> states.add(each.body().state()));

    assertThat(states).containsExactly("runs", "failed");
    assertThat(server.arrivals()).hasSize(3);
  }

  @Test
  void nothingIsNews() throws Exception {
    script(arrival ->
        switch (arrival.number()) {
          case 1 -> Reply.status(204);
          case 2 -> Reply.status(200);
          case 3 -> Reply.status(304);
          default -> Reply.json("{\"state\":\"runs\",\"percent\":1}");
        });
    var job = poll(Job.class, Poll.whole());

    assertThat(next(job).percent()).isEqualTo(1);
    assertThat(resumes).hasSize(1);
  }

  @Test
  void deliversWhatTheAnswerBeforeDidNotHave() throws Exception {
    reply.set(Reply.json("[{\"id\":1},{\"id\":2}]"));
    var items = poll(Item.class, Poll.items(""));

    assertThat(ids(items, 2)).containsExactly(1, 2);
    reply.set(Reply.json("[{\"id\":3},{\"id\":2},{\"id\":4}]"));
    assertThat(ids(items, 2)).containsExactly(3, 4);
    awaitPolls(2);
    assertThat(items.lag().buffered()).isZero();
  }

  @Test
  void asksSinceTheLastElement_andGivesTheBarePosition() throws Exception {
    script(arrival -> {
      int since = arrival.query().isEmpty() ? 0 : Integer.parseInt(arrival.query().substring(6));
      return Reply.json(
          since < 6 ? "[{\"id\":" + (since + 1) + "},{\"id\":" + (since + 2) + "}]" : "[]");
    });
    var items = poll(Item.class, Poll.items("").since("/id", "since"), Position.of("2"));

    assertThat(ids(items, 3)).containsExactly(3, 4, 5);
    assertThat(items.position()).contains(Position.of("5"));
    assertThat(ids(items, 1)).containsExactly(6);
    assertThat(resumes.get(0).gap()).isEqualTo(Gap.NONE);
  }

  @Test
  void tellsElementsWithTheSameValueApart() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    script(arrival -> {
      String since = arrival.query().isEmpty() ? "" : arrival.query().substring(6);
      List<String> all =
          log.stream()
              .filter(each -> each.substring(each.indexOf("at") + 5).compareTo(since) >= 0)
              .toList();
      return Reply.json("[" + String.join(",", all) + "]");
    });
    log.add("{\"id\":1,\"at\":\"a\"}");
    log.add("{\"id\":2,\"at\":\"b\"}");
    var items = poll(Item.class, Poll.items("").since("/at", "since").inclusive());
    assertThat(ids(items, 2)).containsExactly(1, 2);
    log.add("{\"id\":3,\"at\":\"b\"}");
    log.add("{\"id\":4,\"at\":\"c\"}");
    assertThat(ids(items, 1)).containsExactly(3);

    var again =
        poll(
            Item.class,
            Poll.items("").since("/at", "since").inclusive(),
            Position.parse(items.position().orElseThrow().token()));
    assertThat(ids(again, 1)).containsExactly(4);
  }

  @Test
  void takesACursorFromAHeader_asConsulGivesIt() throws Exception {
    script(arrival ->
        Reply.json("{\"state\":\"s\",\"percent\":" + Math.min(2, arrival.number()) + "}")
            .with("X-Consul-Index", Integer.toString(Math.min(2, arrival.number()))));
    var value = poll(Job.class, Poll.whole().cursorHeader("X-Consul-Index", "index"));

    assertThat(next(value).percent()).isEqualTo(1);
    assertThat(next(value).percent()).isEqualTo(2);
    awaitPolls(2);
    assertThat(value.lag().buffered()).isZero();
    assertThat(last().query()).isEqualTo("index=2");
  }

  @Test
  void goesOnInAPageThatGrows_whenItHasNoCursor() throws Exception {
    reply.set(Reply.json("{\"items\":[{\"id\":1},{\"id\":2}]}"));
    Poll poll = Poll.items("/items").cursor("/next", "after");
    var items = poll(Item.class, poll);

    assertThat(ids(items, 2)).containsExactly(1, 2);
    reply.set(Reply.json("{\"items\":[{\"id\":1},{\"id\":2},{\"id\":3}]}"));
    assertThat(ids(items, 1)).containsExactly(3);

    reply.set(Reply.json("{\"items\":[{\"id\":9}]}"));
    assertThat(ids(items, 1)).containsExactly(9);
    assertThat(resumes).extracting(Resumed::gap).containsExactly(Gap.NONE, Gap.POSSIBLE);
  }

  @Test
  void startsAnewAndSaysSo_whenTheServerForgotTheCursor() throws Exception {
    script(arrival ->
        arrival.query().equals("after=old")
            ? Reply.status(410)
            : Reply.json("{\"items\":[{\"id\":" + arrival.number() + "}],\"next\":\"old\"}"));
    var items = poll(Item.class, Poll.items("/items").cursor("/next", "after"));

    assertThat(next(items).id()).isEqualTo(1);
    assertThat(next(items).id()).isGreaterThan(1);
    await().atMost(LONG).until(() -> resumes.size() > 1);
    assertThat(resumes.get(1).gap()).isEqualTo(Gap.LOST);
    assertThat(resumes.get(1).reason())
        .isEqualTo("the server no longer knows the position: it answered 410");
  }

  @Test
  void keepsTheCursorOfAnAnswerWithoutNews_overAReconnect() throws Exception {
    script(arrival ->
        switch (arrival.number()) {
          case 1 -> Reply.json("{\"items\":[],\"next\":\"c7\"}");
          case 2, 3 -> Reply.json("{\"items\":[]}");
          case 4 -> Reply.status(500);
          default -> Reply.json("{\"items\":[{\"id\":8}],\"next\":\"c8\"}");
        });
    var items = poll(Item.class, Poll.items("/items").cursor("/next", "after"));

    assertThat(next(items).id()).isEqualTo(8);
    assertThat(List.copyOf(server.arrivals()).subList(1, 5)) // polls go on
        .extracting(each -> each.query())
        .containsOnly("after=c7");
    assertThat(resumes).hasSize(2).allMatch(resumed -> resumed.gap() == Gap.NONE);
  }

  @Test
  void refusesAPositionOfAnotherKind() {
    assertThatThrownBy(() -> poll(Job.class, Poll.whole(), Position.of("~i=x")))
        .hasMessage(
            "the position is not one of a poll: it must come from such a stream, or be the cursor"
                + " or the value to ask from");
  }

  @Test
  void saysWhatAnOptionLacks() {
    assertThatThrownBy(() -> Poll.whole().since("/id", "since"))
        .hasMessage("since is for elements: begin with Poll.items(pointer)");
    assertThatThrownBy(() -> Poll.whole().every(Duration.ofSeconds(5), Duration.ofSeconds(1)))
        .hasMessage("the slowest interval (PT1S) must not be less than the fastest (PT5S)");
    assertThatThrownBy(
            () -> parley.open("poll+http://x?interval=9s&maxInterval=1s", StreamChannel.class))
        .hasMessageContaining("must not be less than the fastest (PT9S)");
  }
}
