package dev.parley.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.State;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Http;
import dev.parley.polling.ScriptedServer.Reply;
import dev.parley.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When it asks: a real server, in virtual time. */
class RhythmTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final long SLICE = 1000; // of a pause, at the end of which the engine looks around
  private static final Reply NEWS = Reply.json("{\"items\":[1]}");
  private static final Reply NOTHING = Reply.json("{\"items\":[]}");

  private static final Operation<Void, String> ITEMS =
      Operation.of("items.poll", Void.class, String.class)
          .bind(Http.get("/items"))
          .bind(Poll.items("/items"));

  private final VirtualTime time = VirtualTime.create();
  private final Parley parley = Parley.builder().time(time).seed(1).build();
  private final LinkedBlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
  private final ScriptedServer server = new ScriptedServer(arrival -> replies.take());
  private final List<State> states = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    parley.close(Duration.ZERO);
    server.close();
    time.close();
  }

  private Subscription<Message<String>> poll(String scheme) {
    StreamChannel channel =
        PollingChannel.builder(scheme + "+http://" + server.authority())
            .random(() -> 0.5)
            .open(parley);
    return channel.stream(
        ITEMS, null, StreamOptions.DEFAULT.listener(change -> states.add(change.to())));
  }

  private void awaitArrival(int number) {
    await().atMost(LONG).until(() -> server.arrivals().size() == number);
  }

  private void advance(long millis) {
    time.advance(Duration.ofMillis(millis));
  }

  /** Answers the request of this number, and asserts how long it is until the next one. */
  private void assertPause(int number, Reply reply, long millis) {
    replies.add(reply);
    long left = millis;
    for (; left > SLICE; left -= SLICE) {
      awaitPause(SLICE, SLICE);
      advance(SLICE);
    }
    awaitPause(left, left);
    advance(left - 1);
    assertNoMore(number);
    advance(1);
    awaitArrival(number + 1);
  }

  // While a request is under way, something is due every 25 ms.
  private void awaitPause(long from, long to) {
    await()
        .alias(from + " to " + to + " ms")
        .atMost(LONG)
        .until(
            time::untilNext,
            next -> next != null && next.toMillis() >= from && next.toMillis() <= to);
  }

  private void assertNoMore(int arrivals) {
    await()
        .during(Duration.ofMillis(50))
        .atMost(LONG)
        .until(() -> server.arrivals().size() == arrivals);
  }

  @Test
  void asksSlowerAndSlowerWithoutNews_andFastAgainAfterNews() {
    poll("poll");
    assertPause(1, NEWS, 1000);
    assertPause(2, NOTHING, 1000);
    assertPause(3, NOTHING, 1500);
    assertPause(4, NOTHING, 2250);
    assertPause(5, Reply.json("{\"items\":[1,2]}"), 1000);
  }

  @Test
  void waitsAsLongAsTheServerAsks() {
    poll("poll");
    // And 5 % of it, as the jitter of this test has it.
    assertPause(1, NEWS.with("Retry-After", "7"), 7350);
  }

  @Test
  void RTY_waitsAsLongAsTheServerAsks_whenItIsThrottled() {
    poll("poll");
    assertPause(1, NEWS, 1000);
    replies.add(Reply.status(429, "Retry-After", "2"));
    await().atMost(LONG).until(() -> states.contains(State.RECOVERING));
    awaitPause(2000, 3000); // behind it comes a random part of the back-off's base, 1 s
    advance(1999);
    assertNoMore(2);
    advance(1_001);
    awaitArrival(3);
  }

  @Test
  void pausesVaryByTenPercent_andNoMore() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Long> first = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      Pauses pauses =
          new Pauses(Duration.ofMillis(1000), Duration.ofMillis(4000), random::nextDouble);
      first.add(pauses.after(true, null) / 1_000_000);
      double ceiling = 1000;
      for (int k = 0; k < 6; k++) {
        assertThat((double) pauses.after(false, null) / 1_000_000)
            .as("seed %d, answer %d", seed, k)
            .isBetween(0.9 * ceiling, 1.1 * ceiling);
        ceiling = Math.min(4000, 1.5 * ceiling);
      }
      assertThat(pauses.after(true, Duration.ofSeconds(9)) / 1_000_000)
          .as("seed %d", seed)
          .isBetween(9000L, 9900L);
    }
    assertThat(first.stream().mapToLong(each -> each).min().orElseThrow()).isLessThan(905);
    assertThat(first.stream().mapToLong(each -> each).max().orElseThrow()).isGreaterThan(1095);
    assertThat(first.stream().mapToLong(each -> each).average().orElseThrow())
        .isBetween(990.0, 1010.0);
  }

  @Test
  void LIV_1_noticesAServerThatHoldsALongPollTooLong_within41s() {
    poll("longpoll");
    replies.add(NEWS);
    awaitArrival(2); // held, and never answered
    advance(39_000);
    assertThat(states).containsExactly(State.OPEN);
    advance(2_000);
    await().atMost(LONG).until(() -> states.contains(State.RECOVERING));
  }

  @Test
  void LIV_1_noticesAServerThatDoesNotAnswerAPoll_10sAfterItWasAsked() {
    poll("poll");
    assertPause(1, NEWS, 1_000); // and the second is never answered
    advance(9_000);
    assertThat(states).containsExactly(State.OPEN);
    advance(2_000);
    await().atMost(LONG).until(() -> states.contains(State.RECOVERING));
  }

  @Test
  void RFC_6202_asksAgainAtOnce_afterNewsAndAfterAHold_andSaysHowLongItMayBeHeld() {
    poll("longpoll");
    replies.add(NEWS);
    awaitArrival(2);
    assertThat(server.arrivals().get(0).header("Prefer")).isEqualTo("wait=0");
    assertThat(server.arrivals().get(1).header("Prefer")).isEqualTo("wait=30");
    assertThat(server.arrivals().get(1).header("Cache-Control")).isEqualTo("no-cache");

    advance(20_000);
    replies.add(Reply.status(504));
    awaitArrival(3);
    advance(16_000);
    replies.add(Reply.status(408));
    awaitArrival(4);
    advance(30_000);
    replies.add(Reply.status(204));
    awaitArrival(5);
    assertThat(states).containsExactly(State.OPEN);
  }

  @Test
  void RFC_6202_aGatewayThatCannotReachTheServer_isNoHold() {
    poll("longpoll");
    replies.add(NEWS);
    awaitArrival(2);
    replies.add(Reply.status(504));
    await().atMost(LONG).until(() -> states.contains(State.RECOVERING));
  }

  @Test
  void aServerThatDoesNotHold_isAskedInTheRhythmOfAPoll() {
    poll("longpoll");
    assertPause(1, NOTHING, 1000);
    assertPause(2, NOTHING, 1500);
  }

  @Test
  void CLS_closingEndsARequestThatIsHeld() {
    Subscription<Message<String>> items = poll("longpoll");
    replies.add(NEWS);
    awaitArrival(2);
    items.close(); // or it would wait as long as the clock stands

    assertThat(items.state()).isEqualTo(State.CLOSED);
  }
}
