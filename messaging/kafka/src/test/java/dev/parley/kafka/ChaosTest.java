package dev.parley.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.CallOptions;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.Receipt;
import dev.parley.ReconnectPolicy;
import dev.parley.RetryBudget;
import dev.parley.RetryPolicy;
import dev.parley.SendChannel;
import dev.parley.State;
import dev.parley.Subscription;
import dev.parley.Topic;
import dev.parley.testkit.conformance.Note;
import dev.parley.testkit.fault.FaultProxy;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many messages, cuts, broker restarts and poison at once. In the build a small run; {@code
 * -Dparley.kafka.chaos=100000} is the full one, with 20 cuts, 5 restarts and 50 poison messages.
 */
@Tag("slow")
class ChaosTest {
  private static final int MESSAGES = Integer.getInteger("parley.kafka.chaos", 2_000);
  private static final boolean FULL = MESSAGES >= 100_000;
  private static final int CUTS = FULL ? 20 : 4;
  private static final int RESTARTS = FULL ? 5 : 2;
  private static final int POISON = FULL ? 50 : 10;
  private static final int KEYS = 64;
  private static final Duration PATIENCE = Duration.ofMinutes(FULL ? 10 : 2);

  private static final ReconnectPolicy FAST =
      ReconnectPolicy.DEFAULT.base(Duration.ofMillis(20)).cap(Duration.ofMillis(200));
  // A cut hits all keys at once, which the default budget takes for a storm of retries.
  private static final RetryBudget PLENTY =
      new RetryBudget(1_000_000, 14, 5, 14, Duration.ofSeconds(10));
  private static final CallOptions PATIENT =
      CallOptions.DEFAULT
          .deadline(PATIENCE)
          .attemptTimeout(Duration.ofSeconds(60))
          .retry(RetryPolicy.DEFAULT.maxAttempts(10));

  private final String own = UUID.randomUUID().toString();
  private final Topic<Note> orders =
      Topic.of("orders", Note.class)
          .with(Idempotency.IDEMPOTENT)
          .bind(Kafka.topic(own + "-orders"));
  private final Topic<Payload> rubbish =
      Topic.of("rubbish", Payload.class)
          .with(Idempotency.IDEMPOTENT)
          .bind(Kafka.topic(own + "-orders"));
  private final Topic<Payload> dead = Topic.of(own + "-dead", Payload.class);

  // What the handlers have seen.
  private final Map<String, Integer> lastOfKey = new ConcurrentHashMap<>();
  private final AtomicInteger handled = new AtomicInteger();
  private final AtomicInteger outOfOrder = new AtomicInteger();
  private final AtomicInteger duplicates = new AtomicInteger();
  private final Map<String, String> letters = new ConcurrentHashMap<>(); // id to reason

  @Test
  @Timeout(1200)
  void GRT_1_losesNothingKeepsOrderAndFindsAllPoison() throws Exception {
    long seed = Long.getLong("parley.conformance.seed", ThreadLocalRandom.current().nextLong());
    Random random = new Random(seed);
    Broker broker = Broker.shared();
    FaultProxy proxy = broker.proxy();
    broker.create(own + "-orders", 4);
    broker.create(own + "-dead", 1);
    try (Parley parley = Parley.builder().codecs(Note.codecs()).retryBudget(PLENTY).build()) {
      KafkaChannel channel =
          KafkaChannel.builder("kafka://" + broker.proxied())
              .group(own)
              .deliveryTimeout(PATIENCE)
              .open(parley);
      SendChannel sends = channel;
      QueueChannel queues = channel;
      ConsumeOptions options =
          ConsumeOptions.DEFAULT
              .reconnect(FAST)
              .maxAttempts(3)
              .retryBase(Duration.ofMillis(5))
              .retryCap(Duration.ofMillis(20))
              .remembered(200_000);
      Subscription<Delivery<Payload>> deadLetters =
          queues.consume(dead, options.deadLetter(DeadLetter.LOG_AND_DROP));
      Subscription<Delivery<Note>> received =
          queues.consume(orders, options.concurrency(8).deadLetter(DeadLetter.to(sends, dead)));
      await()
          .atMost(PATIENCE)
          .until(() -> received.state() == State.OPEN && deadLetters.state() == State.OPEN);
      CompletableFuture<Void> unusedHandling = received.start(this::handle);
      CompletableFuture<Void> unusedLetters =
          deadLetters.start(letter ->
              letters.put(
                  letter.id().orElseThrow(),
                  letter.headers().first("parley-dead-letter-reason").orElse("")));

      AtomicInteger sent = new AtomicInteger();
      CompletableFuture<?> all = sendAll(sends, sent);
      for (int i = 1; i <= CUTS + RESTARTS; i++) {
        int reached = (MESSAGES + POISON) * i / (CUTS + RESTARTS + 1);
        await().atMost(PATIENCE).until(() -> sent.get() >= reached || all.isDone());
        if (i % (CUTS / RESTARTS + 1) == 0) {
          broker.restart();
        } else if (random.nextBoolean()) {
          proxy.cutAll();
        } else {
          proxy.refuse();
          proxy.cutAll();
          proxy.reopen();
        }
      }
      all.get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(handled.get() + letters.size())
                  .as("seed %d", seed)
                  .isEqualTo(MESSAGES + POISON));
    }
    System.out.printf(
        "Kafka chaos: %d messages, %d cuts, %d broker restarts, %d poison, 8 workers, %d keys:"
            + " 0 lost, %d out of order, %d in the dead letters, %d handled twice; seed %d%n",
        MESSAGES,
        CUTS,
        RESTARTS,
        POISON,
        KEYS,
        outOfOrder.get(),
        letters.size(),
        duplicates.get(),
        seed);

    assertThat(outOfOrder).as("seed %d", seed).hasValue(0);
    assertThat(duplicates).as("seed %d", seed).hasValue(0);
    assertThat(letters).as("seed %d", seed).hasSize(POISON);
    letters.forEach((id, reason) ->
        assertThat(reason)
            .contains(id.startsWith("rubbish") ? "CodecException" : "this order is poison"));
  }

  /** One at a time for each key, since a message that is sent again must not be overtaken. */
  private CompletableFuture<?> sendAll(SendChannel sends, AtomicInteger sent) {
    CompletableFuture<?>[] chains = new CompletableFuture<?>[KEYS];
    for (int key = 0; key < KEYS; key++) {
      chains[key] = sendNext(sends, sent, key, key);
    }
    return CompletableFuture.allOf(chains);
  }

  private CompletableFuture<?> sendNext(
      SendChannel sends, AtomicInteger sent, int key, int number) {
    if (number >= MESSAGES + POISON) {
      return CompletableFuture.completedFuture(null);
    }
    return send(sends, "k" + key, number)
        .thenCompose(receipt -> {
          sent.incrementAndGet();
          return sendNext(sends, sent, key, number + KEYS);
        });
  }

  private CompletableFuture<Receipt> send(SendChannel sends, String key, int number) {
    int poison = number / (MESSAGES / POISON + 1);
    boolean isPoison = number % (MESSAGES / POISON + 1) == 7 && poison < POISON;
    if (isPoison && poison % 2 == 0) {
      return sends.submit(
          rubbish,
          Message.builder(Payload.of(new byte[] {1, 2, 3}, Note.CONTENT_TYPE))
              .id("rubbish-" + number)
              .key(key)
              .build(),
          PATIENT);
    }
    Note note = new Note(isPoison ? "poison" : Integer.toString(number), key);
    return sends.submit(
        orders, Message.builder(note).id(note.id() + "-" + number).key(key).build(), PATIENT);
  }

  private void handle(Delivery<Note> delivery) {
    if (delivery.body().id().equals("poison")) {
      throw new IllegalStateException("this order is poison");
    }
    int number = Integer.parseInt(delivery.body().id());
    Integer before = lastOfKey.put(delivery.body().text(), number);
    if (before != null && before == number) {
      duplicates.incrementAndGet();
    } else {
      handled.incrementAndGet();
      if (before != null && before > number) {
        outOfOrder.incrementAndGet();
      }
    }
  }
}
