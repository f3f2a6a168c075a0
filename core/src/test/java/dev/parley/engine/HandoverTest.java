package dev.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.spi.SourceDriver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** KAF-1: lanes that the peer gives to somebody else while their link lives. */
class HandoverTest {
  private static final Topic<String> ORDERS = Topic.of("orders", String.class);
  private static final Duration PATIENCE = Duration.ofSeconds(50);

  private final FakeSource peer = new FakeSource();
  private final List<String> handled = new CopyOnWriteArrayList<>();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private Parley parley;
  private QueueChannel channel;

  @BeforeEach
  void open() {
    peer.polled = true;
    peer.acknowledgement = SourceDriver.Acknowledgement.PREFIX;
    parley = Parley.builder().provider(peer).build();
    channel = parley.open("fake://peer", QueueChannel.class);
  }

  @AfterEach
  void close() {
    goOn.countDown();
    parley.close(Duration.ofSeconds(5));
  }

  private Subscription<Delivery<String>> handling() {
    Subscription<Delivery<String>> orders = channel.consume(ORDERS);
    CompletableFuture<Void> unused =
        orders.start(order -> {
          handled.add(order.body());
          goOn.await();
        });
    await().atMost(PATIENCE).until(() -> handled.size() == 1);
    return orders;
  }

  @Test
  void KAF_1_settlesWhatIsHandledBeforeItLetsGo_andDropsTheRest() {
    peer.publish("a:0", "a:1");
    Subscription<Delivery<String>> orders = handling();
    peer.link().release(PATIENCE);
    await().atMost(PATIENCE).until(() -> orders.lag().unsettled() + orders.lag().buffered() == 1);
    assertThat(peer.settled).isEmpty();
    goOn.countDown();

    await().atMost(PATIENCE).until(() -> peer.settled.contains("released"));
    assertThat(peer.settled).containsExactly("Ack 0", "released");
    assertThat(handled).containsExactly("a:0");
    assertThat(orders.lag().unsettled()).isZero();
  }

  @Test
  void KAF_1_settlesNothingOfWhatTookTooLong_andRecognisesItWhenItComesBack() {
    peer.publish("a:0");
    Subscription<Delivery<String>> orders = handling();
    peer.link().release(Duration.ZERO);
    await().atMost(PATIENCE).until(() -> peer.settled.contains("released"));
    peer.link().rewind();
    await().atMost(PATIENCE).until(() -> orders.lag().buffered() == 1);
    goOn.countDown();

    await().atMost(PATIENCE).until(() -> peer.settled.contains("Ack 0"));
    assertThat(handled).containsExactly("a:0");
    assertThat(peer.settled).containsExactly("released", "Ack 0");
  }

  @Test
  void KAF_1_doesNotWaitForWhatWaitsForItsRetry() {
    peer.publish("a:0");
    Subscription<Delivery<String>> orders =
        channel.consume(ORDERS, ConsumeOptions.DEFAULT.retryBase(Duration.ofHours(1)));
    CompletableFuture<Void> unused =
        orders.start(order -> {
          handled.add(order.body());
          order.retry(Duration.ofHours(1));
        });
    await().atMost(PATIENCE).until(() -> handled.size() == 1);
    peer.link().release(Duration.ofHours(1));

    await().atMost(PATIENCE).until(() -> peer.settled.contains("released"));
    assertThat(peer.settled).containsExactly("released");
    assertThat(orders.lag().unsettled()).isZero();
  }
}
