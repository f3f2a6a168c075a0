package dev.parley.samples.shop;

/** Who reserves for orders, and tells of what is sold at a till. */
interface StockClient extends AutoCloseable {
  /** Returns its name for the report. */
  String name();

  /** Reserves one for an order; any thread. */
  void reserve(long order) throws InterruptedException;

  /** Tells of a sale; one thread. */
  void sell(long number) throws InterruptedException;

  /** Waits until all that was told is booked, as far as it cares to know. */
  void settle() throws InterruptedException;

  @Override
  void close();

  /** Makes one. */
  interface Maker {
    StockClient open(int port);
  }
}
