package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EventsSceneTest {
  @Test
  @Tag("slow")
  @Timeout(240)
  void everyOrderIsHandledByEachOfTheThree_andTelemetryIsRelayed() throws Exception {
    EventsScene scene = new EventsScene(Optional.empty());
    Progress silent = new Progress(new PrintStream(OutputStream.nullOutputStream()), false);

    scene.play(1, 1_500, silent, new CountDownLatch(1));

    assertThat(scene.isPassed()).as(scene.report()).isTrue();
    assertThat(scene.seen().columns())
        .extracting(EventsReport.Column::consumer)
        .containsExactly("payment", "stock", "e-mail", "dashboard");
    assertThat(scene.seen().columns()).extracting(EventsReport.Column::handled).containsOnly(300L);
    assertThat(scene.seen().cuts()).isPositive();
  }

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
