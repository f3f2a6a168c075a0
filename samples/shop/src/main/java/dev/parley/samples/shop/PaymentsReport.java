package dev.parley.samples.shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The table of the payments: one row a fact, one column a desk.
 *
 * @param columns what is known of each desk; the first one is the one that has to be right
 */
record PaymentsReport(List<Column> columns) {
  private static final int FACT_WIDTH = 34;
  private static final int COLUMN_WIDTH = 14;

  PaymentsReport {
    columns = List.copyOf(columns);
  }

  /** Returns whether the first desk booked each payment once, nothing else, and told of each. */
  boolean isPassed() {
    return columns.get(0).isExact();
  }

  /** Returns the table, a line each, and under it what it means. */
  String render() {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder(" ".repeat(FACT_WIDTH));
    columns.forEach(column -> head.append(pad(column.desk())));
    lines.add(head.toString());
    lines.add("-".repeat(FACT_WIDTH + COLUMN_WIDTH * columns.size()));
    lines.add(row("payments made", Column::made));
    lines.add(row("  booked", Column::booked));
    lines.add(row("  booked again", Column::again));
    lines.add(row("  lost", Column::lost));
    lines.add(row("booked, but never paid", Column::strangers));
    lines.add(row("webhooks that came in", Column::requests));
    lines.add(row("  of these replayed", Column::replays));
    lines.add(row("  of these forged", Column::forgeries));
    lines.add(row("webhooks that the partner lacks", Column::untold));
    lines.add("");
    lines.add(verdict());
    return String.join(System.lineSeparator(), lines);
  }

  /** Returns what it means, a line for each desk. */
  String verdict() {
    return columns.stream()
        .map(column -> column.desk() + ": " + verdict(column))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static String verdict(Column column) {
    if (column.isExact()) {
      return "every payment booked exactly once, and every partner told.";
    }
    List<String> faults = new ArrayList<>();
    fault(faults, column.again(), "booked again");
    fault(faults, column.lost(), "lost");
    fault(faults, column.strangers(), "booked that nobody paid");
    fault(faults, column.untold(), "never told to the partner");
    return String.join(", ", faults) + ".";
  }

  private static void fault(List<String> faults, long number, String what) {
    if (number > 0) {
      faults.add(String.format(Locale.ROOT, "%,d %s", number, what));
    }
  }

  private String row(String fact, ToLongFunction<Column> value) {
    StringBuilder row =
        new StringBuilder(String.format(Locale.ROOT, "%-" + FACT_WIDTH + "s", fact));
    columns.forEach(
        column -> row.append(pad(String.format(Locale.ROOT, "%,d", value.applyAsLong(column)))));
    return row.toString();
  }

  private static String pad(String text) {
    return String.format(Locale.ROOT, "%" + COLUMN_WIDTH + "s", text);
  }

  /**
   * What is known of one desk.
   *
   * @param desk its name
   * @param made payments that customers made
   * @param booked of these, once or more often, with the amount that was paid
   * @param again rows beyond the first of each
   * @param lost payments without a row
   * @param strangers rows that belong to no payment, or have another amount
   * @param requests webhooks that were sent to the shop
   * @param replays of these sent again by somebody who had listened
   * @param forgeries of these made up
   * @param untold payments that the partner has not heard of
   */
  record Column(
      String desk,
      long made,
      long booked,
      long again,
      long lost,
      long strangers,
      long requests,
      long replays,
      long forgeries,
      long untold) {
    static Column of(
        String desk, int made, PaymentBooks books, PaymentProvider provider, Partner partner) {
      long booked = 0;
      long rows = 0;
      for (int i = 0; i < made; i++) {
        long cents = PaymentProvider.cents(i);
        long right = books.of("pay_" + i).stream().filter(amount -> amount == cents).count();
        rows += right;
        booked += right > 0 ? 1 : 0;
      }
      return new Column(
          desk,
          made,
          booked,
          rows - booked,
          made - booked,
          books.rows() - rows,
          provider.requests(),
          provider.replays(),
          provider.forgeries(),
          made - partner.heard());
    }

    boolean isExact() {
      return again == 0 && lost == 0 && strangers == 0 && untold == 0;
    }

    Column plus(Column other) {
      return new Column(
          desk,
          made + other.made,
          booked + other.booked,
          again + other.again,
          lost + other.lost,
          strangers + other.strangers,
          requests + other.requests,
          replays + other.replays,
          forgeries + other.forgeries,
          untold + other.untold);
    }
  }
}
