package dev.parley.ladder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.ladder.OrderServer.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that are ended by {@code kill -9}, and what the next one makes of their position. */
@Tag("slow")
class KillTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int KILLS = 2;
  private static final int ORDERS = 30; // for each process

  @TempDir private Path folder;

  private Process start(String uri) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            Follower.class.getName(),
            uri,
            folder.toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }

  private List<Integer> effects() throws IOException {
    Path effects = Follower.effects(folder);
    return Files.exists(effects)
        ? Files.readAllLines(effects).stream().map(Integer::valueOf).toList()
        : List.of();
  }

  private void awaitEffects(int last) {
    await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(PATIENCE)
        .until(() -> effects().contains(last));
  }

  @ParameterizedTest
  @EnumSource(names = {"SSE", "POLLING"})
  void MATRIX_kill9_theNextProcessGoesOnFromTheStoredPosition(Transport transport)
      throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int published = 0;
    try (OrderServer server = new OrderServer()) {
      server.offer(Way.values());
      for (int kill = 0; kill <= KILLS; kill++) {
        Process follower = start(transport.orders(server.port()));
        try {
          for (int i = 0; i < ORDERS; i++) {
            server.publish();
          }
          published += ORDERS;
          awaitEffects(kill == KILLS ? published : published - random.nextInt(ORDERS));
        } finally {
          follower.destroyForcibly().waitFor(); // SIGKILL
        }
      }
    }

    assertThat(effects().stream().distinct())
        .as("seed %d", seed)
        .isEqualTo(IntStream.rangeClosed(1, published).boxed().toList());
    assertThat(effects()).as("once more at each kill").hasSizeBetween(published, published + KILLS);
  }
}
