package dev.parley.samples.shop;

/**
 * An order that the shop has placed: one row of its database.
 *
 * @param id the shop's number for it
 * @param reference the client's name for it
 * @param sku the article
 * @param quantity how many of it
 */
public record Order(long id, String reference, String sku, int quantity) {
  /** Returns whether this is what was asked for. */
  boolean answers(NewOrder asked) {
    return reference.equals(asked.reference())
        && sku.equals(asked.sku())
        && quantity == asked.quantity();
  }
}
