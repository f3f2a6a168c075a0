package dev.parley.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What 10,000 sockets do that a server closes at one instant; core's HerdTest does the rest. */
class HerdTest {
  private static final int CLIENTS = 10_000;

  @ParameterizedTest
  @ValueSource(ints = {1012, 1013})
  void REC_4_aServerThatRestartsIsDialledByFewOfThemAtATime(int code) {
    long[] waits =
        IntStream.range(0, CLIENTS)
            .mapToLong(
                client -> Failures.closed(code, Map.of()).retryAfter().orElseThrow().toMillis())
            .sorted()
            .toArray();

    assertThat(waits[0]).isBetween(5_000L, 5_100L);
    assertThat(waits[CLIENTS - 1]).isBetween(26_900L, 27_000L);
    assertThat(most(waits, 1_000)).as("in any second").isLessThan(CLIENTS * 6 / 100);
    assertThat(most(waits, 100)).as("in any tenth").isLessThan(CLIENTS / 100);
  }

  private static int most(long[] sorted, long millis) {
    int most = 0;
    int from = 0;
    for (int to = 0; to < sorted.length; to++) {
      while (sorted[to] - sorted[from] >= millis) {
        from++;
      }
      most = Math.max(most, to - from + 1);
    }
    return most;
  }
}
