package dev.parley.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.parley.ConfigurationException;
import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.DuplexChannel;
import dev.parley.Gap;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.Resumed;
import dev.parley.Session;
import dev.parley.State;
import dev.parley.StateChange;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the in-memory peer can do beyond what the suites ask of every adapter. */
class MemoryQueuesTest {
  private static final Topic<String> ORDERS = Topic.of("orders", String.class);
  private static final Operation<Void, String> PRICES =
      Operation.of("prices", Void.class, String.class);
  private static final Operation<String, String> CHAT =
      Operation.of("chat", String.class, String.class);

  private final MemoryTransport memory = MemoryTransport.create();
  private final Parley parley = memory.parley();

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void keepsDeadLettersWithReasonAndAttempts() throws Exception {
    QueueChannel orders = parley.open("mem:shop", QueueChannel.class);
    memory.publish(ORDERS, Message.builder("tea").key("ada").header("x", "y").build());
    try (Subscription<Delivery<String>> deliveries = orders.consume(ORDERS)) {
      deliveries
          .poll(Duration.ofSeconds(10))
          .orElseThrow()
          .reject(new IllegalStateException("out of tea"));
      await().atMost(Duration.ofSeconds(30)).until(() -> memory.backlog(ORDERS) == 0);
    }

    MemoryDeadLetter letter = memory.deadLetters(ORDERS).get(0);
    assertThat(letter.message().body().toText()).isEqualTo("tea");
    assertThat(letter.message().key()).contains("ada");
    assertThat(letter.message().headers().first("x")).contains("y");
    assertThat(letter.reason()).hasMessage("out of tea");
    assertThat(letter.attempts()).isEqualTo(1);
  }

  @Test
  void deliversTwiceAndTheEngineHandlesOnce() throws Exception {
    memory.faults().duplicate(3);
    QueueChannel orders = parley.open("mem:shop", QueueChannel.class);
    List<String> handled = new CopyOnWriteArrayList<>();
    Subscription<Delivery<String>> deliveries = orders.consume(ORDERS);
    deliveries.start(delivery -> handled.add(delivery.body()));
    for (int i = 0; i < 5; i++) {
      memory.publish(ORDERS, "order " + i);
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> memory.backlog(ORDERS) == 0);
    deliveries.close();

    assertThat(handled).containsExactly("order 0", "order 1", "order 2", "order 3", "order 4");
  }

  @Test
  void everyRedeliveryOfWhatIsBeingHandledIsSettledWithIt() throws Exception {
    QueueChannel orders = parley.open("mem:shop?ack=prefix", QueueChannel.class);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    CountDownLatch behind = new CountDownLatch(1); // what comes after both redeliveries
    Subscription<Delivery<String>> deliveries =
        orders.consume(
            ORDERS, ConsumeOptions.DEFAULT.concurrency(2).deadLetter(DeadLetter.LOG_AND_DROP));
    deliveries.start(delivery -> {
      if (delivery.body().equals("tea")) {
        begun.countDown();
        enough.await();
      } else {
        behind.countDown();
      }
    });
    memory.publish(ORDERS, Message.builder("tea").key("ada").build());
    assertThat(begun.await(50, TimeUnit.SECONDS)).isTrue();
    memory.faults().duplicate(1);
    memory.faults().cut(); // and "tea" comes twice more
    memory.publish(ORDERS, Message.builder("milk").key("bob").build());
    assertThat(behind.await(50, TimeUnit.SECONDS)).isTrue();
    enough.countDown();

    await().atMost(Duration.ofSeconds(50)).until(() -> memory.backlog(ORDERS) == 0);
  }

  @Test
  void reordersAsTheSeedSays() throws Exception {
    for (int i = 0; i < 50; i++) {
      memory.publish(ORDERS, "order " + i);
    }
    memory.faults().reorder(5, 42);
    QueueChannel orders = parley.open("mem:shop", QueueChannel.class);
    List<String> seen = new ArrayList<>();
    try (Subscription<Delivery<String>> deliveries = orders.consume(ORDERS)) {
      while (seen.size() < 50) {
        Delivery<String> delivery = deliveries.poll(Duration.ofSeconds(10)).orElseThrow();
        seen.add(delivery.body());
        delivery.ack();
      }
    }

    assertThat(new HashSet<>(seen)).hasSize(50);
    assertThat(seen).isNotEqualTo(seen.stream().sorted().toList());
    assertThat(memory.backlog(ORDERS)).isZero();
  }

  @Test
  void refusesAMemberThatDisagrees() {
    Subscription<Delivery<String>> first =
        parley
            .open("mem:shop", QueueChannel.class)
            .consume(ORDERS, ConsumeOptions.DEFAULT.group("g"));
    await().atMost(Duration.ofSeconds(30)).until(() -> first.state() == State.OPEN);
    Subscription<Delivery<String>> other =
        parley
            .open("mem:shop?ack=prefix", QueueChannel.class)
            .consume(ORDERS, ConsumeOptions.DEFAULT.group("g").deadLetter(DeadLetter.LOG_AND_DROP));
    await().atMost(Duration.ofSeconds(30)).until(() -> other.state() == State.FAILED);

    assertThatThrownBy(() -> other.poll(Duration.ZERO))
        .hasMessageContaining("was made with ack=single, and all its members must agree");
  }

  @Test
  void refusesWrongParameters() {
    assertThatThrownBy(() -> parley.open("mem:shop?ack=all", QueueChannel.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("the parameter ack must be single or prefix, but is all");
    assertThatThrownBy(() -> parley.open("mem:shop?without=wings", StreamChannel.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the parameter without must name features such as dead_letter, but names wings");
  }

  @Test
  void tellsOfALossWhenTheStreamWasTrimmed() throws Exception {
    List<Resumed> resumes = new CopyOnWriteArrayList<>();
    StreamChannel channel = parley.open("mem:quotes", StreamChannel.class);
    Subscription<Message<String>> prices =
        channel.stream(
            PRICES,
            null,
            StreamOptions.DEFAULT.listener(
                new StateListener() {
                  @Override
                  public void changed(StateChange change) {}

                  @Override
                  public void resumed(Resumed resumed) {
                    resumes.add(resumed);
                  }
                }));
    memory.publish(PRICES, "1");
    assertThat(prices.poll(Duration.ofSeconds(10))).isPresent();
    memory.faults().partition();
    for (int i = 2; i < 20; i++) {
      memory.publish(PRICES, Integer.toString(i));
    }
    memory.trim(PRICES, 3);
    memory.faults().heal();

    assertThat(prices.poll(Duration.ofSeconds(10)).orElseThrow().body()).isEqualTo("17");
    assertThat(resumes.get(resumes.size() - 1).gap()).isEqualTo(Gap.LOST);
  }

  @Test
  void talksAsTheTestTellsIt() throws Exception {
    memory.accept(CHAT, session -> session.onMessage(text -> session.send("you said " + text)));
    DuplexChannel channel = parley.open("mem:chat", DuplexChannel.class);
    try (Session<String, String> session = channel.open(CHAT)) {
      session.send("hello");

      assertThat(session.inbound().poll(Duration.ofSeconds(10)).orElseThrow().body())
          .isEqualTo("you said hello");
    }
    assertThat(memory.arrivals(CHAT)).isEqualTo(1);
  }
}
