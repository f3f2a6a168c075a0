package dev.parley.samples.shop;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The table of the payments: one row a fact, one column a desk.
 *
 * @param columns what is known of each desk; the first one is the one that has to be right
 */
record PaymentsReport(List<Column> columns) {
  PaymentsReport {
    columns = List.copyOf(columns);
  }

  /** Returns whether the first desk booked each payment once, nothing else, and told of each. */
  boolean isPassed() {
    return columns.get(0).isExact();
  }

  /** Returns the table, a line each, and under it what it means. */
  String render() {
    return new Table<>(columns, Column::desk)
        .row("payments made", Column::made)
        .row("  booked", Column::booked)
        .row("  booked again", Column::again)
        .row("  lost", Column::lost)
        .row("booked, but never paid", Column::strangers)
        .row("webhooks that came in", Column::requests)
        .row("  of these replayed", Column::replays)
        .row("  of these forged", Column::forgeries)
        .row("webhooks that the partner lacks", Column::untold)
        .render(verdict());
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
    return Table.faults(
        List.of(
            new Table.Fault(column.again(), "booked again"),
            new Table.Fault(column.lost(), "lost"),
            new Table.Fault(column.strangers(), "booked that nobody paid"),
            new Table.Fault(column.untold(), "never told to the partner")));
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
