package dev.parley.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Payload;
import dev.parley.QueueChannel;
import dev.parley.SendChannel;
import dev.parley.Topic;
import dev.parley.testkit.MemoryTransport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RelaySnippets {
  private static final Topic<String> READINGS = Topic.of("readings", String.class);
  private static final Topic<String> ALARMS = Topic.of("alarms", String.class);
  private static final Topic<Payload> DEAD = Topic.of("dead", Payload.class);

  @Test
  void relay() {
    try (MemoryTransport memory = MemoryTransport.create()) {
      QueueChannel mqtt = memory.parley().open("mem:sensors", QueueChannel.class);
      SendChannel kafka = memory.parley().open("mem:log", SendChannel.class);
      memory.publish(READINGS, Message.builder("hot").key("kitchen").build());
      memory.publish(READINGS, Message.builder("cold").key("cellar").build());
      // @start region="relay"
      Relay<Delivery<String>> relay =
          Relay.from(
                  mqtt,
                  READINGS,
                  ConsumeOptions.DEFAULT.concurrency(64).deadLetter(DeadLetter.to(kafka, DEAD)))
              .filter(reading -> reading.body().equals("hot"))
              .map(reading -> Message.of(reading.key().orElse("somewhere") + " is hot"))
              .to(kafka, ALARMS)
              .start();
      // @end region="relay"
      await()
          .atMost(Duration.ofSeconds(50))
          .until(() -> relay.counts().forwarded() + relay.counts().filtered() == 2);
      relay.close();
      assertThat(memory.messages(ALARMS))
          .extracting(Message::body)
          .containsExactly("kitchen is hot");
    }
  }
}
