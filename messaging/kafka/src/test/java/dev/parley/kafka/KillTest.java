package dev.parley.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.ReconnectPolicy;
import dev.parley.SendChannel;
import dev.parley.Subscription;
import dev.parley.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A consumer's process ends as by {@code kill -9}, again and again. In the build twice; {@code
 * -Dparley.kafka.kills=50} is the full run.
 */
@Tag("slow")
class KillTest {
  private static final int KILLS = Integer.getInteger("parley.kafka.kills", 2);
  private static final int MESSAGES_PER_KILL = 300;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  /** The consumer: an effect is a line in a file, made before the delivery is acknowledged. */
  static final class Consumer {
    public static void main(String[] arguments) throws Exception {
      String uri = arguments[0];
      Path effects = Path.of(arguments[1]);
      Topic<String> topic = Topic.of(arguments[2], String.class);
      try (Parley parley = Parley.create()) {
        Subscription<Delivery<String>> received =
            KafkaChannel.builder(uri)
                .group("kill")
                .property("session.timeout.ms", 2_000)
                .property("heartbeat.interval.ms", 500)
                .open(parley)
                .consume(
                    topic,
                    ConsumeOptions.DEFAULT
                        .concurrency(4)
                        .deadLetter(DeadLetter.LOG_AND_DROP)
                        .reconnect(ReconnectPolicy.DEFAULT.base(Duration.ofMillis(20))));
        received.run(delivery -> {
          Files.writeString(
              effects,
              delivery.body() + "\n",
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
          Thread.sleep(1); // so that some are in between when it is killed
        });
      }
    }
  }

  @Test
  @Timeout(600)
  void RD_missesNoEffectOfWhatAKilledProcessHasAcknowledged() throws Exception {
    long seed = Long.getLong("parley.conformance.seed", ThreadLocalRandom.current().nextLong());
    Random random = new Random(seed);
    String own = UUID.randomUUID().toString();
    String broker = "kafka://" + Broker.shared().direct();
    Broker.shared().create(own, 2);
    Path effects = folder.resolve("effects");
    Files.createFile(effects);
    TreeSet<String> sent = new TreeSet<>();
    try (Parley parley = Parley.create()) {
      SendChannel sends = parley.open(broker, SendChannel.class);
      for (int kill = 0; kill < KILLS; kill++) {
        for (int i = 0; i < MESSAGES_PER_KILL; i++) {
          String body = "k" + kill + "-" + i;
          sends.send(Topic.of(own, String.class), Message.builder(body).key("k" + i % 16).build());
          sent.add(body);
        }
        int before = effects(effects).size();
        Process consumer = start(broker, effects, own);
        int enough = before + 1 + random.nextInt(MESSAGES_PER_KILL);
        await()
            .atMost(PATIENCE)
            .until(() -> {
              int done = effects(effects).size();
              return done >= Math.min(enough, sent.size()) || !consumer.isAlive();
            });
        consumer.destroyForcibly().waitFor();
      }
      Process last = start(broker, effects, own);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(effects(effects)).as("seed %d", seed).isEqualTo(sent));
      last.destroyForcibly().waitFor();
    }
  }

  private static TreeSet<String> effects(Path effects) throws IOException {
    return new TreeSet<>(Files.readAllLines(effects, StandardCharsets.UTF_8));
  }

  private Process start(String broker, Path effects, String own) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            Consumer.class.getName(),
            broker,
            effects.toString(),
            own)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("consumer.log").toFile()))
        .start();
  }
}
