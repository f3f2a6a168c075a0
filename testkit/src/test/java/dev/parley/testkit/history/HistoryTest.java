package dev.parley.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.Effect;
import dev.parley.Guarantee;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryTest {

  @Test
  void showsHowItIsUsed() {
    // @start region="first"
    History history = History.of("seed 42");
    Witness table = history.witness("table of orders");

    long first = history.invoke(); // then send it, with its number in it
    table.saw(first); // the server, when it has stored the order
    history.ok(first); // the client, when it has the answer

    long second = history.invoke();
    history.fail(second, Effect.NOT_SENT); // refused: certainly nothing happened

    HistoryChecker.check(history, Rule.EFFECTIVELY_ONCE).assertClean();
    // @end
    assertThat(history).hasToString("History[seed 42, 2 operations]");
  }

  @Test
  void numbersOperationsFromOne_andCountsEachKey() {
    History history = History.of("");
    assertThat(history.invoke("a")).isEqualTo(1);
    assertThat(history.invoke("b")).isEqualTo(2);
    assertThat(history.invoke("a")).isEqualTo(3);
    assertThat(history.operations())
        .extracting(History.Operation::toString)
        .containsExactly("operation 1 (a #1)", "operation 2 (b #1)", "operation 3 (a #2)");
  }

  @Test
  void rejectsAnAnswerToNothing() {
    History history = History.of("");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> history.ok(1))
        .withMessage("operation 1 was never invoked; take the number from invoke()");
  }

  @Test
  void hasOneWitnessPerName() {
    History history = History.of("");
    assertThat(history.witness("a")).isSameAs(history.witness("a")).hasToString("a");
    assertThat(history.witness("a")).isNotSameAs(history.witness("b"));
  }

  @Test
  void losesNothing_whenManyThreadsRecord() throws Exception {
    History history = History.of("threads");
    Witness table = history.witness("table");
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String key = "key " + i;
      threads.add(
          new Thread(() -> {
            for (int n = 0; n < 5_000; n++) {
              long id = history.invoke(key);
              table.saw(id);
              history.ok(id);
            }
          }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    HistoryReport report =
        HistoryChecker.check(
            history, Rule.EFFECTIVELY_ONCE, Rule.ANSWERED_ONCE, Rule.PER_KEY_ORDER);
    report.assertClean();
    assertThat(report.toString()).contains("40000 operations (40000 ok)");
  }

  @Test
  void knowsTheRuleOfAGuarantee() {
    for (Guarantee guarantee : Guarantee.values()) {
      assertThat(Rule.of(guarantee).name()).isEqualTo(guarantee.name());
    }
  }
}
