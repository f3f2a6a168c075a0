package dev.parley.ladder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Http;
import dev.parley.ladder.BlockingProxy.Block;
import dev.parley.ladder.OrderServer.Way;
import dev.parley.polling.Poll;
import dev.parley.sse.SseChannel;
import dev.parley.websocket.Replay;
import dev.parley.websocket.WebSocket;
import dev.parley.websocket.WebSocketChannel;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole ladder on real transports, one server that offers now this and now that. */
class RealLadderTest {
  record Order(int id) {}

  /** A position is the number of an order, which a socket is told as its first message. */
  record Since() implements Replay {
    @Override
    public Optional<String> position(Payload message) {
      return Optional.of(message.toText().replaceAll("[^0-9]", ""));
    }

    @Override
    public Object subscribe(Object request, Optional<String> position) {
      return position.orElse("0");
    }
  }

  static final Operation<Void, Order> ORDERS =
      Operation.of("orders", Void.class, Order.class)
          .bind(Http.get("/orders"))
          .bind(Poll.items("").since("/id", "since").hold(Duration.ofSeconds(1)))
          .bind(WebSocket.at("/orders").text().replay(new Since()));

  private final OrderServer server = new OrderServer();
  private final Parley parley = Parley.create();
  private final List<Move> moves = new CopyOnWriteArrayList<>();
  private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
  private final List<Integer> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    parley.close(Duration.ZERO);
    server.close();
  }

  private Subscription<Message<Order>> subscribe(LadderChannel.Builder rungs) {
    LadderChannel ladder =
        rungs
            .retry(Duration.ofMillis(200), Duration.ofMillis(400))
            .listener(moves::add)
            .open(parley);
    StreamOptions options =
        StreamOptions.DEFAULT
            .reconnect(ReconnectPolicy.DEFAULT.base(Duration.ofMillis(20)))
            .listener(
                new StateListener() {
                  @Override
                  public void changed(StateChange change) {}

                  @Override
                  public void resumed(Resumed resumed) {
                    resumes.add(resumed);
                  }
                });
    Subscription<Message<Order>> orders = ladder.stream(ORDERS, null, options);
    CompletableFuture<Void> unused = orders.start(order -> seen.add(order.body().id()));
    return orders;
  }

  private void publishAndSee(int upTo) {
    for (int id = seen.size(); id < upTo; id++) {
      server.publish();
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> seen.size() >= upTo);
  }

  private void awaitRung(Subscription<?> orders, String scheme) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() ->
            orders
                .unwrap(StreamChannel.class)
                .filter(channel -> channel.uri().getScheme().equals(scheme))
                .isPresent());
  }

  @Test
  void climbsFromPollToWebSocket_andBackDown_withoutLosingAnOrder() {
    server.offer(Way.POLL);
    var orders =
        subscribe(
            LadderChannel.builder()
                .rung("ws://" + server.authority() + "?replays=true")
                .rung("sse+http://" + server.authority() + "?replays=true")
                .rung("longpoll+http://" + server.authority())
                .rung("poll+http://" + server.authority() + "?interval=20ms&maxInterval=50ms"));
    publishAndSee(3);
    awaitRung(orders, "poll+http");

    server.offer(Way.POLL, Way.LONGPOLL);
    awaitRung(orders, "longpoll+http");
    publishAndSee(6);

    server.offer(Way.POLL, Way.LONGPOLL, Way.SSE);
    awaitRung(orders, "sse+http");
    publishAndSee(9);

    server.offer(Way.values());
    awaitRung(orders, "ws");
    publishAndSee(12);

    server.offer(Way.POLL, Way.LONGPOLL);
    awaitRung(orders, "longpoll+http");
    publishAndSee(15);

    server.offer(Way.POLL);
    awaitRung(orders, "poll+http");
    publishAndSee(18);

    assertThat(seen).isEqualTo(IntStream.rangeClosed(1, 18).boxed().toList());
    assertThat(resumes).extracting(Resumed::gap).containsOnly(Gap.NONE);
    assertThat(resumes).extracting(Resumed::connection).doesNotHaveDuplicates();
    assertThat(moves)
        .extracting(move -> move.to().getScheme())
        .containsSubsequence(
            "poll+http", "longpoll+http", "sse+http", "ws", "longpoll+http", "poll+http");
    assertThat(moves.get(0).cause().orElseThrow()).hasMessageContaining("404");
  }

  @ParameterizedTest
  @EnumSource
  void goesDownWhileAProxyBlocksWebSockets_andUpAgain_withoutLosingAnOrder(Block how)
      throws Exception {
    server.offer(Way.values());
    try (BlockingProxy proxy = new BlockingProxy(server.port())) {
      Proxy through = how.isKnown ? proxy.known() : Proxy.NO_PROXY;
      String authority = how.isKnown ? server.authority() : proxy.authority();
      var orders =
          subscribe(
              LadderChannel.builder()
                  .rung(
                      WebSocketChannel.builder("ws://" + authority)
                          .replays()
                          .proxy(through)
                          .open(parley)
                          .feeds())
                  .rung(
                      SseChannel.builder("http://" + authority)
                          .replays(true)
                          .proxy(through)
                          .open(parley)));
      awaitRung(orders, "ws");
      publishAndSee(3);

      proxy.block(how);
      publishAndSee(6);
      awaitRung(orders, "sse+http");
      publishAndSee(9);

      proxy.unblock();
      publishAndSee(12);
      awaitRung(orders, "ws");
      publishAndSee(15);
    }
    assertThat(seen).isEqualTo(IntStream.rangeClosed(1, 15).boxed().toList());
    assertThat(resumes).extracting(Resumed::gap).containsOnly(Gap.NONE);
    assertThat(moves)
        .extracting(move -> move.to().getScheme())
        .containsExactly("ws", "sse+http", "ws");
    assertThat(moves.get(1).cause().orElseThrow()).hasMessageStartingWith(how.told);
  }
}
