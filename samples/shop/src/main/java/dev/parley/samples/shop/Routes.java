package dev.parley.samples.shop;

import io.undertow.server.RoutingHandler;

/**
 * One thing that the shop offers over HTTP. A part of the demo that brings another (a feed of
 * prices, a webhook) implements this and is handed to {@link ShopServer}.
 */
interface Routes {
  /**
   * Adds its paths; called at every start of the server. The handlers run on workers and may block.
   *
   * @param book the orders, open until the server stops
   */
  void addTo(RoutingHandler routes, OrderBook book);
}
