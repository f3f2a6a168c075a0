package dev.parley.testkit.history;

import static dev.parley.testkit.history.Rule.ANSWERED_ONCE;
import static dev.parley.testkit.history.Rule.AT_LEAST_ONCE;
import static dev.parley.testkit.history.Rule.AT_MOST_ONCE;
import static dev.parley.testkit.history.Rule.EFFECTIVELY_ONCE;
import static dev.parley.testkit.history.Rule.GAPS_REPORTED;
import static dev.parley.testkit.history.Rule.HONEST_FAILURES;
import static dev.parley.testkit.history.Rule.NOTHING_AFTER_CLOSE;
import static dev.parley.testkit.history.Rule.NOTHING_INVENTED;
import static dev.parley.testkit.history.Rule.PER_KEY_ORDER;
import static dev.parley.testkit.history.Rule.RESUMED_FIRST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.parley.Effect;
import dev.parley.Gap;
import dev.parley.Resumed;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Good histories pass every rule, and each kind of bad one is found by its rule. */
class HistoryCheckerTest {
  private final History history = History.of("by hand");
  private final Witness table = history.witness("table");

  private long ok() {
    return ok("");
  }

  private long ok(String key) {
    long id = history.invoke(key);
    history.ok(id);
    return id;
  }

  private long failed(Effect effect) {
    long id = history.invoke();
    history.fail(id, effect);
    return id;
  }

  private List<String> violations(Rule... rules) {
    return HistoryChecker.check(history, rules).violations().stream()
        .map(violation -> violation.toString().replaceAll("\\d+\\.\\d{3}s", "T"))
        .toList();
  }

  @Test
  void passesACorrectHistory() {
    table.resumed(1, Gap.NONE);
    long one = history.invoke("a");
    table.saw(one, 1);
    history.ok(one);
    long refused = history.invoke("a");
    history.fail(refused, Effect.NOT_SENT);
    long busy = history.invoke("a");
    history.fail(busy, Effect.NOT_PROCESSED);
    long cut = history.invoke("a");
    history.info(cut);
    table.resumed(2, Gap.POSSIBLE);
    table.saw(cut, 2);
    long other = history.invoke("b");
    table.saw(other, 2);
    history.ok(other);
    long unseen = history.invoke("b");
    history.fail(unseen, Effect.POSSIBLE);
    table.closed();

    HistoryReport report = HistoryChecker.check(history, Rule.values());

    report.assertClean();
    assertThat(report.isClean()).isTrue();
    assertThat(report)
        .hasToString(
            """
            by hand: 6 operations (2 ok, 2 failed, 2 open)
            table: 3 sightings of 3 operations, 2 connections, 1 gaps, closed
            kept: [AT_MOST_ONCE, AT_LEAST_ONCE, EFFECTIVELY_ONCE, HONEST_FAILURES, ANSWERED_ONCE, \
            PER_KEY_ORDER, NOTHING_AFTER_CLOSE, RESUMED_FIRST, GAPS_REPORTED, NOTHING_INVENTED]\
            """);
  }

  @Test
  void atMostOnce_findsRepetitions() {
    long id = ok();
    long open = history.invoke();
    table.saw(id);
    table.saw(open);
    table.saw(id);
    table.saw(open);

    assertThat(violations(AT_MOST_ONCE))
        .containsExactly(
            "AT_MOST_ONCE at table: operation 1 was seen 2 times: T, T; it was answered ok at T",
            "AT_MOST_ONCE at table: operation 2 was seen 2 times: T, T; it was never answered");
    assertThat(violations(AT_LEAST_ONCE, HONEST_FAILURES, PER_KEY_ORDER)).isEmpty();
  }

  @Test
  void atLeastOnce_findsLosses() {
    table.saw(ok());
    ok();
    failed(Effect.NOT_SENT);
    failed(Effect.POSSIBLE);

    assertThat(violations(AT_LEAST_ONCE))
        .containsExactly(
            "AT_LEAST_ONCE at table: operation 2 was answered ok at T, but was never seen");
    assertThat(violations(AT_MOST_ONCE)).isEmpty();
  }

  @Test
  void effectivelyOnce_findsLossesRepetitionsAndDishonestFailures() {
    ok();
    long twice = ok();
    table.saw(twice);
    table.saw(twice);
    table.saw(failed(Effect.NOT_SENT));
    table.saw(failed(Effect.NOT_PROCESSED));
    table.saw(failed(Effect.POSSIBLE));
    long openTwice = failed(Effect.POSSIBLE);
    table.saw(openTwice);
    table.saw(openTwice);

    assertThat(violations(EFFECTIVELY_ONCE))
        .containsExactly(
            "EFFECTIVELY_ONCE at table: operation 1 was answered ok at T, but was never seen",
            "EFFECTIVELY_ONCE at table: operation 2 was seen 2 times: T, T; it was answered ok at T",
            "EFFECTIVELY_ONCE at table: operation 6 was seen 2 times: T, T; it was answered open at T",
            "EFFECTIVELY_ONCE at table: operation 3 was answered failed at T without effect, but was seen at T",
            "EFFECTIVELY_ONCE at table: operation 4 was answered failed at T without effect, but was seen at T");
  }

  @Test
  void honestFailures_findsAFailureThatHadAnEffect() {
    table.saw(failed(Effect.NOT_SENT));
    table.saw(failed(Effect.POSSIBLE));

    assertThat(violations(HONEST_FAILURES))
        .containsExactly(
            "HONEST_FAILURES at table: operation 1 was answered failed at T without effect, but was seen at T");
    assertThat(violations(AT_MOST_ONCE, AT_LEAST_ONCE)).isEmpty();
  }

  @Test
  void answeredOnce_findsSilenceAndContradiction() {
    history.invoke("a");
    long twice = ok("a");
    history.info(twice);
    ok("a");

    assertThat(violations(ANSWERED_ONCE))
        .containsExactly(
            "ANSWERED_ONCE: operation 1 (a #1) was never answered",
            "ANSWERED_ONCE: operation 2 (a #2) was answered ok at T and open at T");
  }

  @Test
  void perKeyOrder_findsAnOvertaking_andAllowsRepetitions() {
    long a1 = ok("a");
    long a2 = ok("a");
    long a3 = ok("a");
    long b1 = ok("b");
    table.saw(b1);
    table.saw(a1);
    table.saw(a3);
    table.saw(a1);
    table.saw(a2);
    table.saw(a2);

    assertThat(violations(PER_KEY_ORDER))
        .containsExactly(
            "PER_KEY_ORDER at table: operation 2 (a #2) was first seen at T,"
                + " after the later operation 3 (a #3)");
  }

  @Test
  void nothingAfterClose_findsLateMessagesAndLateConnections() {
    long id = ok();
    table.saw(id);
    table.closed();
    table.saw(id);
    table.resumed(2, Gap.NONE);

    assertThat(violations(NOTHING_AFTER_CLOSE))
        .containsExactly(
            "NOTHING_AFTER_CLOSE at table: operation 1 was seen at T, after close returned at T",
            "NOTHING_AFTER_CLOSE at table: connection 2 was announced at T, after close returned at T");
  }

  @Test
  void resumedFirst_findsAMissingALateAndADoubleAnnouncement() {
    table.resumed(new Resumed(Gap.NONE, null, "replayed", 1));
    table.saw(ok(), 1);
    table.saw(ok(), 2);
    table.resumed(2, Gap.NONE);
    table.resumed(3, Gap.NONE);
    table.resumed(3, Gap.NONE);
    table.saw(ok(), 3);
    table.saw(ok(), 3);
    table.saw(ok(), 4);
    table.saw(ok());

    assertThat(violations(RESUMED_FIRST))
        .containsExactly(
            "RESUMED_FIRST at table: operation 2 was seen at T on connection 2, which was not announced before",
            "RESUMED_FIRST at table: connection 3 was announced again at T",
            "RESUMED_FIRST at table: operation 5 was seen at T on connection 4, which was not announced before",
            "RESUMED_FIRST at table: operation 6 was seen at T on no known connection: record it with saw(id, connection)");
  }

  @Test
  void gapsReported_findsASilentHole() {
    table.resumed(1, Gap.NONE);
    table.saw(ok("a"), 1);
    ok("a");
    long refused = history.invoke("a");
    history.fail(refused, Effect.NOT_SENT);
    ok("a");
    table.resumed(2, Gap.NONE);
    table.saw(ok("a"), 2);

    assertThat(violations(GAPS_REPORTED))
        .containsExactly(
            "GAPS_REPORTED at table: before operation 5 (a #5) was seen at T, 2 answered ok were skipped"
                + " and no gap was reported: operation 2 (a #2), operation 4 (a #4)");
  }

  @Test
  void gapsReported_findsASilentHoleBeforeTheFirstMessageOfAKey() {
    ok("a"); // before the witness began
    table.resumed(1, Gap.NONE);
    ok("a");
    table.saw(ok("a"), 1);

    assertThat(violations(GAPS_REPORTED))
        .containsExactly(
            "GAPS_REPORTED at table: before operation 3 (a #3) was seen at T, 1 answered ok were skipped"
                + " and no gap was reported: operation 2 (a #2)");
  }

  @Test
  void gapsReported_isKept_whenTheGapIsToldBeforeTheNextMessageOfTheKey() {
    table.resumed(1, Gap.NONE);
    table.saw(ok("a"), 1);
    table.saw(ok("b"), 1);
    ok("a");
    ok("b");
    table.resumed(2, Gap.LOST);
    table.saw(ok("a"), 2);
    table.saw(ok("b"), 2);
    assertThat(violations(GAPS_REPORTED)).isEmpty();

    ok("a");
    table.saw(ok("a"), 2);
    table.gap(); // too late
    assertThat(violations(GAPS_REPORTED)).hasSize(1);
  }

  @Test
  void gapsReported_isKept_whenTheGapIsToldWhileWhatCameBeforeItWaitsToBeHandled() {
    table.resumed(1, Gap.NONE);
    long waiting = ok("a");
    ok("a");
    table.resumed(2, Gap.POSSIBLE);
    table.saw(waiting, 1);
    table.saw(ok("a"), 2);
    assertThat(violations(GAPS_REPORTED)).isEmpty();

    ok("a");
    table.saw(ok("a"), 2); // of which nothing was told
    assertThat(violations(GAPS_REPORTED)).hasSize(1);
  }

  @Test
  void gapsReported_doesNotMindRepetitions() {
    table.resumed(1, Gap.NONE);
    long a1 = ok("a");
    long a2 = ok("a");
    long a3 = ok("a");
    table.saw(a1, 1);
    table.saw(a2, 1);
    table.saw(a1, 1);
    table.saw(a3, 1);
    assertThat(violations(GAPS_REPORTED)).isEmpty();
  }

  @Test
  void nothingInvented_isAlwaysChecked() {
    table.saw(99);
    assertThat(violations(AT_LEAST_ONCE))
        .containsExactly(
            "NOTHING_INVENTED at table: operation 99 was never invoked, but was seen at T");
    assertThat(violations(NOTHING_INVENTED)).hasSize(1);
  }

  @Test
  void judgesEachWitnessByItself() {
    Witness deliveries = history.witness("deliveries");
    long id = ok();
    deliveries.saw(id);
    deliveries.saw(id);
    table.saw(id);

    assertThat(HistoryChecker.check(deliveries, AT_LEAST_ONCE).isClean()).isTrue();
    assertThat(HistoryChecker.check(table, EFFECTIVELY_ONCE).isClean()).isTrue();
    assertThat(HistoryChecker.check(history, EFFECTIVELY_ONCE).violations())
        .extracting(Violation::witness)
        .containsExactly("deliveries");

    history.witness("a witness that was asleep");
    assertThat(HistoryChecker.check(history, AT_LEAST_ONCE).violations())
        .extracting(Violation::rule, Violation::witness, Violation::operation)
        .containsExactly(tuple(AT_LEAST_ONCE, "a witness that was asleep", 1L));
  }

  @Test
  void refusesToJudgeWithoutAWitness() {
    History unseen = History.of("unseen");
    unseen.ok(unseen.invoke());
    assertThat(HistoryChecker.check(unseen, ANSWERED_ONCE).isClean()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HistoryChecker.check(unseen, AT_MOST_ONCE))
        .withMessage(
            "History[unseen, 1 operations] has no witness, so [AT_MOST_ONCE] cannot be judged;"
                + " record what is seen with history.witness(name).saw(id)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HistoryChecker.check(unseen))
        .withMessage("name at least one rule to check");
  }

  @Test
  void failsWithTheFirstViolations() {
    for (int i = 0; i < 30; i++) {
      ok();
    }
    assertThatThrownBy(() -> HistoryChecker.check(history, AT_LEAST_ONCE).assertClean())
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith(
            """
            by hand: 30 operations (30 ok)
            table: 0 sightings of 0 operations, 0 connections, 0 gaps, not closed
            checked: [AT_LEAST_ONCE]
            - AT_LEAST_ONCE at table: operation 1 was answered ok at\
            """)
        .hasMessageContaining("operation 20 was")
        .hasMessageEndingWith("\n- and 10 more");
  }
}
