package dev.parley.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.CallOptions;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.Topic;
import dev.parley.resilience.Resilience4jStages;
import dev.parley.store.MessageStore;
import dev.parley.testkit.MemoryStore;
import dev.parley.webhook.WebhookSigner;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many endpoints at one host, each of which is the whole of its own trouble. */
class WebhooksTest {
  private static final Topic<String> TOPIC = Topic.of("order.paid", String.class);
  private static final SigningKeys KEYS = SigningKeys.of(WebhookSigner.newSecret());

  /** A slow endpoint is slow for longer than a busy machine takes for the rest of the test. */
  private static final CallOptions PATIENT =
      CallOptions.DEFAULT.attemptTimeout(Duration.ofMinutes(2)).deadline(Duration.ofMinutes(2));

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final Parley parley =
      Parley.builder().workers(workers).stages(Resilience4jStages.create()).build();
  private final MessageStore store = MemoryStore.create();
  private final List<String> disabled = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
    workers.shutdownNow();
  }

  private Webhooks webhooks(Receiver receiver) {
    Duration[] soon = new Duration[10_000];
    Arrays.fill(soon, Duration.ofMillis(20));
    return Webhooks.over(
            store,
            endpoint ->
                WebhookSender.builder(receiver.uri() + "/" + endpoint)
                    .keys(KEYS)
                    .destinations(WebhookHarness.LOOPBACK)
                    .opening(opening -> opening.callOptions(PATIENT))
                    .onDisabled(why -> disabled.add(endpoint)))
        .options(WebhookSender.OUTBOX.concurrency(4).retrySchedule(soon))
        .start(parley);
  }

  private static void send(Webhooks webhooks, String endpoint, int count) {
    for (int i = 0; i < count; i++) {
      String id = endpoint + "-" + i;
      webhooks.to(endpoint).send(TOPIC, Message.builder("paid").id(id).key("k" + i % 2).build());
    }
  }

  private static List<String> ids(Receiver receiver, String endpoint) {
    return receiver.ids().stream().filter(id -> id.startsWith(endpoint)).toList();
  }

  @Test
  void slowDeadAndGoneEndpointsDelayNoOther() {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger held = new AtomicInteger();
    try (Receiver receiver =
            Receiver.start((arrival, exchange) -> {
              String endpoint = arrival.path().substring(1);
              if (endpoint.startsWith("slow")) {
                held.incrementAndGet();
                release.await(60, TimeUnit.SECONDS);
              }
              Receiver.answer(
                  exchange, endpoint.equals("dead") ? 500 : endpoint.equals("gone") ? 410 : 200);
            });
        Webhooks webhooks = webhooks(receiver)) {
      for (int i = 0; i < 10; i++) {
        send(webhooks, "slow" + i, 10);
      }
      send(webhooks, "dead", 40);
      send(webhooks, "gone", 3);
      await().atMost(Receiver.PATIENCE).until(() -> held.get() == 20); // two keys each
      await().atMost(Receiver.PATIENCE).until(() -> ids(receiver, "dead").size() >= 20);
      await().atMost(Receiver.PATIENCE).until(() -> webhooks.outbox("gone").open() == 0);

      send(webhooks, "good", 50);
      await().atMost(Receiver.PATIENCE).until(() -> webhooks.outbox("good").open() == 0);

      assertThat(ids(receiver, "good")).hasSize(50).doesNotHaveDuplicates();
      assertThat(ids(receiver, "good").stream().filter(id -> id.matches(".*[02468]")))
          .as("in order by key")
          .isEqualTo(
              java.util.stream.IntStream.range(0, 25).mapToObj(i -> "good-" + 2 * i).toList());
      assertThat(held).hasValue(20);
      assertThat(webhooks.outbox("dead").open()).isEqualTo(40);
      assertThat(disabled).containsExactly("gone");
      assertThat(webhooks.sender("gone").isDisabled()).isTrue();
      assertThat(webhooks.sender("good").isDisabled()).isFalse();
      release.countDown();
    }
  }

  @Test
  void sendsWhatWasStoredBefore_onceTheEndpointIsNamed() {
    AtomicInteger status = new AtomicInteger(500);
    try (Receiver receiver =
        Receiver.start((arrival, exchange) -> Receiver.answer(exchange, status.get()))) {
      try (Webhooks before = webhooks(receiver)) {
        send(before, "shop7", 2);
      }
      status.set(200);
      try (Webhooks after = webhooks(receiver)) {
        await().atMost(Receiver.PATIENCE).until(() -> after.outbox("shop7").open() == 0);
      }
      assertThat(receiver.ids()).contains("shop7-0", "shop7-1");
    }
  }

  @Test
  void asksForItsSettingsAnew_onceAnEndpointWasClosed() {
    try (Receiver receiver = Receiver.answering(410, 200);
        Webhooks webhooks = webhooks(receiver)) {
      WebhookSender before = webhooks.sender("shop7");
      send(webhooks, "shop7", 1);
      await().atMost(Receiver.PATIENCE).until(before::isDisabled);

      webhooks.close("shop7");
      webhooks.close("unknown");

      assertThat(webhooks.sender("shop7")).isNotSameAs(before);
      assertThat(webhooks.sender("shop7").isDisabled()).isFalse();
    }
  }

  @Test
  void refusesWhatComesAfterItsClose() {
    try (Receiver receiver = Receiver.answering(200)) {
      Webhooks webhooks = webhooks(receiver);
      webhooks.close();
      assertThatThrownBy(() -> webhooks.to("shop7"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("these webhooks were closed");
    }
  }
}
