package dev.parley.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ReconnectPolicy;
import dev.parley.State;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

/** What the tests against a server by hand have in common. */
abstract class StreamTest {
  static final Operation<Void, String> EVENTS =
      Operation.of("events", Void.class, String.class).bind(Sse.get("/events"));
  static final Operation<Void, SseEvent> FULL =
      Operation.of("events", Void.class, SseEvent.class).bind(Sse.get("/events"));

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final Watcher watcher = new Watcher();
  final StreamOptions options =
      StreamOptions.DEFAULT
          .listener(watcher)
          .reconnect(
              ReconnectPolicy.DEFAULT
                  .base(Duration.ofMillis(5))
                  .cap(Duration.ofMillis(50))
                  .floor(Duration.ofMillis(1)));
  final Parley parley = Parley.create();
  RawServer server;

  @AfterEach
  void closeAll() {
    parley.close(Duration.ofSeconds(1));
    if (server != null) {
      server.close();
    }
  }

  StreamChannel open() {
    return parley.open(server.uri(), StreamChannel.class);
  }

  StreamChannel openReplaying() {
    return parley.open(server.uri() + "?replays=true", StreamChannel.class);
  }

  <R> Subscription<Message<R>> subscribe(Operation<Void, R> operation) {
    return open().stream(operation, null, options);
  }

  static <R> List<R> take(Subscription<Message<R>> events, int count) throws Exception {
    List<R> taken = new ArrayList<>();
    while (taken.size() < count) {
      Optional<Message<R>> next = events.poll(PATIENCE);
      assertThat(next).as("element %d of %d, after %s", taken.size(), count, taken).isPresent();
      taken.add(next.get().body());
    }
    return taken;
  }

  static void awaitState(Subscription<?> subscription, State state) {
    await().atMost(PATIENCE).until(() -> subscription.state() == state);
  }

  /** Waits until it has failed, and returns with what. */
  static <E extends ParleyException> E failure(Subscription<?> subscription, Class<E> type) {
    awaitState(subscription, State.FAILED);
    return catchThrowableOfType(type, () -> subscription.forEach(event -> {}));
  }
}
