package dev.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ConsumeOptions;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Topic;
import dev.parley.spi.SourceDriver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handler fails in the moment in which the next connection delivers its message again. */
class RedeliveryRaceTest {
  private static final Topic<String> ORDERS = Topic.of("orders", String.class);

  @ParameterizedTest
  @EnumSource
  void GRT_1_itIsHandledAgain_andInOrder(SourceDriver.Acknowledgement acknowledgement)
      throws Exception {
    for (int round = 0; round < 300; round++) {
      assertThat(handled(acknowledgement, 4_000L * (round % 100)))
          .as("round %d", round)
          .containsExactly("a:0", "a:0", "a:1");
    }
  }

  /** Returns what was handled of two messages, the first of which fails once. */
  private static List<String> handled(SourceDriver.Acknowledgement acknowledgement, long lateNanos)
      throws Exception {
    FakeSource peer = new FakeSource();
    peer.acknowledgement = acknowledgement;
    ManualTime time = new ManualTime();
    CyclicBarrier lost = new CyclicBarrier(2);
    CyclicBarrier race = new CyclicBarrier(2);
    List<String> handled = new CopyOnWriteArrayList<>();
    try (Parley parley = Parley.builder().provider(peer).time(time).seed(1).build()) {
      peer.publish("a:0", "a:1");
      parley
          .open("fake://peer", QueueChannel.class)
          .consume(ORDERS, ConsumeOptions.DEFAULT.concurrency(2).silence(Duration.ofDays(1)))
          .start(order -> {
            handled.add(order.body());
            if (handled.size() == 1) {
              lost.await(30, TimeUnit.SECONDS);
              race.await(30, TimeUnit.SECONDS);
              long end = System.nanoTime() + lateNanos;
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
              throw new IllegalStateException("on purpose");
            }
          });
      peer.duringDial =
          () -> {
            if (peer.requests.size() > 1) {
              awaitBoth(race);
            }
          };
      lost.await(30, TimeUnit.SECONDS);
      peer.cut();
      Patience.await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> {
            time.advance(Duration.ofMillis(100));
            synchronized (peer) {
              return peer.done.size() == 2;
            }
          });
    }
    return handled;
  }

  private static void awaitBoth(CyclicBarrier barrier) {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
