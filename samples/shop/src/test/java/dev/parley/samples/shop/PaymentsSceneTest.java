package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PaymentsSceneTest {
  @Test
  @Tag("slow")
  void parleyBooksEachPaymentOnce_whereTheNaiveDeskDoesNot() throws Exception {
    PaymentsScene scene = new PaymentsScene(List.of(ParleyDesk::new, NaiveDesk::new));
    Progress silent = new Progress(new PrintStream(OutputStream.nullOutputStream()), false);

    scene.play(1, 1000, silent, new CountDownLatch(1));

    PaymentsReport.Column parley = scene.columns().get(0);
    PaymentsReport.Column naive = scene.columns().get(1);
    assertThat(scene.isPassed()).as(scene.report()).isTrue();
    assertThat(parley.made()).isEqualTo(100);
    assertThat(parley.booked()).isEqualTo(100);
    assertThat(parley.replays()).isPositive().isEqualTo(naive.replays());
    assertThat(parley.forgeries()).isPositive().isEqualTo(naive.forgeries());
    assertThat(naive.again()).isPositive();
    assertThat(naive.untold()).isPositive();
    assertThat(scene.report())
        .contains("Parley: every payment booked exactly once, and every partner told.");
  }
}
