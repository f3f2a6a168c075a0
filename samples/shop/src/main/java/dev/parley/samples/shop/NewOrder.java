package dev.parley.samples.shop;

/**
 * What a customer asks the shop for.
 *
 * @param reference the client's own name for this order, by which it is counted in the end; the
 *     shop does not look at it when it decides whether it has seen the order before
 * @param sku the article
 * @param quantity how many of it, 1 to 1000
 */
public record NewOrder(String reference, String sku, int quantity) {
  private static final int LONGEST_NAME = 64;

  /** Checks that the shop could place it. */
  public NewOrder {
    checkName("reference", reference);
    checkName("sku", sku);
    if (quantity < 1 || quantity > 1000) {
      throw new IllegalArgumentException("quantity must be 1 to 1000, it is " + quantity);
    }
  }

  // A JSON body may lack the field, whatever the type here says.
  @SuppressWarnings("ConstantValue")
  private static void checkName(String field, String value) {
    if (value == null || value.isBlank() || value.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(field + " must have 1 to " + LONGEST_NAME + " characters");
    }
  }
}
