package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EventsSceneTest {
  @Test
  void whatIsLostOrOutOfOrderFails() {
    assertThat(report(3, 0).isPassed()).isTrue();
    assertThat(report(2, 0).isPassed()).isFalse();
    assertThat(report(2, 0).verdict()).isEqualTo("broker: 1 lost.");
    assertThat(report(3, 1).isPassed()).isFalse();
    assertThat(report(3, 1).plus(report(3, 1)).verdict()).isEqualTo("broker: 2 out of order.");
    assertThat(EventsReport.EMPTY.isPassed()).isFalse();
  }

  private static EventsReport report(long handled, long outOfOrder) {
    return new EventsReport(
        List.of(new EventsReport.Column("payment", 3, handled, 0, outOfOrder)), 2);
  }
}
