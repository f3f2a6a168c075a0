package dev.parley.samples.shop;

import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A program that places orders in the shop: what the demo compares.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
interface OrderClient extends AutoCloseable {
  /** Returns its name in the report. */
  String name();

  /**
   * Places one order, however many attempts that takes, and says how it ended.
   *
   * @throws InterruptedException if the demo ends; the outcome is unknown then
   */
  Answer place(NewOrder order) throws InterruptedException;

  @Override
  void close();

  /** Makes a client. */
  @FunctionalInterface
  interface Maker {
    /**
     * Makes it.
     *
     * @param shop the root of the shop's interface
     * @param timeout of connecting, and of each answer
     * @param onRetry to be told, from any thread, what each attempt ran into that is followed by
     *     another one
     */
    OrderClient make(URI shop, Duration timeout, Consumer<Trouble> onRetry);
  }
}
