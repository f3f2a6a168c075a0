package dev.parley.samples.shop;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of the shop's orders, oldest first.
 *
 * @param orders the orders
 * @param next the cursor of the page that follows, or null on the last one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OrderPage(List<Order> orders, @Nullable String next) {
  /** Copies the orders. */
  public OrderPage {
    orders = List.copyOf(orders);
  }
}
