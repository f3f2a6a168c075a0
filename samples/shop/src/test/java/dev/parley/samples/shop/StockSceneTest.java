package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StockSceneTest {
  @Test
  @Tag("slow")
  void parleyReservesOnceForEachOrder_whereTheNaiveStubDoesNot() throws Exception {
    StockScene scene = new StockScene(List.of(ParleyStock::new, NaiveStock::new));
    Progress silent = new Progress(new PrintStream(OutputStream.nullOutputStream()), false);

    scene.play(1, 1_000, silent, new CountDownLatch(1));

    StockReport.Column parley = scene.columns().get(0);
    StockReport.Column naive = scene.columns().get(1);
    assertThat(scene.isPassed()).as(scene.report()).isTrue();
    assertThat(parley.orders()).isEqualTo(200);
    assertThat(parley.calls()).as("there is something to bear").isGreaterThan(200);
    assertThat(naive.isExact()).as(scene.report()).isFalse();
    assertThat(scene.report())
        .contains("Parley: one reserved for every order, and every sale booked.");
  }
}
