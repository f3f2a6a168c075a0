package dev.parley.ladder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.ReconnectPolicy;
import dev.parley.Resumed;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.ladder.OrderServer.Way;
import dev.parley.ladder.RealLadderTest.Order;
import dev.parley.testkit.fault.Direction;
import dev.parley.testkit.fault.Fault;
import dev.parley.testkit.fault.FaultProxy;
import dev.parley.testkit.fault.RawHttp2;
import dev.parley.testkit.fault.RawServer;
import dev.parley.testkit.fault.Script;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cells of the fault matrix that are about bytes: where a connection is cut, and how it ends. */
class WireFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final StreamOptions OPTIONS =
      StreamOptions.DEFAULT.reconnect(
          ReconnectPolicy.DEFAULT
              .base(Duration.ofMillis(5))
              .cap(Duration.ofMillis(20))
              .floor(Duration.ofMillis(1)));

  private final Parley parley = Parley.create();
  private final List<State> states = new CopyOnWriteArrayList<>();
  private final List<Resumed> resumes = new CopyOnWriteArrayList<>();
  private final StateListener listener =
      new StateListener() {
        @Override
        public void changed(StateChange change) {
          states.add(change.to());
        }

        @Override
        public void resumed(Resumed resumed) {
          resumes.add(resumed);
        }
      };

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
  }

  /** Subscribes, and waits until so many orders were seen. */
  private List<Integer> follow(String uri, int orders) {
    List<Integer> seen = new CopyOnWriteArrayList<>();
    try (Subscription<Message<Order>> stream =
        parley.open(uri, StreamChannel.class).stream(
            RealLadderTest.ORDERS, null, OPTIONS.listener(listener))) {
      stream.start(order -> seen.add(order.body().id()));
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(PATIENCE)
          .until(() -> seen.size() >= orders);
    }
    return seen;
  }

  // ---------------------------------------------------------------- cuts at any byte

  /** The first connection meets the fault after each number of bytes, the second goes well. */
  private void assertNothingIsLost(Transport transport, IntFunction<Fault> fault) {
    try (OrderServer orders = new OrderServer();
        FaultProxy proxy = FaultProxy.to(orders.port())) {
      orders.offer(Way.values());
      for (int i = 0; i < 3; i++) {
        orders.publish();
      }
      for (int bytes = 0; bytes < 400; bytes += 41) {
        proxy.script(Script.next(1, fault.apply(bytes)));
        assertThat(follow(transport.orders(proxy.port()), 3))
            .as("cut after %d bytes", bytes)
            .containsExactly(1, 2, 3);
        proxy.cutAll(); // what is kept for the next request
      }
      assertThat(proxy.strikes()).isGreaterThan(3);
    }
    assertThat(states).contains(State.RECOVERING).doesNotContain(State.FAILED);
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_rstInTheMiddle_handsOutNoPart_andLosesNothing(Transport transport) {
    assertNothingIsLost(transport, bytes -> Fault.resetAfter(Direction.TO_CLIENT, bytes));
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_truncated_handsOutNoPart_andLosesNothing(Transport transport) {
    assertNothingIsLost(transport, Fault::truncateAfter);
  }

  @ParameterizedTest
  @EnumSource
  void MATRIX_trickle_bytesThatComeOneAtATime_areRead(Transport transport) {
    try (OrderServer orders = new OrderServer();
        FaultProxy proxy = FaultProxy.to(orders.port())) {
      orders.offer(Way.values());
      for (int i = 0; i < 5; i++) {
        orders.publish();
      }
      proxy.script(Script.always(Fault.slice(1, Duration.ZERO)));

      assertThat(follow(transport.orders(proxy.port()), 5)).containsExactly(1, 2, 3, 4, 5);
    }
    assertThat(resumes).hasSize(1);
  }

  // ---------------------------------------------------------------- HTTP/2 that goes away

  private static String h2c(Transport transport, RawServer server) {
    return transport.orders(server.port()) + "&h2c=true";
  }

  private static void answer(Transport transport, RawHttp2 http, int stream, int order)
      throws IOException {
    String json = "{\"id\":" + order + "}";
    if (transport == Transport.SSE) {
      http.head(stream, "text/event-stream");
      http.data(stream, "id: " + order + "\ndata: " + json + "\n\n", false);
    } else {
      http.head(stream, "application/json");
      http.data(stream, "[" + json + "]", true);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "WEBSOCKET", mode = EnumSource.Mode.EXCLUDE)
  void MATRIX_goAway_ofARequestThatWasNotLookedAt_asksAgain(Transport transport) {
    AtomicInteger requests = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> {
          RawHttp2 http = new RawHttp2(peer);
          http.serve(stream -> {
            if (requests.incrementAndGet() == 1) {
              http.goAway(0);
            } else {
              answer(transport, http, stream, 1);
            }
          });
        })) {
      assertThat(follow(h2c(transport, server), 1)).containsExactly(1);
      assertThat(server.connections()).isEqualTo(2);
    }
    assertThat(states).contains(State.RECOVERING).doesNotContain(State.FAILED);
  }

  @Test
  void MATRIX_goAway_letsAStreamGoOn_andItIsResumedWhenItEnds() {
    AtomicInteger requests = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> {
          RawHttp2 http = new RawHttp2(peer);
          http.serve(stream -> {
            if (requests.incrementAndGet() == 1) {
              answer(Transport.SSE, http, stream, 1);
              http.goAway(stream);
              http.data(stream, "id: 2\ndata: {\"id\":2}\n\n", true);
            } else {
              answer(Transport.SSE, http, stream, 3);
            }
          });
        })) {
      assertThat(follow(h2c(Transport.SSE, server), 3)).containsExactly(1, 2, 3);
      assertThat(server.connections()).isEqualTo(2);
    }
    assertThat(resumes).hasSize(2).allMatch(resumed -> resumed.gap() == Gap.NONE);
  }

  @ParameterizedTest
  @EnumSource(names = {"LONG_POLLING", "POLLING"})
  void MATRIX_goAway_afterEachAnswer_losesNothing(Transport transport) {
    AtomicInteger requests = new AtomicInteger();
    try (RawServer server =
        RawServer.start(peer -> {
          RawHttp2 http = new RawHttp2(peer);
          AtomicBoolean gone = new AtomicBoolean();
          http.serve(stream -> {
            if (!gone.getAndSet(true)) {
              answer(transport, http, stream, requests.incrementAndGet());
              http.goAway(stream);
            }
          });
        })) {
      assertThat(follow(h2c(transport, server), 3)).startsWith(1, 2, 3);
      assertThat(server.connections()).isGreaterThan(2);
    }
    assertThat(states).doesNotContain(State.FAILED);
  }
}
