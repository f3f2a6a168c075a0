package dev.parley.samples.shop;

import java.util.ArrayList;
import java.util.List;

/**
 * The table of the broker: one row a fact, one column a consumer.
 *
 * @param columns what each consumer has seen
 * @param cuts how often the network was broken
 */
record EventsReport(List<Column> columns, long cuts) {
  static final EventsReport EMPTY = new EventsReport(List.of(), 0);

  EventsReport {
    columns = List.copyOf(columns);
  }

  /** Returns whether every consumer has handled every event, in order. */
  boolean isPassed() {
    return !columns.isEmpty() && columns.stream().allMatch(Column::isComplete);
  }

  /** Returns what both have seen. */
  EventsReport plus(EventsReport other) {
    List<Column> sums = new ArrayList<>();
    for (int i = 0; i < other.columns.size(); i++) {
      Column more = other.columns.get(i);
      sums.add(columns.isEmpty() ? more : columns.get(i).plus(more));
    }
    return new EventsReport(sums, cuts + other.cuts);
  }

  /** Returns the table, a line each, and under it what it means. */
  String render() {
    return new Table<>(columns, Column::consumer)
        .row("events told of", Column::told)
        .row("  handled", Column::handled)
        .row("  handled again", Column::again)
        .row("  lost", column -> column.told() - column.handled())
        .row("  out of order", Column::outOfOrder)
        .render(verdict());
  }

  /** Returns what it means, in a line. */
  String verdict() {
    if (isPassed()) {
      return "broker: every event handled by each consumer, in order, over "
          + cuts
          + " broken connections.";
    }
    return "broker: "
        + Table.faults(
            List.of(
                new Table.Fault(sum(column -> column.told() - column.handled()), "lost"),
                new Table.Fault(sum(Column::outOfOrder), "out of order")));
  }

  private long sum(java.util.function.ToLongFunction<Column> number) {
    return columns.stream().mapToLong(number).sum();
  }

  /**
   * What is known of one consumer.
   *
   * @param consumer its name
   * @param told events that the broker has taken
   * @param handled of these, once or more often
   * @param again handled beyond the first time of each
   * @param outOfOrder handled behind a later one about the same
   */
  record Column(String consumer, long told, long handled, long again, long outOfOrder) {
    boolean isComplete() {
      return told > 0 && handled == told && outOfOrder == 0;
    }

    Column plus(Column other) {
      return new Column(
          consumer,
          told + other.told,
          handled + other.handled,
          again + other.again,
          outOfOrder + other.outOfOrder);
    }
  }
}
