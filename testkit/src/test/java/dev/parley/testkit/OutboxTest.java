package dev.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Receipt;
import dev.parley.SendChannel;
import dev.parley.Topic;
import dev.parley.spi.Admission;
import dev.parley.store.Outbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final Topic<String> EVENTS = Topic.of("events", String.class);

  private final MemoryStore store = MemoryStore.create();
  private final MemoryTransport memory = MemoryTransport.create();
  private final Parley parley = Parley.builder().provider(memory).build();
  private final SendChannel broker = parley.open("mem:broker", SendChannel.class);
  private final List<String> taken = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Integer> failures = new HashMap<>();

  private Outbox outbox() {
    memory.take(
        EVENTS,
        request -> {
          String body = request.body();
          synchronized (failures) {
            int left = failures.merge(body, -1, Integer::sum);
            if (left >= 0) {
              throw MemoryException.of(
                  body.startsWith("bad") ? Kind.PERMANENT : Kind.TRANSIENT,
                  Effect.NOT_PROCESSED,
                  "not now");
            }
          }
          taken.add(body);
          return CompletableFuture.completedFuture(null);
        });
    return Outbox.over(broker, store, "events")
        .options(
            ConsumeOptions.DEFAULT
                .concurrency(8)
                .maxAttempts(4)
                .retryBase(Duration.ofMillis(5))
                .retryCap(Duration.ofMillis(20)))
        .start(parley);
  }

  @AfterEach
  void close() {
    parley.close();
    memory.close();
  }

  @Test
  void OBX_1_storesAndSends() {
    try (Outbox outbox = outbox()) {
      Receipt receipt = outbox.channel().send(EVENTS, "one");
      assertThat(receipt.level()).isEqualTo(Receipt.Level.STORED_IN_OUTBOX);
      awaitSent(outbox);
    }
    assertThat(taken).containsExactly("one");
  }

  @Test
  void OBX_1_keepsTheOrderOfAKeyWhileItRetries() {
    failures.put("a0", 3);
    try (Outbox outbox = outbox()) {
      for (int i = 0; i < 5; i++) {
        outbox.channel().send(EVENTS, Message.builder("a" + i).key("a").build());
        outbox.channel().send(EVENTS, Message.builder("b" + i).key("b").build());
      }
      awaitSent(outbox);
    }
    assertThat(taken)
        .filteredOn(each -> each.startsWith("a"))
        .containsExactly("a0", "a1", "a2", "a3", "a4");
    assertThat(taken)
        .filteredOn(each -> each.startsWith("b"))
        .containsExactly("b0", "b1", "b2", "b3", "b4");
  }

  @Test
  void DLQ_1_keepsWhatFailsForGoodAndSendsItAgainOnDemand() throws Exception {
    failures.put("bad", 1);
    try (Outbox outbox = outbox()) {
      outbox.channel().send(EVENTS, Message.builder("bad").id("id-1").build());
      await().atMost(30, TimeUnit.SECONDS).until(() -> outbox.dead(0, 10).size() == 1);
      assertThat(outbox.open()).isZero();
      assertThat(outbox.dead(0, 10).get(0).message().id()).isEqualTo("id-1");
      assertThat(outbox.redrive(each -> true, 100)).isEqualTo(1);
      awaitSent(outbox);
      assertThat(outbox.dead(0, 10)).isEmpty();
    }
    assertThat(taken).containsExactly("bad");
  }

  @Test
  void DLQ_1_givesUpAfterAsManyAttemptsAsItMay_eachOneRequest() {
    failures.put("poor", 1_000);
    try (Outbox outbox = outbox()) {
      outbox.channel().send(EVENTS, "poor");
      await().atMost(30, TimeUnit.SECONDS).until(() -> outbox.dead(0, 10).size() == 1);
    }
    assertThat(taken).isEmpty();
    assertThat(failures).containsEntry("poor", 996);
  }

  @Test
  void keepsWhatThisProgramsOwnLimitsRefuse() {
    AtomicInteger refused = new AtomicInteger();
    Admission limit =
        new Admission() {
          @Override
          public long tryEnter(long patienceNanos) {
            return refused.incrementAndGet() <= 2 ? -1 : 0;
          }

          @Override
          public String describe() {
            return "a limit";
          }
        };
    SendChannel limited = parley.at("mem:broker").admission(limit).open(SendChannel.class);
    memory.take(
        EVENTS,
        request -> {
          taken.add(request.body());
          return CompletableFuture.completedFuture(null);
        });
    try (Outbox outbox =
        Outbox.over(limited, store, "limited")
            .options(ConsumeOptions.DEFAULT.retryBase(Duration.ofMillis(5)))
            .start(parley)) {
      outbox.channel().send(EVENTS, "one");
      awaitSent(outbox);
      assertThat(outbox.dead(0, 10)).isEmpty();
    }
    assertThat(taken).containsExactly("one");
  }

  @Test
  void KEY_1_sendsUnderOneIdWhateverHappens() {
    try (Outbox outbox = outbox()) {
      outbox.channel().send(EVENTS, Message.builder("one").id("id-1").build());
      awaitSent(outbox);
    }
    assertThat(memory.messages(EVENTS))
        .extracting(each -> each.id().orElse(""))
        .containsOnly("id-1");
  }

  @Test
  void GRT_1_goesOnWhereAnEarlierOneEnded() {
    failures.put("later", 1_000_000);
    Outbox first = Outbox.over(broker, store, "events").start(parley);
    memory.take(
        EVENTS,
        request -> {
          throw MemoryException.of(Kind.TRANSIENT, Effect.NOT_PROCESSED, "not now");
        });
    first.channel().send(EVENTS, "later");
    first.close();
    assertThat(store.open("events")).isEqualTo(1);
    failures.clear();
    try (Outbox second = outbox()) {
      awaitSent(second);
    }
    assertThat(taken).containsExactly("later");
  }

  private static void awaitSent(Outbox outbox) {
    await().atMost(30, TimeUnit.SECONDS).until(() -> outbox.open() == 0);
  }
}
