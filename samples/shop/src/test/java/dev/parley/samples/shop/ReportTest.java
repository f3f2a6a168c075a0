package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  @Test
  void showsBothClientsSideBySide() {
    assertThat(new Report(List.of(good(), bad())).render())
        .isEqualToNormalizingNewlines(
            """
                                                      Parley  naive OkHttp
            --------------------------------------------------------------
            orders asked                               1,000         1,000
              placed                                   1,000           997
              duplicated                                   0            12
              lost                                         0             3
            told placed, but not there                     0             0
            told failed, but placed                        0             2
            outcome left unknown                           0             0
            attempts                                   1,003         1,010
            requests that reached the shop             1,002         1,015
            retries                                        3            10
              connection reset                             1            10
              503, busy                                    2             0
            p50, of confirmed orders                  4.0 ms       10.1 ms
            p99, of confirmed orders                  1.51 s       10.1 ms

            Parley: every order placed exactly once.
            naive OkHttp: 3 lost, 12 placed twice, 2 placed although the customer was told it failed.\
            """);
  }

  @Test
  void passes_whenTheFirstClientIsExact() {
    assertThat(new Report(List.of(good(), bad())).isPassed()).isTrue();
    assertThat(new Report(List.of(bad(), good())).isPassed()).isFalse();
  }

  @Test
  void addsUpRuns() {
    Report.Column sum = good().plus(good());

    assertThat(sum.audit().asked()).isEqualTo(2000);
    assertThat(sum.requests()).isEqualTo(2004);
    assertThat(sum.tally().attempts()).isEqualTo(2006);
    assertThat(sum.tally().told(Answer.Told.PLACED)).isEqualTo(2000);
    assertThat(sum.tally().retries()).isEqualTo(6);
    assertThat(sum.tally().percentile(50)).isEqualTo(good().tally().percentile(50));
  }

  @Test
  void percentilesAreTrueToOnePercent() {
    Latencies latencies = new Latencies();
    for (int millis = 1; millis <= 1000; millis++) {
      latencies.add(Duration.ofMillis(millis));
    }

    assertThat(millis(latencies.percentile(50))).isCloseTo(500, within(5.5));
    assertThat(millis(latencies.percentile(99))).isCloseTo(990, within(10.0));
    assertThat(new Latencies().percentile(99)).isZero();
  }

  private static Report.Column good() {
    Tally tally = new Tally();
    add(tally, 980, Duration.ofMillis(4), Answer.Told.PLACED, List.of());
    add(tally, 18, Duration.ofMillis(1500), Answer.Told.PLACED, List.of());
    add(tally, 1, Duration.ofMillis(1500), Answer.Told.PLACED, List.of(Trouble.RESET));
    add(
        tally,
        1,
        Duration.ofMillis(1500),
        Answer.Told.PLACED,
        List.of(Trouble.HTTP_503, Trouble.HTTP_503));
    return new Report.Column("Parley", tally, new Ledger.Audit(1000, 1000, 0, 0, 0, 0, 0), 1002);
  }

  private static Report.Column bad() {
    Tally tally = new Tally();
    add(tally, 995, Duration.ofMillis(10), Answer.Told.PLACED, List.of());
    add(tally, 5, Duration.ofMillis(10), Answer.Told.FAILED, Collections.nCopies(2, Trouble.RESET));
    return new Report.Column(
        "naive OkHttp", tally, new Ledger.Audit(1000, 997, 12, 3, 0, 2, 0), 1015);
  }

  private static void add(
      Tally tally, int times, Duration latency, Answer.Told told, List<Trouble> retries) {
    Order order = told == Answer.Told.PLACED ? new Order(1, "order-1", "tea", 1) : null;
    for (int i = 0; i < times; i++) {
      tally.add(new Answer(told, order, retries.size() + 1), latency);
      retries.forEach(tally::addRetry);
    }
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }
}
