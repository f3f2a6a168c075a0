package dev.parley.samples.shop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The table at the end of a run: one row a fact, one column a client.
 *
 * @param columns what is known of each client; the first one is the one that has to be right
 */
record Report(List<Column> columns) {
  private static final int FACT_WIDTH = 34;
  private static final int COLUMN_WIDTH = 14;

  Report {
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("a report needs a client to report on");
    }
  }

  /** Returns whether the first client lost nothing, duplicated nothing and told no untruth. */
  boolean isPassed() {
    return columns.get(0).audit().isExact();
  }

  /** Returns the table, a line each, and under it what it means. */
  String render() {
    List<String> lines = new ArrayList<>();
    lines.add(row("", Column::client));
    lines.add("-".repeat(FACT_WIDTH + COLUMN_WIDTH * columns.size()));
    lines.add(row("orders asked", column -> count(column.audit().asked())));
    lines.add(row("  placed", column -> count(column.audit().placed())));
    lines.add(row("  duplicated", column -> count(column.audit().duplicated())));
    lines.add(row("  lost", column -> count(column.audit().lost())));
    lines.add(row("told placed, but not there", column -> count(column.audit().falseYes())));
    lines.add(row("told failed, but placed", column -> count(column.audit().falseNo())));
    lines.add(row("outcome left unknown", column -> count(column.audit().unknown())));
    lines.add(row("attempts", column -> count(column.tally().attempts())));
    lines.add(row("requests that reached the shop", column -> count(column.requests())));
    lines.add(row("retries", column -> count(column.tally().retries())));
    Arrays.stream(Trouble.values())
        .filter(trouble -> columns.stream().anyMatch(c -> c.tally().retries(trouble) > 0))
        .map(trouble -> row("  " + trouble.label(), c -> count(c.tally().retries(trouble))))
        .forEach(lines::add);
    lines.add(row("p50, of confirmed orders", column -> time(column.tally().percentile(50))));
    lines.add(row("p99, of confirmed orders", column -> time(column.tally().percentile(99))));
    lines.add("");
    lines.add(verdict());
    return String.join(System.lineSeparator(), lines);
  }

  /** Returns what it means, a line for each client. */
  String verdict() {
    return columns.stream()
        .map(column -> column.client() + ": " + verdict(column.audit()))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private String row(String fact, Function<Column, String> value) {
    StringBuilder row = new StringBuilder(pad(fact, -FACT_WIDTH));
    columns.forEach(column -> row.append(pad(value.apply(column), COLUMN_WIDTH)));
    return row.toString().stripTrailing();
  }

  private static String verdict(Ledger.Audit audit) {
    if (audit.isExact()) {
      return "every order placed exactly once.";
    }
    List<String> faults = new ArrayList<>();
    fault(faults, audit.lost(), "lost");
    fault(faults, audit.duplicated(), "placed twice");
    fault(faults, audit.falseYes(), "confirmed but missing");
    fault(faults, audit.falseNo(), "placed although the customer was told it failed");
    return String.join(", ", faults) + ".";
  }

  private static void fault(List<String> faults, long number, String what) {
    if (number > 0) {
      faults.add(count(number) + " " + what);
    }
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String time(Duration time) {
    double millis = time.toNanos() / 1e6;
    return millis < 1000
        ? String.format(Locale.ROOT, "%.1f ms", millis)
        : String.format(Locale.ROOT, "%.2f s", millis / 1000);
  }

  private static String pad(String text, int width) {
    return String.format(Locale.ROOT, "%" + width + "s", text);
  }

  /**
   * What is known of one client.
   *
   * @param client its name
   * @param tally what it said and did
   * @param audit what the shop's database says of it
   * @param requests how many requests arrived in the shop
   */
  record Column(String client, Tally tally, Ledger.Audit audit, long requests) {
    /** Returns the sum of two runs of the same client. */
    Column plus(Column other) {
      Tally sum = new Tally();
      sum.addAll(tally);
      sum.addAll(other.tally);
      return new Column(client, sum, audit.plus(other.audit), requests + other.requests);
    }
  }
}
