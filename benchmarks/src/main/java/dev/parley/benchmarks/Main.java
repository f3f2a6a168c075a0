package dev.parley.benchmarks;

import dev.parley.benchmarks.Comparison.Contender;
import dev.parley.benchmarks.Comparison.Runs;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the groups that are asked for and writes what it measured into RESULTS.md.
 *
 * <p>Machines are noisy, so nothing is measured once: in each round each contender runs in a JVM of
 * its own, right after the other, and a ratio is taken within a round. What is reported is the
 * median of the rounds, with the lowest and the highest. A contender that fails is left out of the
 * rounds that follow, and its row says how it failed.
 */
public final class Main implements Groups.Bench {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final int rounds;
  private final int warmupMillis;
  private final int millis;
  private final Report report;

  private Main(String mode, Report report) {
    switch (mode) {
      case "full" -> {
        this.rounds = 7;
        this.warmupMillis = 5_000;
        this.millis = 7_500;
      }
      case "quick" -> {
        this.rounds = 3;
        this.warmupMillis = 2_000;
        this.millis = 2_000;
      }
      case "smoke" -> {
        this.rounds = 1;
        this.warmupMillis = 500;
        this.millis = 500;
      }
      default ->
          throw new IllegalArgumentException("the modes are full, quick and smoke, not " + mode);
    }
    this.report = report;
  }

  /**
   * Takes the file to write, {@code full}, {@code quick} or {@code smoke}, the commit, and the
   * groups; all of them if none is told.
   */
  public static void main(String[] args) throws Exception {
    Map<String, Groups.Group> known = Groups.all();
    List<String> told = List.of(args).subList(3, args.length);
    Collection<String> groups = told.isEmpty() ? known.keySet() : told;
    if (!known.keySet().containsAll(groups)) {
      throw new IllegalArgumentException("the groups are " + known.keySet() + ", not " + groups);
    }
    Report report = new Report(Path.of(args[0]), args[1], args[2]);
    Main main = new Main(args[1], report);
    for (String group : groups) {
      report.begin(group);
      known.get(group).run(main);
      report.end();
    }
  }

  @Override
  public void compare(Comparison comparison) {
    Map<String, Runs> measured = new LinkedHashMap<>();
    comparison.contenders().forEach(each -> measured.put(each.name(), new Runs()));
    for (int round = 1; round <= rounds; round++) {
      for (Contender each : comparison.contenders()) {
        Runs runs = measured.get(each.name());
        if (runs.failure() == null) {
          measure(round, each, runs);
        }
      }
    }
    report.table(comparison, measured);
  }

  private void measure(int round, Contender contender, Runs runs) {
    String what = "round " + round + ", " + contender.name() + ": ";
    try {
      Measured one = run(contender);
      runs.add(one);
      System.out.printf(
          Locale.ROOT,
          "%s%.0f/s, p99 %.1f us, CPU %.2f us, %.0f B%n",
          what,
          one.perSecond(),
          one.p99Micros(),
          one.cpuMicros(),
          one.bytes());
    } catch (RunnerException | RuntimeException e) {
      runs.fail(reason(e));
      System.out.println(what + "failed");
      e.printStackTrace(System.out);
    }
  }

  // JMH keeps what the benchmark threw beside exceptions of its own.
  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null || root.getSuppressed().length > 0) {
      root = root.getCause() != null ? root.getCause() : root.getSuppressed()[0];
    }
    return root.toString().lines().findFirst().orElse("").replace('|', '/');
  }

  private Measured run(Contender contender) throws RunnerException {
    RunResult result =
        new Runner(
                contender
                    .options()
                    .apply(new OptionsBuilder())
                    .forks(1)
                    .threads(contender.threads())
                    .warmupIterations(2)
                    .warmupTime(TimeValue.milliseconds(warmupMillis))
                    .measurementIterations(2)
                    .measurementTime(TimeValue.milliseconds(millis))
                    .timeUnit(TimeUnit.NANOSECONDS)
                    .jvmArgsPrepend(
                        "-Xms512m",
                        "-Xmx512m",
                        "-XX:+UseG1GC",
                        "--enable-native-access=ALL-UNNAMED")
                    .addProfiler(GCProfiler.class)
                    .addProfiler(CpuProfiler.class)
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .runSingle();
    Result<?> time = result.getPrimaryResult();
    return new Measured(
        contender.threads(),
        time.getStatistics().getMean(),
        time.getStatistics().getPercentile(99),
        result.getSecondaryResults().get(CpuProfiler.CPU).getScore(),
        result.getSecondaryResults().get(ALLOCATED).getScore());
  }

  /** What one JVM measured: time that passed, processor time, and bytes of one call. */
  record Measured(int inFlight, double meanNanos, double p99Nanos, double cpuNanos, double bytes) {
    /** Returns the throughput of a closed loop. */
    double perSecond() {
      return inFlight * 1e9 / meanNanos;
    }

    double p99Micros() {
      return p99Nanos / 1e3;
    }

    double cpuMicros() {
      return cpuNanos / 1e3;
    }
  }
}
