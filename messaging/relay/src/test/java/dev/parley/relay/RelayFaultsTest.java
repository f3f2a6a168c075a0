package dev.parley.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.ReconnectPolicy;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Topic;
import dev.parley.testkit.MemoryFaults;
import dev.parley.testkit.MemoryTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides fail again and again: nothing is lost, and each key keeps its order. */
class RelayFaultsTest {
  private static final Topic<String> ORDERS = Topic.of("orders", String.class);
  private static final Topic<String> SOLD = Topic.of("sold", String.class);
  private static final Topic<Payload> DEAD = Topic.of("dead", Payload.class);
  private static final int SEEDS = Integer.getInteger("parley.relay.seeds", 4);
  private static final int ROUNDS = 12;
  private static final int MESSAGES = 40; // in each round
  private static final int KEYS = 7;
  private static final ConsumeOptions FAST =
      ConsumeOptions.DEFAULT
          .concurrency(5)
          .maxAttempts(1_000_000)
          .retryBase(Duration.ofMillis(2))
          .retryCap(Duration.ofMillis(10))
          .reconnect(
              ReconnectPolicy.DEFAULT
                  .base(Duration.ofMillis(2))
                  .cap(Duration.ofMillis(20))
                  .floor(Duration.ofMillis(1)));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mem:here",
        "mem+poll:here",
        "mem:here?ack=prefix&lanes=3",
        "mem+poll:here?ack=prefix",
        "mem:here?lease=2s"
      })
  void GRT_1_losesNothingAndKeepsTheOrderOfEachKey(String uri) {
    long first = Long.getLong("parley.conformance.seed", ThreadLocalRandom.current().nextLong());
    for (int i = 0; i < SEEDS; i++) {
      new Story(first + i, uri).run();
    }
  }

  private static final class Story {
    private final long seed;
    private final Random random;
    private final MemoryTransport here = MemoryTransport.create();
    private final MemoryTransport there = MemoryTransport.create();
    private final Relay<Delivery<String>> relay;
    private int published;

    Story(long seed, String uri) {
      this.seed = seed;
      this.random = new Random(seed);
      QueueChannel queue = here.parley().open(uri, QueueChannel.class);
      SendChannel send = there.parley().open("mem:there", SendChannel.class);
      this.relay =
          Relay.from(queue, ORDERS, FAST.deadLetter(DeadLetter.to(send, DEAD)))
              .to(send, SOLD)
              .start();
    }

    void run() {
      try (here;
          there) {
        for (int round = 0; round < ROUNDS; round++) {
          publish(MESSAGES / 2);
          trouble();
          publish(MESSAGES / 2);
        }
        await()
            .untilAsserted(() ->
                assertThat(relay.counts().forwarded() < published || here.backlog(ORDERS) > 0)
                    .as("seed %d, %s, %s, %s", seed, relay, relay.counts(), relay.lag())
                    .isFalse());
        relay.close();
        check();
      }
    }

    private ConditionFactory await() {
      return Awaitility.await("seed " + seed).atMost(Duration.ofSeconds(50));
    }

    private void publish(int count) {
      for (int i = 0; i < count; i++) {
        int number = published++;
        here.publish(ORDERS, Message.builder("" + number).key("key " + number % KEYS).build());
      }
    }

    private void trouble() {
      MemoryFaults to = there.faults();
      MemoryFaults from = here.faults();
      switch (random.nextInt(7)) {
        case 0 -> to.loseReplies(random.nextInt(8));
        case 1 -> to.refuse(random.nextInt(8));
        case 2 -> to.cut();
        case 3 -> from.cut();
        case 4 -> {
          to.partition();
          long before = relay.counts().repeated();
          await().until(() -> relay.counts().repeated() > before || here.backlog(ORDERS) == 0);
          to.heal();
        }
        case 5 -> {
          from.refuse();
          await()
              .until(() -> {
                from.cut(); // also a connection that stood only after the refusal
                return relay.state() != State.OPEN;
              });
          from.heal();
        }
        default -> {
          to.loseReplies(2);
          from.cut();
          from.duplicate(3);
        }
      }
    }

    private void check() {
      Map<String, Set<Integer>> firsts = new HashMap<>();
      for (Message<String> each : there.messages(SOLD)) {
        firsts
            .computeIfAbsent(each.key().orElseThrow(), any -> new LinkedHashSet<>())
            .add(Integer.parseInt(each.body()));
      }
      for (int key = 0; key < KEYS; key++) {
        List<Integer> expected = new ArrayList<>();
        for (int number = key; number < published; number += KEYS) {
          expected.add(number);
        }
        assertThat(firsts.get("key " + key))
            .as("seed %d, key %d, in the order of first arrival", seed, key)
            .containsExactlyElementsOf(expected);
      }
      assertThat(there.messages(DEAD)).as("seed %d", seed).isEmpty();
    }
  }
}
