package dev.parley.benchmarks;

import dev.parley.benchmarks.Main.Measured;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

/**
 * What is measured in turn and shown in one table.
 *
 * @param title its heading; empty for the only table of a group
 * @param text what is done, and what is to be reached
 * @param first the heading of the column with the contenders' names
 * @param contenders in the order in which they run
 * @param columns what is shown of each
 */
record Comparison(
    String title, String text, String first, List<Contender> contenders, List<Column> columns) {
  /**
   * One of those that do the same.
   *
   * @param name unlike that of all others
   * @param base the name of the one that it is compared to
   * @param threads how many call at once
   * @param options says what is run
   */
  record Contender(
      String name, String base, int threads, UnaryOperator<ChainedOptionsBuilder> options) {}

  /** What the rounds have measured of a contender, or how it failed. */
  static final class Runs {
    private final List<Measured> rounds = new ArrayList<>();
    private @Nullable String failure;

    void add(Measured round) {
      rounds.add(round);
    }

    void fail(String how) {
      failure = how;
    }

    @Nullable String failure() {
      return failure;
    }
  }

  /**
   * A column of the table.
   *
   * @param cell returns what is shown of a contender beside its base
   */
  record Column(String title, Cell cell) {
    /** Shows a figure: its median, and in brackets the lowest and the highest. */
    static Column of(String title, String format, ToDoubleFunction<Measured> figure) {
      return new Column(
          title,
          (name, runs, base) -> spread(format, runs.rounds.stream().mapToDouble(figure).toArray()));
    }

    /** Shows a figure that compares a round with the same round of the base. */
    static Column against(
        String title, String format, ToDoubleBiFunction<Measured, Measured> figure) {
      return new Column(
          title,
          (name, runs, base) -> {
            if (base.failure != null) {
              return "";
            }
            double[] figures = new double[runs.rounds.size()];
            for (int i = 0; i < figures.length; i++) {
              figures[i] = figure.applyAsDouble(runs.rounds.get(i), base.rounds.get(i));
            }
            return spread(format, figures);
          });
    }

    static Column perSecond(String title) {
      return of(title, "%.0f", Measured::perSecond);
    }

    static Column throughput(String title) {
      return against(title, "%.3f", (one, base) -> base.meanNanos() / one.meanNanos());
    }

    static Column p99(String title, String format) {
      return of(title, format, Measured::p99Micros);
    }

    static Column cpu(String title, String format) {
      return of(title, format, Measured::cpuMicros);
    }

    static Column cpuRatio(String title) {
      return against(title, "%.3f", (one, base) -> one.cpuNanos() / base.cpuNanos());
    }

    static Column bytes(String title) {
      return of(title, "%.0f", Measured::bytes);
    }

    static Column bytesAbove(String title) {
      return against(title, "%.0f", (one, base) -> one.bytes() - base.bytes());
    }

    private static String spread(String format, double[] figures) {
      Arrays.sort(figures);
      double median = (figures[figures.length / 2] + figures[(figures.length - 1) / 2]) / 2;
      return String.format(
          Locale.ROOT,
          format + " [" + format + ", " + format + "]",
          median,
          figures[0],
          figures[figures.length - 1]);
    }
  }

  /** What is shown of a contender in a column. */
  interface Cell {
    String of(String name, Runs runs, Runs base);
  }
}
