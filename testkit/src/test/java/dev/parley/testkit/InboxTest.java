package dev.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.store.DeadMessage;
import dev.parley.store.Inbox;
import dev.parley.store.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InboxTest {
  private static final Operation<Void, String> PRICES =
      Operation.of("prices", Void.class, String.class);
  private static final Topic<String> TOPIC = Topic.of("prices", String.class);
  private static final ConsumeOptions FAST =
      ConsumeOptions.DEFAULT
          .maxAttempts(2)
          .retryBase(Duration.ofMillis(5))
          .retryCap(Duration.ofMillis(10));

  private final MemoryStore store = MemoryStore.create();
  private final MemoryTransport memory = MemoryTransport.create();
  private final Parley parley = Parley.builder().provider(memory).build();
  private final Inbox inbox = Inbox.create(store, "inbox");
  private final List<String> handled = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    parley.close();
    memory.close();
  }

  @Test
  void INB_storesAStreamAndGoesOnWhereItWas() {
    StreamChannel stream = parley.open("mem:feed", StreamChannel.class);
    try (var unused = inbox.over(stream, PRICES, null, StreamOptions.DEFAULT)) {
      await().atMost(30, TimeUnit.SECONDS).until(() -> memory.arrivals(PRICES) > 0);
      publish(0, 3);
      await().atMost(30, TimeUnit.SECONDS).until(() -> inbox.open(TOPIC) == 3);
    }
    publish(3, 5); // nobody listens
    try (var unused = inbox.over(stream, PRICES, null, StreamOptions.DEFAULT);
        Subscription<Delivery<String>> prices = inbox.open(parley).consume(TOPIC, FAST)) {
      var running = prices.start(delivery -> handled.add(delivery.body()));
      publish(5, 7);
      await().atMost(30, TimeUnit.SECONDS).until(() -> handled.size() >= 7);
      assertThat(running).isNotDone();
    }
    assertThat(handled).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6");
  }

  @Test
  void INB_letsAStreamWaitWhileTheStoreIsDown() {
    StreamChannel stream = parley.open("mem:feed", StreamChannel.class);
    try (var unused = inbox.over(stream, PRICES, null, StreamOptions.DEFAULT)) {
      await().atMost(30, TimeUnit.SECONDS).until(() -> memory.arrivals(PRICES) > 0);
      store.down(true);
      publish(0, 3);
      store.down(false);
      await().atMost(30, TimeUnit.SECONDS).until(() -> inbox.open(TOPIC) == 3);
    }
  }

  @Test
  void DLQ_4_redrivesWhatIsAskedFor() throws Exception {
    AtomicBoolean works = new AtomicBoolean();
    try (Subscription<Delivery<String>> prices = inbox.open(parley).consume(TOPIC, FAST)) {
      var running =
          prices.start(delivery -> {
            if (!works.get()) {
              throw new IllegalStateException("not yet");
            }
            handled.add(delivery.body());
          });
      accept("a");
      accept("b");
      await().atMost(30, TimeUnit.SECONDS).until(() -> inbox.dead(TOPIC, 0, 10).size() == 2);
      DeadMessage dead = inbox.dead(TOPIC, 0, 10).get(0);
      assertThat(dead.reason()).isEqualTo("java.lang.IllegalStateException: not yet");
      works.set(true);
      int redriven = inbox.redrive(TOPIC, each -> each.message().id().equals("b"), 100);
      assertThat(redriven).isEqualTo(1);
      await().atMost(30, TimeUnit.SECONDS).until(() -> handled.contains("b"));
      assertThat(running).isNotDone();
    }
    assertThat(handled).containsExactly("b");
    assertThat(inbox.dead(TOPIC, 0, 10)).hasSize(1);
  }

  @Test
  void DLQ_4_countsTheAttemptsOfARedrivenOneFromTheStart() throws Exception {
    List<Integer> attempts = Collections.synchronizedList(new ArrayList<>());
    try (Subscription<Delivery<String>> prices = inbox.open(parley).consume(TOPIC, FAST)) {
      var running =
          prices.start(delivery -> {
            attempts.add(delivery.attempt().orElse(0));
            throw new IllegalStateException("never");
          });
      accept("a");
      await().atMost(30, TimeUnit.SECONDS).until(() -> inbox.dead(TOPIC, 0, 10).size() == 1);
      inbox.redrive(TOPIC, each -> true, 100);
      await().atMost(30, TimeUnit.SECONDS).until(() -> attempts.size() == 4);
      assertThat(running).isNotDone();
    }
    assertThat(attempts).containsExactly(1, 2, 1, 2);
  }

  private void accept(String id) {
    inbox.accept(StoredMessage.of(id, "prices", id.getBytes(StandardCharsets.UTF_8), "text/plain"));
  }

  private void publish(int from, int to) {
    for (int i = from; i < to; i++) {
      memory.publish(PRICES, Message.builder(Integer.toString(i)).id("price-" + i).build());
    }
  }
}
