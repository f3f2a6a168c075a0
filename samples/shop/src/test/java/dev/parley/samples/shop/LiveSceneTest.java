package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Gap;
import dev.parley.Resumed;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LiveSceneTest {
  private final Progress silent =
      new Progress(new PrintStream(OutputStream.nullOutputStream()), false);

  @Test
  @Tag("slow")
  void everyGapIsToldOf_andNothingIsMissingWhereTheShopReplays() throws Exception {
    LiveScene scene = new LiveScene();
    scene.play(1, 1_000, silent, new CountDownLatch(1));

    assertThat(scene.isPassed()).as(scene.report()).isTrue();
    LiveReport.Line replayed = scene.seen().lines().get(0);
    LiveReport.Line asItComes = scene.seen().lines().get(1);
    assertThat(replayed.connects()).as(scene.report()).isGreaterThan(1);
    assertThat(replayed.missing()).isZero();
    assertThat(asItComes.missing()).as("the weather is bad enough").isPositive();
  }

  @Test
  void aHoleThatNobodyWasToldOfFails() {
    assertThat(report(new Holes(0)).isPassed()).isTrue();

    Holes silence = new Holes(0);
    silence.saw(0);
    silence.saw(2);
    assertThat(report(silence).isPassed()).isFalse();

    Holes told = new Holes(0);
    told.saw(0);
    told.resumed(new Resumed(Gap.POSSIBLE, null, "a test", 2));
    told.saw(2);
    assertThat(report(told).isPassed()).isTrue();

    Holes repeated = new Holes(0);
    repeated.saw(0);
    repeated.saw(0);
    assertThat(report(repeated).isPassed()).isFalse();
  }

  private static LiveReport report(Holes holes) {
    return new LiveReport(3, List.of(LiveReport.Line.of("a feed", holes)));
  }
}
