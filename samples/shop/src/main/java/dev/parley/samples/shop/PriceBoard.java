package dev.parley.samples.shop;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;

/**
 * What the shop's products cost, and who is told when that changes.
 *
 * <p><b>Threads:</b> safe for use by many threads; changes are told in their order.
 */
final class PriceBoard {
  private static final int PRODUCTS = 20;

  private final Map<String, Change> prices = new LinkedHashMap<>();
  private final Set<Consumer<Change>> listeners = new CopyOnWriteArraySet<>();
  private int changes;

  PriceBoard() {
    for (int i = 0; i < PRODUCTS; i++) {
      String sku = "sku-" + i;
      prices.put(sku, new Change(-1, sku, 1_000 + i));
    }
  }

  /** Changes the next product's price. */
  synchronized void change() {
    String sku = "sku-" + changes % PRODUCTS;
    Change change = new Change(changes, sku, 2_000 + changes);
    changes++;
    prices.put(sku, change);
    listeners.forEach(each -> each.accept(change));
  }

  /** Returns how many changes there were. */
  synchronized long changes() {
    return changes;
  }

  /** Returns the last change of each product. */
  synchronized Map<String, Change> prices() {
    return new LinkedHashMap<>(prices);
  }

  /** Tells of each change from now on; what is told must not block. */
  synchronized void listen(Consumer<Change> listener) {
    listeners.add(listener);
  }

  void ignore(Consumer<Change> listener) {
    listeners.remove(listener);
  }

  /** One change; its number is how many there were before, -1 for a price from the beginning. */
  record Change(int number, String sku, int cents) {}
}
