package dev.parley.samples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DemoTest {
  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
  private final CountDownLatch closing = new CountDownLatch(1);

  @Test
  @Tag("slow")
  void parleyPlacesEveryOrderOnce_whereTheNaiveClientDoesNot() throws Exception {
    OrdersScene scene = new OrdersScene(List.of(ParleyClient::new, NaiveClient::new));

    int code = demo(scene).run("--once", "--orders", "500", "--seed", "1");

    assertThat(scene.columns().get(0).audit())
        .as(out())
        .isEqualTo(new Ledger.Audit(500, 500, 0, 0, 0, 0, 0));
    assertThat(scene.columns().get(0).tally().retries()).isPositive();
    assertThat(scene.columns().get(1).audit().duplicated()).isPositive();
    assertThat(code).isZero();
    assertThat(out())
        .startsWith("500 orders in bad weather; ./demo --once --orders 500 --seed 1 repeats it")
        .contains(scene.report());
  }

  @Test
  void ends_withOne_whenAScenePassesNot() throws Exception {
    Plays scene = new Plays(false);

    assertThat(demo(scene).run("--once", "--seed", "7", "--orders", "100")).isEqualTo(1);
    assertThat(scene.seeds).containsExactly(7L);
    assertThat(out()).endsWith("the table" + System.lineSeparator());
  }

  @Test
  void goesOnWithTheNextSeedUntilClosed_andReportsThen() throws Exception {
    Plays scene = new Plays(true);
    scene.closeAfter = 3;

    assertThat(demo(scene).run("--seed", "7")).isZero();
    assertThat(scene.seeds).containsExactly(7L, 8L, 9L);
    assertThat(out())
        .isEqualToNormalizingNewlines(
            """
            3,000 orders in bad weather; ./demo --once --orders 3000 --seed 7 repeats it
            all is well
            3,000 orders in bad weather; ./demo --once --orders 3000 --seed 8 repeats it
            all is well
            3,000 orders in bad weather; ./demo --once --orders 3000 --seed 9 repeats it

            the table
            """);
  }

  @Test
  void explainsItsOptions() throws Exception {
    assertThat(demo(new Plays(true)).run("--help")).isZero();
    assertThat(out()).isEqualTo(DemoOptions.HELP).startsWith("usage: ./demo [--once]");
  }

  @Test
  void endsWithTwo_whenItDoesNotUnderstand() throws Exception {
    Plays scene = new Plays(true);

    assertThat(demo(scene).run("--ones")).isEqualTo(2);
    assertThat(scene.seeds).isEmpty();
    assertThat(out()).isEmpty();
    assertThat(errBytes.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            """
            unknown option '--ones'; known are --once, --orders N, --seed N and --help
            ./demo --help explains the options
            """);
  }

  private Demo demo(Scene scene) {
    PrintStream out = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(errBytes, true, StandardCharsets.UTF_8);
    return new Demo(out, err, new Progress(out, false), List.of(scene), closing);
  }

  private String out() {
    return outBytes.toString(StandardCharsets.UTF_8);
  }

  /** A scene that notes its plays. */
  private final class Plays implements Scene {
    private final boolean passes;
    private final List<Long> seeds = new ArrayList<>();
    private int closeAfter = Integer.MAX_VALUE;

    Plays(boolean passes) {
      this.passes = passes;
    }

    @Override
    public void play(long seed, int orders, Progress progress, CountDownLatch closing) {
      seeds.add(seed);
      if (seeds.size() == closeAfter) {
        closing.countDown();
      }
    }

    @Override
    public boolean isPassed() {
      return passes;
    }

    @Override
    public String report() {
      return "the table";
    }

    @Override
    public String verdict() {
      return "all is well";
    }
  }
}
