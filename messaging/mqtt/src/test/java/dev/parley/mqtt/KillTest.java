package dev.parley.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ConsumeOptions;
import dev.parley.DeadLetter;
import dev.parley.Delivery;
import dev.parley.Parley;
import dev.parley.QueueChannel;
import dev.parley.ReconnectPolicy;
import dev.parley.SendChannel;
import dev.parley.State;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A consumer's process ends as by {@code kill -9}, again and again. In the build twice; {@code
 * -Dparley.mqtt.kills=50} is the full run.
 */
@Tag("slow")
class KillTest {
  private static final int KILLS = Integer.getInteger("parley.mqtt.kills", 2);
  private static final int MESSAGES_PER_KILL = 300;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  /**
   * The consumer: an effect is a line in a file, made before the delivery is acknowledged. After so
   * many it has itself killed; after none of them if that is 0.
   */
  static final class Consumer {
    public static void main(String[] arguments) throws Exception {
      String uri = arguments[0];
      Path effects = Path.of(arguments[1]);
      Topic<String> topic = Topic.of(arguments[2], String.class);
      int last = Integer.parseInt(arguments[3]);
      AtomicInteger made = new AtomicInteger();
      try (Parley parley = Parley.create()) {
        Subscription<Delivery<String>> received =
            parley
                .open(uri, QueueChannel.class)
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
          if (made.incrementAndGet() == last) {
            Process unusedSinceItIsTheEnd =
                new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid()))
                    .start();
            new CountDownLatch(1).await(); // this one is not acknowledged; the others go on
          }
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
    String broker = "mqtt://127.0.0.1:" + Mosquitto.shared().port();
    Path effects = folder.resolve("effects");
    Files.createFile(effects);
    TreeSet<String> sent = new TreeSet<>();
    try (Parley parley = Parley.create()) {
      prepareSession(parley, broker, own);
      SendChannel sends = parley.open(broker, SendChannel.class);
      for (int kill = 0; kill < KILLS; kill++) {
        for (int i = 0; i < MESSAGES_PER_KILL; i++) {
          String body = "k" + kill + "-" + i;
          sends.send(Topic.of(own, String.class), body);
          sent.add(body);
        }
        Process consumer = start(broker, effects, own, 1 + random.nextInt(MESSAGES_PER_KILL));
        assertThat(consumer.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .as("seed %d: it has ended", seed)
            .isTrue();
      }
      Process last = start(broker, effects, own, 0);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(effects(effects)).as("seed %d", seed).isEqualTo(sent));
      last.destroyForcibly().waitFor();
    }
  }

  private static void prepareSession(Parley parley, String broker, String own) {
    Subscription<Delivery<String>> first =
        parley
            .open(broker + "?clientId=" + own, QueueChannel.class)
            .consume(
                Topic.of(own, String.class),
                ConsumeOptions.DEFAULT.deadLetter(DeadLetter.LOG_AND_DROP));
    await().atMost(PATIENCE).until(() -> first.state() == State.OPEN);
    first.close();
  }

  private static TreeSet<String> effects(Path effects) throws IOException {
    return new TreeSet<>(Files.readAllLines(effects, StandardCharsets.UTF_8));
  }

  private Process start(String broker, Path effects, String own, int killedAfter)
      throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            Consumer.class.getName(),
            broker + "?clientId=" + own,
            effects.toString(),
            own,
            Integer.toString(killedAfter))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("consumer.log").toFile()))
        .start();
  }
}
