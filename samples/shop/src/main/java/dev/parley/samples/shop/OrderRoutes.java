package dev.parley.samples.shop;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The shop's REST interface for orders.
 *
 * <ul>
 *   <li>{@code POST /orders} places one: 201 with the order. With an {@code Idempotency-Key} the
 *       same request again is answered with the same order and {@code Idempotent-Replayed: true},
 *       with 409 while the first is not through, and with 422 if the key came with another order.
 *   <li>{@code GET /orders/{id}} shows one.
 *   <li>{@code GET /orders?cursor=…&limit=…} lists them, 50 at a time unless told otherwise (at
 *       most 200); the next page is in the body's {@code next} and in the {@code Link} header.
 *   <li>{@code GET /health} says that the shop is open.
 * </ul>
 *
 * <p>Every "no" is a problem of RFC 9457.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
final class OrderRoutes implements Routes {
  private static final HttpString IDEMPOTENCY_KEY = new HttpString("Idempotency-Key");
  private static final HttpString IDEMPOTENT_REPLAYED = new HttpString("Idempotent-Replayed");
  private static final HttpString LINK = new HttpString("Link");
  private static final int LONGEST_KEY = 255;
  private static final int PAGE = 50;
  private static final int LARGEST_PAGE = 200;

  private final JsonMapper json = new JsonMapper();
  private final Answers answers = new Answers(json);
  private final Function<NewOrder, Mishap> mishaps;
  private final Runnable dawdle;

  /**
   * Creates the routes.
   *
   * @param mishaps what goes wrong with each request to place an order, asked once a request
   * @param slowness how long a slow request takes
   */
  OrderRoutes(Function<NewOrder, Mishap> mishaps, Duration slowness) {
    this(mishaps, () -> dawdle(slowness));
  }

  /**
   * Creates the routes.
   *
   * @param mishaps what goes wrong with each request to place an order, asked once a request
   * @param dawdle what a slow request does while it works on the order
   */
  OrderRoutes(Function<NewOrder, Mishap> mishaps, Runnable dawdle) {
    this.mishaps = mishaps;
    this.dawdle = dawdle;
  }

  @Override
  public void addTo(RoutingHandler routes, OrderBook book) {
    routes.post("/orders", exchange -> place(exchange, book));
    routes.get("/orders/{id}", exchange -> show(exchange, book));
    routes.get("/orders", exchange -> list(exchange, book));
    routes.get("/health", exchange -> answers.send(exchange, 200, Map.of("status", "up")));
  }

  private void place(HttpServerExchange exchange, OrderBook book) throws IOException, SQLException {
    NewOrder asked;
    try {
      asked = json.readValue(exchange.getInputStream().readAllBytes(), NewOrder.class);
    } catch (JacksonException e) {
      answers.refuse(exchange, 400, "Not an order", e.getOriginalMessage());
      return;
    }
    String key = key(exchange);
    if (key != null && (key.isEmpty() || key.length() > LONGEST_KEY)) {
      answers.refuse(
          exchange,
          400,
          "Bad idempotency key",
          "Idempotency-Key must have 1 to " + LONGEST_KEY + " characters.");
      return;
    }
    Mishap mishap = mishaps.apply(asked);
    switch (mishap) {
      case BUSY -> refuseBusy(exchange);
      case THROTTLED -> {
        exchange.getResponseHeaders().put(Headers.RETRY_AFTER, "1");
        answers.refuse(exchange, 429, "Too many orders", "Send it again after a second.");
      }
      case BUSY_AFTER_PLACING -> {
        book.place(asked, key, () -> {});
        refuseBusy(exchange);
      }
      case SLOW -> confirm(exchange, book.place(asked, key, dawdle));
      case NONE -> confirm(exchange, book.place(asked, key, () -> {}));
    }
  }

  private void confirm(HttpServerExchange exchange, OrderBook.Placement placement) {
    if (placement instanceof OrderBook.Placement.Placed placed) {
      created(exchange, placed.order());
    } else if (placement instanceof OrderBook.Placement.PlacedBefore before) {
      exchange.getResponseHeaders().put(IDEMPOTENT_REPLAYED, "true");
      created(exchange, before.order());
    } else if (placement instanceof OrderBook.Placement.InProgress) {
      answers.refuse(
          exchange, 409, "In progress", "The request with this key is not through; ask again.");
    } else {
      answers.refuse(
          exchange, 422, "Key reused", "This key came with another order; use a new key.");
    }
  }

  private void created(HttpServerExchange exchange, Order order) {
    exchange.getResponseHeaders().put(Headers.LOCATION, "/orders/" + order.id());
    answers.send(exchange, 201, order);
  }

  private void refuseBusy(HttpServerExchange exchange) {
    answers.refuse(exchange, 503, "Busy", "The shop cannot answer now; ask again later.");
  }

  private void show(HttpServerExchange exchange, OrderBook book) throws SQLException {
    String id = parameter(exchange, "id").orElse("");
    Optional<Order> found =
        id.matches("[0-9]{1,18}") ? book.find(Long.parseLong(id)) : Optional.empty();
    if (found.isPresent()) {
      answers.send(exchange, 200, found.get());
    } else {
      answers.refuse(exchange, 404, "No such order", "There is no order " + id + ".");
    }
  }

  private void list(HttpServerExchange exchange, OrderBook book) throws SQLException {
    long after;
    int limit;
    try {
      after = parameter(exchange, "cursor").map(OrderRoutes::parseCursor).orElse(0L);
      limit = parameter(exchange, "limit").map(Integer::parseInt).orElse(PAGE);
      if (limit < 1 || limit > LARGEST_PAGE) {
        throw new IllegalArgumentException("limit out of range");
      }
    } catch (IllegalArgumentException e) {
      answers.refuse(
          exchange,
          400,
          "Bad page",
          "cursor must come from the page before, limit must be 1 to " + LARGEST_PAGE + ".");
      return;
    }
    // One more than asked tells whether there is another page.
    List<Order> found = book.after(after, limit + 1);
    if (found.size() <= limit) {
      answers.send(exchange, 200, new OrderPage(found, null));
      return;
    }
    List<Order> page = found.subList(0, limit);
    String next = cursor(page.get(limit - 1));
    exchange
        .getResponseHeaders()
        .put(LINK, "</orders?cursor=" + next + "&limit=" + limit + ">; rel=\"next\"");
    answers.send(exchange, 200, new OrderPage(page, next));
  }

  private static String cursor(Order last) {
    byte[] id = Long.toString(last.id()).getBytes(StandardCharsets.US_ASCII);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id);
  }

  private static long parseCursor(String cursor) {
    return Long.parseLong(
        new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII));
  }

  /** The key as sent; the IETF draft has it in quotes, most clients send it bare. */
  private static @Nullable String key(HttpServerExchange exchange) {
    String key = exchange.getRequestHeaders().getFirst(IDEMPOTENCY_KEY);
    if (key != null && key.length() > 1 && key.startsWith("\"") && key.endsWith("\"")) {
      return key.substring(1, key.length() - 1);
    }
    return key;
  }

  private static Optional<String> parameter(HttpServerExchange exchange, String name) {
    return Optional.ofNullable(exchange.getQueryParameters().get(name)).map(Deque::getFirst);
  }

  private static void dawdle(Duration slowness) {
    try {
      Thread.sleep(slowness.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the shop stopped while it worked on the order", e);
    }
  }
}
