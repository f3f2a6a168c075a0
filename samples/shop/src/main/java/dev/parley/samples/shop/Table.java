package dev.parley.samples.shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** A table of numbers: one row a fact, one column a client. */
final class Table<C> {
  private static final int FACT_WIDTH = 34;
  private static final int COLUMN_WIDTH = 14;

  private final List<C> columns;
  private final List<String> lines = new ArrayList<>();

  Table(List<C> columns, Function<C, String> name) {
    this.columns = columns;
    lines.add(line("", name));
    lines.add("-".repeat(FACT_WIDTH + COLUMN_WIDTH * columns.size()));
  }

  Table<C> row(String fact, ToLongFunction<C> value) {
    lines.add(line(fact, column -> String.format(Locale.ROOT, "%,d", value.applyAsLong(column))));
    return this;
  }

  /** Returns the table, a line each, and under it what it means. */
  String render(String verdict) {
    lines.add("");
    lines.add(verdict);
    return String.join(System.lineSeparator(), lines);
  }

  /** Returns the numbers that are not zero, each with what it counts. */
  static String faults(List<Fault> faults) {
    return String.join(
            ", ",
            faults.stream()
                .filter(fault -> fault.number() > 0)
                .map(fault -> String.format(Locale.ROOT, "%,d %s", fault.number(), fault.what()))
                .toList())
        + ".";
  }

  private String line(String fact, Function<C, String> cell) {
    StringBuilder line =
        new StringBuilder(String.format(Locale.ROOT, "%-" + FACT_WIDTH + "s", fact));
    columns.forEach(column ->
        line.append(String.format(Locale.ROOT, "%" + COLUMN_WIDTH + "s", cell.apply(column))));
    return line.toString();
  }

  /** How often something happened that should not. */
  record Fault(long number, String what) {}
}
