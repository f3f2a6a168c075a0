package dev.parley.samples.shop;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The table of the stock: one row a fact, one column a client.
 *
 * @param columns what is known of each client; the first one is the one that has to be right
 */
record StockReport(List<Column> columns) {
  StockReport {
    columns = List.copyOf(columns);
  }

  /**
   * Returns whether the first client reserved once for each order, and all its sales are booked.
   */
  boolean isPassed() {
    return !columns.isEmpty() && columns.get(0).isExact();
  }

  /** Returns the table, a line each, and under it what it means. */
  String render() {
    return new Table<>(columns, Column::client)
        .row("orders to reserve for", Column::orders)
        .row("  reserved", Column::reserved)
        .row("  reserved again", Column::again)
        .row("  not reserved", column -> column.orders() - column.reserved())
        .row("calls that reached the stock", Column::calls)
        .row("sales at the till", Column::sales)
        .row("  booked", Column::booked)
        .row("  lost", column -> column.sales() - column.booked())
        .render(verdict());
  }

  /** Returns what it means, a line for each client. */
  String verdict() {
    return columns.stream()
        .map(column -> column.client() + ": " + verdict(column))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static String verdict(Column column) {
    return column.isExact()
        ? "one reserved for every order, and every sale booked."
        : Table.faults(
            List.of(
                new Table.Fault(column.again(), "reserved again"),
                new Table.Fault(column.orders() - column.reserved(), "not reserved"),
                new Table.Fault(column.sales() - column.booked(), "sales lost")));
  }

  /**
   * What is known of one client.
   *
   * @param client its name
   * @param orders orders that needed something from the stock
   * @param reserved of these, once or more often
   * @param again reservations beyond the first of each
   * @param calls reservations that the stock was asked for
   * @param sales sales that the till told of
   * @param booked of these
   */
  record Column(
      String client, long orders, long reserved, long again, long calls, long sales, long booked) {
    static Column of(String client, Warehouse stock, long orders, long sales) {
      long reserved = count(orders, order -> stock.reserved(order) > 0 ? 1 : 0);
      long all = count(orders, stock::reserved);
      return new Column(
          client,
          orders,
          reserved,
          all - reserved,
          stock.calls(),
          sales,
          count(sales, stock::sold));
    }

    private static long count(long end, java.util.function.LongUnaryOperator number) {
      return LongStream.range(0, end).map(number).sum();
    }

    boolean isExact() {
      return again == 0 && reserved == orders && booked == sales;
    }

    Column plus(Column other) {
      return new Column(
          client,
          orders + other.orders,
          reserved + other.reserved,
          again + other.again,
          calls + other.calls,
          sales + other.sales,
          booked + other.booked);
    }
  }
}
