package dev.parley.samples.shop;

import com.sun.net.httpserver.HttpHandler;
import java.net.URI;

/**
 * Where the shop hears of payments: books each, and tells a partner of it by a webhook of its own.
 *
 * <p><b>Threads:</b> one thread opens and closes it; requests come from many.
 */
interface PaymentDesk extends AutoCloseable {
  /** Returns what it is called in the report. */
  String name();

  /** Returns what answers the provider. */
  HttpHandler handler();

  /** Returns whether nothing is left to be done, as far as it knows. */
  boolean isIdle();

  @Override
  void close();

  /** Opens a desk. */
  interface Maker {
    /**
     * Opens a desk.
     *
     * @param books where payments are booked
     * @param secret what the provider signs with
     * @param partner whom to tell
     * @param partnerSecret what to sign with for the partner
     */
    PaymentDesk open(PaymentBooks books, String secret, URI partner, String partnerSecret);
  }
}
