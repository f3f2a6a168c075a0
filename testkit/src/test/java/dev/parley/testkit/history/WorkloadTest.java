package dev.parley.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Effect;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class WorkloadTest {

  @Test
  void invokesEveryOperation_eachKeyFromOneThread() throws Exception {
    History history = History.of("workload");
    Witness witness = history.witness("witness");
    Map<String, Set<String>> threads = new ConcurrentHashMap<>();
    Workload.seeded(1)
        .operations(1_003)
        .writers(5)
        .keys(3)
        .run(
            history,
            (id, key) -> {
              threads
                  .computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet())
                  .add(Thread.currentThread().getName());
              witness.saw(id);
            });
    HistoryChecker.check(history, Rule.EFFECTIVELY_ONCE, Rule.PER_KEY_ORDER, Rule.ANSWERED_ONCE)
        .assertClean();
    assertThat(history.size()).isEqualTo(1_003);
    assertThat(threads).hasSize(15);
    assertThat(threads.values()).allMatch(names -> names.size() == 1);
  }

  @Test
  void theSeedDecides() throws Exception {
    assertThat(keys(1)).isEqualTo(keys(1)).isNotEqualTo(keys(2));
  }

  private static List<String> keys(long seed) throws Exception {
    List<String> keys = new ArrayList<>();
    Workload.seeded(seed)
        .operations(100)
        .writers(1)
        .run(History.of(""), (id, key) -> keys.add(key));
    return keys;
  }

  @Test
  void recordsFailuresByTheirEffect() throws Exception {
    History history = History.of("failures");
    Workload.seeded(1)
        .operations(4)
        .writers(1)
        .effectOf(e -> e instanceof ConnectException ? Effect.NOT_SENT : Effect.POSSIBLE)
        .run(
            history,
            (id, key) -> {
              if (id == 1) {
                throw new ConnectException();
              }
              if (id == 2) {
                throw new IllegalStateException();
              }
            });
    assertThat(HistoryChecker.check(history, Rule.ANSWERED_ONCE).toString())
        .startsWith("failures: 4 operations (2 ok, 1 failed, 1 open)");
  }

  @Test
  void letsAnErrorThrough() {
    assertThatThrownBy(() ->
            Workload.seeded(1)
                .run(
                    History.of(""),
                    (id, key) -> {
                      throw new AssertionError("wrong");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessage("wrong");
  }

  @Test
  void rejectsWhatMakesNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Workload.seeded(1).writers(0))
        .withMessage("writers (0) must be at least 1");
    assertThat(Workload.seeded(9))
        .hasToString("Workload[seed 9, 1000 operations, 4 writers with 4 keys each]");
  }
}
