package dev.parley.testkit.conformance;

import static dev.parley.testkit.conformance.StreamConformance.RECONNECT;
import static dev.parley.testkit.conformance.StreamConformance.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.ChannelClosedException;
import dev.parley.ConfigurationException;
import dev.parley.DuplexChannel;
import dev.parley.Feature;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.ParleyException;
import dev.parley.Resumed;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.testkit.history.History;
import dev.parley.testkit.history.HistoryChecker;
import dev.parley.testkit.history.Rule;
import dev.parley.testkit.history.Witness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link DuplexChannel} must do. Extend it in the adapter's tests, as {@link
 * CallConformance} shows.
 */
public abstract class DuplexConformance extends Conformance<DuplexHarness> {
  private static final int MORE_THAN_ANY_WINDOW = 20_000;
  private static final int QUIET = 10; // notes while nothing fails

  private final Hearing hearing = new Hearing();

  /** For subclasses. */
  protected DuplexConformance() {}

  @Override
  final Class<DuplexChannel> capability() {
    return DuplexChannel.class;
  }

  // What is left of a session waits for its peer when it is closed.
  @AfterEach
  final void endSessions() {
    harness().heal();
    harness().holdReading(false);
    harness().endByPeer();
  }

  // ---------------------------------------------------------------- both directions

  @Test
  final void API_talksInBothDirections() throws Exception {
    Session<Note, Note> session = open(options());
    for (int i = 0; i < 20; i++) {
      session.send(note(i));
    }
    assertThat(take(session, 20)).isEqualTo(ids(0, 20));

    harness().say(note(20));
    assertThat(take(session, 1)).isEqualTo(ids(20, 21));
    assertThat(script().notes()).hasSize(20);
    assertThat(session.state()).isEqualTo(State.OPEN);
  }

  @Test
  final void API_keepsSessionsApart() throws Exception {
    DuplexChannel channel = channel();
    Session<Note, Note> first = channel.open(harness().session(), options());
    Session<Note, Note> second = channel.open(harness().session(), options());
    first.send(note(1));
    second.send(note(2));

    assertThat(take(first, 1)).isEqualTo(ids(1, 2));
    assertThat(take(second, 1)).isEqualTo(ids(2, 3));
    assertThat(harness().sessions()).isEqualTo(2);
  }

  @Test
  final void CON_1_tellsOfTheConnectionBeforeItsFirstMessage() {
    Session<Note, Note> session = open(options().listener(hearing));
    handle(session.inbound(), note -> hearing.handed(note.body().id()));
    harness().say(note(0));
    awaitThat("it is handled", () -> hearing.handed().size() == 1);

    assertThat(hearing.resumes().stream().map(Resumed::connection)).containsExactly(1);
    assertThat(hearing.events().indexOf(hearing.resumes().get(0)))
        .isLessThan(hearing.events().indexOf("n0"));
  }

  @Test
  final void API_completesOneDirection() throws Exception {
    harness().keepCompletedSessions();
    Session<Note, Note> session = open(options());
    session.send(note(0));
    session.complete();

    assertThat(catchThrowable(() -> session.send(note(1))))
        .isInstanceOf(IllegalStateException.class);
    assertThat(take(session, 1)).isEqualTo(ids(0, 1));
    if (channel().features().has(Feature.HALF_CLOSE)) {
      awaitThat("the peer hears of it", () -> harness().heardCompletion());
      harness().say(note(2));
      assertThat(take(session, 1)).isEqualTo(ids(2, 3));
    } else {
      assertNever("a completion", () -> harness().heardCompletion());
    }
  }

  @Test
  final void API_endsWhenThePeerEndsIt() {
    Session<Note, Note> session = open(options());
    harness().say(note(0));
    harness().endByPeer();
    List<String> seen = new ArrayList<>();
    session.inbound().forEach(note -> seen.add(note.body().id()));

    assertThat(seen).isEqualTo(ids(0, 1));
    awaitThat("it is closed", () -> session.state() == State.CLOSED);
    assertThat(catchThrowable(() -> session.send(note(1))))
        .isInstanceOf(ChannelClosedException.class);
  }

  // ---------------------------------------------------------------- back pressure

  @Test
  final void BUF_1_waitsWhileThePeersWindowIsClosed() throws Exception {
    Session<Note, Note> session = open(options());
    harness().holdReading(true);
    int sent = 0;
    String text = "x".repeat(2_000);
    CompletableFuture<Void> waiting;
    do {
      while (sent < MORE_THAN_ANY_WINDOW
          && session.offer(new Note("n" + sent, text), Duration.ofMillis(100))) {
        sent++;
      }
      assertThat(sent).as("the window closes at some time").isLessThan(MORE_THAN_ANY_WINDOW);
      waiting = sendInBackground(session, new Note("n" + sent++, text));
      // On a busy machine what did not go out at once may go out yet: no closed window.
    } while (isDoneWithin(Duration.ofMillis(200), waiting));

    harness().holdReading(false);
    Way.await(waiting);
    assertThat(take(session, sent)).isEqualTo(ids(0, sent));
  }

  private static CompletableFuture<Void> sendInBackground(Session<Note, Note> session, Note note) {
    return background(() -> {
      try {
        session.send(note);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private static boolean isDoneWithin(Duration limit, CompletableFuture<Void> future)
      throws Exception {
    try {
      future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  @Test
  final void BUF_3_holdsAPeerThatSendsTooMuch() throws Exception {
    Session<Note, Note> session = open(options().buffer(8));
    for (int i = 0; i < 100; i++) {
      harness().say(note(i));
    }
    awaitThat("the buffer is full", () -> session.inbound().lag().buffered() == 8);
    assertNever("more than 8 wait", () -> session.inbound().lag().buffered() > 8);

    assertThat(take(session, 100)).isEqualTo(ids(0, 100));
    assertThat(session.inbound().lag().dropped()).isZero();
  }

  @Test
  final void CAN_2_stopsWaitingToSendWhenInterrupted() throws Exception {
    Session<Note, Note> session = open(options());
    harness().holdReading(true);
    String text = "x".repeat(2_000);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread sender =
        new Thread(() ->
            thrown.complete(
                catchThrowable(() -> {
                  for (int i = 0; i < MORE_THAN_ANY_WINDOW; i++) {
                    session.send(new Note("n" + i, text));
                  }
                })));
    sender.start();
    awaitThat("it waits", () -> sender.getState() == Thread.State.WAITING);
    sender.interrupt();

    assertThat(Way.await(thrown)).isInstanceOf(InterruptedException.class);
  }

  // ---------------------------------------------------------------- loss

  @Test
  final void REC_endsWithItsConnection() {
    Session<Note, Note> session = open(options().listener(hearing));
    cause(Trouble.CUT);
    awaitThat("it has failed", () -> session.state().isTerminal());

    assertThat(session.state()).isEqualTo(State.FAILED);
    assertThat(catchThrowable(() -> session.send(note(0))))
        .isInstanceOf(ChannelClosedException.class)
        .as("why it has ended")
        .hasCauseInstanceOf(ParleyException.class);
    assertThat(catchThrowable(() -> session.inbound().forEach(note -> {})))
        .isInstanceOf(ParleyException.class);
    assertNever("another connect", () -> harness().connects() > 1);
  }

  @Test
  final void REC_reconnectsAndGreetsIfAsked() throws Exception {
    Note greeting = new Note("hello", "let me in");
    Session<Note, Note> session =
        open(options().reconnect(RECONNECT).greeting(List.of(greeting)).listener(hearing));
    session.send(note(0));
    assertThat(take(session, 2)).containsExactly("hello", "n0");
    cause(Trouble.REFUSE);
    awaitThat("it is recovering", () -> hearing.hasReached(State.RECOVERING));
    session.send(note(1)); // waits in the outbox
    harness().heal();
    awaitThat("it is connected again", () -> hearing.resumes().size() >= 2);
    session.send(note(2));

    assertThat(take(session, 3)).containsExactly("hello", "n1", "n2");
    assertThat(hearing.resumes().stream().map(Resumed::connection))
        .doesNotHaveDuplicates()
        .hasSize(2);
  }

  @Test
  final void REC_tellsWhyItCannotBeOpened() {
    cause(Trouble.REFUSE);
    long start = System.nanoTime();
    Throwable thrown =
        catchThrowable(() ->
            channel().open(harness().session(), options().connectWithin(Duration.ofSeconds(2))));

    assertThat(thrown).isInstanceOf(ParleyException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(harness().sessions()).isZero();
  }

  // ---------------------------------------------------------------- closing

  @Test
  final void CLS_1_closesAtThePeerToo() {
    Session<Note, Note> session = open(options());
    session.close();

    assertThat(session.state()).isEqualTo(State.CLOSED);
    awaitThat("the peer hears of it", () -> harness().sessions() == 0);
    assertThat(catchThrowable(() -> session.send(note(0))))
        .isInstanceOf(ChannelClosedException.class);
    session.close();
  }

  @Test
  final void CLS_1_closesWithItsChannel() {
    DuplexChannel channel = channel();
    Session<Note, Note> session = channel.open(harness().session(), options());
    CompletableFuture<Void> reading = background(() -> session.inbound().forEach(note -> {}));
    channel.close();

    assertThat(Way.await(reading)).isNull();
    assertThat(session.state()).isEqualTo(State.CLOSED);
    assertThat(catchThrowable(() -> channel.open(harness().session(), options())))
        .isInstanceOf(ChannelClosedException.class);
  }

  @Test
  final void CLS_2_leavesNothingBehind() throws Exception {
    DuplexChannel channel = channel();
    Session<Note, Note> talking = channel.open(harness().session(), options());
    Session<Note, Note> handled = channel.open(harness().session(), options());
    handle(handled.inbound(), note -> {});
    Session<Note, Note> aborted = channel.open(harness().session(), options());
    talking.send(note(0));
    assertThat(take(talking, 1)).isEqualTo(ids(0, 1));
    aborted.abort();
    List<CompletableFuture<Void>> closers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      closers.add(background(() -> talking.close()));
    }
    closers.forEach(Way::await);

    assertNothingLeft();
    assertThat(handled.state()).isEqualTo(State.CLOSED);
  }

  // ---------------------------------------------------------------- bad input, escape hatches

  @Test
  final void API_refusesASessionWithoutABinding() {
    Optional<Operation<Note, Note>> unbound = harness().unboundSession();
    assume(unbound.isPresent(), "the adapter needs no binding");

    assertThat(catchThrowable(() -> channel().open(unbound.get(), options())))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  final void API_refusesAParameterThatNothingReads() {
    String uri = harness().uri() + (harness().uri().contains("?") ? "&" : "?") + "no-such-thing=1";

    assertThat(catchThrowable(() -> parley().open(uri, DuplexChannel.class)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no-such-thing");
  }

  @Test
  final void ESC_4_unwraps() {
    assume(harness().nativeClient().isPresent(), "the adapter has no native client");
    Session<Note, Note> session = open(options());

    assertThat(session.unwrap(harness().nativeClient().get())).isPresent();
    assertThat(session.unwrap(Hearing.class)).isEmpty();
  }

  // ---------------------------------------------------------------- everything at once

  @Test
  final void GRT_1_keepsItsWordWhileTheNetworkFails() throws Exception {
    long seed = Long.getLong("parley.conformance.seed", ThreadLocalRandom.current().nextLong());
    History history = History.of("seed " + seed + " (-Dparley.conformance.seed)");
    Session<Note, Note> session = open(options().reconnect(RECONNECT).listener(hearing));
    Witness echo = history.witness("the program, of echoes");
    Subscription<Message<Note>> inbound = session.inbound();
    handle(
        inbound,
        note -> {
          hearing.handed(note.body().id());
          echo.saw(Long.parseLong(note.body().id()));
        });
    Nemesis nemesis = new Nemesis(harness(), new Random(seed));
    for (int i = 0; i < 200; i++) {
      long id = history.invoke();
      try {
        if (session.offer(new Note(Long.toString(id), "text"), Duration.ofSeconds(5))) {
          history.info(id); // it went out; whether it arrives nobody says
        } else {
          history.fail(id, dev.parley.Effect.NOT_SENT);
        }
      } catch (ParleyException e) {
        history.info(id);
      }
      if (i % 10 == 5) {
        nemesis.strike();
      }
      if (i % 50 == 49) {
        harness().heal();
        assertNothingIsLostInside(session, history, nemesis);
      }
    }
    session.close();
    echo.closed();

    HistoryChecker.check(
            history,
            Rule.AT_MOST_ONCE,
            Rule.HONEST_FAILURES,
            Rule.PER_KEY_ORDER,
            Rule.NOTHING_AFTER_CLOSE)
        .assertClean();
  }

  /**
   * Sends a few notes, whose echoes must all come unless the connection is lost meanwhile: then
   * nobody can say, and the next connection is tried.
   */
  private void assertNothingIsLostInside(
      Session<Note, Note> session, History history, Nemesis nemesis) throws InterruptedException {
    Set<String> missing = new HashSet<>();
    do {
      awaitThat("it is connected; " + nemesis, () -> session.state() == State.OPEN);
      int connections = hearing.resumes().size();
      missing.clear();
      for (int i = 0; i < QUIET; i++) {
        long id = history.invoke();
        history.info(id);
        missing.add(Long.toString(id));
        try {
          session.send(new Note(Long.toString(id), "text"));
        } catch (ParleyException e) {
          // The connection was lost, which is told by the next one.
        }
      }
      awaitThat(
          "no note is lost inside a connection; " + nemesis,
          () -> {
            hearing.handed().forEach(missing::remove);
            return missing.isEmpty() || hearing.resumes().size() > connections;
          });
    } while (!missing.isEmpty());
  }

  // ---------------------------------------------------------------- helpers

  private DuplexChannel channel() {
    return open(DuplexChannel.class);
  }

  private SessionOptions options() {
    return SessionOptions.DEFAULT;
  }

  /** Opens a session, and waits until the peer knows of it. */
  private Session<Note, Note> open(SessionOptions options) {
    int before = harness().sessions();
    Session<Note, Note> session = channel().open(harness().session(), options);
    awaitThat("the peer knows of it", () -> harness().sessions() > before);
    return session;
  }

  private static Note note(int i) {
    return new Note("n" + i, "text " + i);
  }

  private static List<String> take(Session<Note, Note> session, int count)
      throws InterruptedException {
    List<String> taken = new ArrayList<>();
    while (taken.size() < count) {
      Optional<Message<Note>> note = session.inbound().poll(Patience.limit());
      assertThat(note).as("message %d of %d", taken.size(), count).isPresent();
      taken.add(note.get().body().id());
    }
    return taken;
  }
}
