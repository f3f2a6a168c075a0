package dev.parley.samples.shop;

import dev.parley.CallChannel;
import dev.parley.Message;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.samples.shop.PriceBoard.Change;
import dev.parley.samples.shop.storefront.PricesSubscription;
import dev.parley.samples.shop.storefront.StorefrontQuery;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shows the products of a category with their prices and reviews, asked for in one GraphQL query,
 * and keeps the prices up to date by a subscription; after a gap it asks again.
 *
 * <p><b>Threads:</b> prices come in on a worker; the rest is for any thread.
 */
final class Storefront implements AutoCloseable {
  private final Map<String, Change> prices = new ConcurrentHashMap<>();
  private final AtomicLong queries = new AtomicLong();
  private final Holes holes = new Holes(0);
  private final CallChannel shop;
  private final Object looking = new Object();
  private volatile boolean isIncomplete;
  private final Subscription<Message<PricesSubscription.Data>> changes;

  /**
   * Opens it.
   *
   * @param server the shop as it is seen through the network
   */
  Storefront(Parley parley, URI server) {
    String address = "graphql+" + server + "/graphql?subscriptions=sse";
    this.shop = parley.open(address, CallChannel.class);
    this.changes =
        parley.open(address, StreamChannel.class).stream(
            PricesSubscription.OPERATION,
            null,
            StreamOptions.DEFAULT
                .reconnect(Watcher.EAGER)
                .listener(holes)
                .reload(gap -> lookAgain()));
    var unusedSinceTheListenerIsTold = changes.start(change -> show(change.body().prices()));
  }

  /** Asks for all that it shows. */
  void look() {
    queries.incrementAndGet();
    StorefrontQuery.Data data =
        shop.call(StorefrontQuery.OPERATION, new StorefrontQuery.Variables("tools"));
    data.category()
        .products()
        .forEach(each -> show(new Change(each.change(), each.sku(), each.cents())));
  }

  // In a storm this may fail, too: then with the next change.
  private void lookAgain() {
    synchronized (looking) {
      isIncomplete = true;
      try {
        look();
        isIncomplete = false;
      } catch (ParleyException e) {
        // It is still incomplete.
      }
    }
  }

  private void show(PricesSubscription.Data.Prices change) {
    show(new Change(change.number(), change.sku(), change.cents()));
    if (isIncomplete) {
      lookAgain();
    }
    holes.saw(change.number());
  }

  // What was on its way before a gap may come in after what was asked for behind it.
  private void show(Change change) {
    prices.merge(change.sku(), change, (old, next) -> next.number() > old.number() ? next : old);
  }

  /** Returns what it shows of each product. */
  Map<String, Change> prices() {
    return Map.copyOf(prices);
  }

  Holes holes() {
    return holes;
  }

  /** Returns how often it has asked. */
  long queries() {
    return queries.get();
  }

  @Override
  public void close() {
    changes.close();
  }
}
