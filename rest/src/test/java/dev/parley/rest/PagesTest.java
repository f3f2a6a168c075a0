package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.ConfigurationException;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Position;
import dev.parley.ReconnectPolicy;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Auth;
import dev.parley.http.Http;
import dev.parley.testkit.fault.RawServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
  record Order(int id) {}

  record Search(String customer, int size) {}

  /** The four ways to page, and how a server does each. */
  enum Style {
    LINK(Pages.links()) {
      @Override
      String body(String items, int next) {
        return items;
      }
    },
    NEXT_URL(Pages.nextUrl("/paging/next").items("/data")) {
      @Override
      String body(String items, int next) {
        String url = next < 0 ? "null" : "\"" + path(next) + "\"";
        return "{\"data\":" + items + ",\"paging\":{\"next\":" + url + "}}";
      }
    },
    CURSOR(Pages.cursor("/next", "after").items("/data")) {
      @Override
      String body(String items, int next) {
        return "{\"next\": "
            + (next < 0 ? "\"\"" : "\"" + next + "\"")
            + ",\"data\":"
            + items
            + "}";
      }
    },
    NUMBER(Pages.numbered("page", 0)) {
      @Override
      String body(String items, int next) {
        return items;
      }
    };

    final Pages pages;

    Style(Pages pages) {
      this.pages = pages;
    }

    abstract String body(String items, int next);

    static String path(int page) {
      return "/c%201/orders?size=10&after=" + page;
    }

    Operation<Search, Order> operation() {
      return Operation.of("orders.list", Search.class, Order.class)
          .bind(Http.get("/{customer}/orders"))
          .bind(pages);
    }
  }

  private static final int PAGES = 5;
  private static final int SIZE = 10;
  private static final Search SEARCH = new Search("c 1", SIZE);
  private static final StreamOptions OPTIONS = StreamOptions.DEFAULT.buffer(SIZE);

  private final Parley parley = Parley.create();
  private final AtomicInteger trouble = new AtomicInteger();

  @AfterEach
  void close() {
    parley.close(Duration.ofSeconds(1));
  }

  private TestServer listing(Style style) {
    return TestServer.start((arrival, exchange) -> {
      int page = 0;
      for (String parameter : arrival.query().split("&")) {
        if (parameter.startsWith("after=") || parameter.startsWith("page=")) {
          page = Integer.parseInt(parameter.substring(parameter.indexOf('=') + 1));
        }
      }
      if (trouble.getAndDecrement() > 0) {
        exchange.setStatusCode(500);
        return;
      }
      int first = page * SIZE;
      String items =
          page >= PAGES
              ? "[]"
              : IntStream.range(first, first + SIZE)
                  .mapToObj(id -> "{\"id\": " + id + "}")
                  .collect(Collectors.joining(" , ", "[ ", " ]"));
      int next = page >= PAGES - 1 ? -1 : page + 1;
      if (style == Style.LINK && next >= 0) {
        TestServer.header(
            exchange,
            "Link",
            "</x>; rel=prev; title=\"a, b\", <" + Style.path(next) + ">; rel=\"last next\"");
      }
      TestServer.json(exchange, 200, style.body(items, next));
    });
  }

  private static List<Integer> all(Subscription<Message<Order>> orders) {
    List<Integer> ids = new ArrayList<>();
    for (Message<Order> order : orders) {
      ids.add(order.body().id());
    }
    return ids;
  }

  private static List<Integer> range(int from) {
    return IntStream.range(from, PAGES * SIZE).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource
  void streamsAllElementsInOrder_andEnds(Style style) {
    try (TestServer server = listing(style)) {
      StreamChannel shop = parley.open(server.uri(), StreamChannel.class);

      try (var orders = shop.stream(style.operation(), SEARCH, OPTIONS)) {
        assertThat(all(orders)).isEqualTo(range(0));
      }

      assertThat(server.arrivals()).hasSize(style == Style.NUMBER ? PAGES + 1 : PAGES);
      assertThat(server.arrivals())
          .allSatisfy(arrival -> assertThat(arrival.path()).isEqualTo("/c%201/orders"))
          .allSatisfy(arrival -> assertThat(arrival.query()).startsWith("size=10"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void resumesAfterAnyElement(Style style) throws Exception {
    try (TestServer server = listing(style)) {
      StreamChannel shop = parley.open(server.uri(), StreamChannel.class);
      for (int taken : new int[] {1, 7, 10, 25, 49}) {
        Position position;
        try (var orders = shop.stream(style.operation(), SEARCH, OPTIONS)) {
          for (int i = 0; i < taken; i++) {
            assertThat(orders.poll(Duration.ofSeconds(20)).orElseThrow().body().id()).isEqualTo(i);
          }
          position = Position.parse(orders.position().orElseThrow().token());
        }
        try (var rest = shop.stream(style.operation(), SEARCH, OPTIONS.from(position))) {
          assertThat(all(rest)).as("after %s, from %s", taken, position).isEqualTo(range(taken));
        }
      }
    }
  }

  @Test
  void fetchesAPageOnlyWhenItsElementsAreWanted() throws Exception {
    try (TestServer server = listing(Style.CURSOR)) {
      StreamChannel shop = parley.open(server.uri(), StreamChannel.class);

      try (var orders = shop.stream(Style.CURSOR.operation(), SEARCH, OPTIONS.buffer(1))) {
        assertThat(orders.poll(Duration.ofSeconds(20))).isPresent();
        // The first page has nine more elements, which do not fit into the buffer.
        org.awaitility.Awaitility.await()
            .during(Duration.ofMillis(200))
            .until(() -> server.arrivals().size() == 1);
      }
    }
  }

  @Test
  void goesOnWhereItWasAfterFailures() {
    try (TestServer server = listing(Style.LINK)) {
      StreamChannel shop = parley.open(server.uri(), StreamChannel.class);
      List<Integer> ids = new ArrayList<>();
      try (var orders = shop.stream(Style.LINK.operation(), SEARCH, fast())) {
        for (Message<Order> order : orders) {
          ids.add(order.body().id());
          if (ids.size() == 15) {
            trouble.set(2);
          }
        }
      }
      assertThat(ids).isEqualTo(range(0));
      assertThat(server.arrivals()).hasSize(PAGES + 2);
    }
  }

  @Test
  void authenticatesAndSendsHeaders_andRenewsOnce() {
    AtomicInteger token = new AtomicInteger();
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          if (!"Bearer 2".equals(arrival.headers().first("Authorization"))) {
            exchange.setStatusCode(401);
          } else {
            TestServer.json(exchange, 200, "[{\"id\":1}]");
          }
        })) {
      RestChannel shop =
          RestChannel.builder(server.uri())
              .auth(Auth.bearer(() -> token.incrementAndGet() < 2 ? "1" : "2"))
              .open(parley);

      try (var orders =
          shop.stream(
              Style.LINK.operation(),
              SEARCH,
              OPTIONS.headers(dev.parley.Headers.of("X-Tenant", "t")))) {
        assertThat(all(orders)).containsExactly(1);
      }
      assertThat(server.arrivals()).hasSize(2);
      assertThat(server.arrivals().get(1).headers().first("X-Tenant")).isEqualTo("t");
      shop.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example/", "//evil.example/x", "https://localhost/"})
  void doesNotFollowLinksToAnotherAuthority(String link) {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> {
          TestServer.header(exchange, "Link", "<" + link + ">; rel=next");
          TestServer.json(exchange, 200, "[{\"id\":1}]");
        })) {
      StreamChannel shop = parley.open(server.uri(), StreamChannel.class);

      try (var orders = shop.stream(Style.LINK.operation(), SEARCH, fast())) {
        assertThatThrownBy(() -> all(orders))
            .hasMessageContaining(
                "a page of GET /{customer}/orders leads to another authority, which is not"
                    + " followed: it would get the credentials");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"x\":[]}", "{\"data\":7}", "[1,2", "nonsense"})
  void saysWhatAPageLacks(String body) {
    try (TestServer server =
        TestServer.start((arrival, exchange) -> TestServer.json(exchange, 200, body))) {
      StreamChannel shop = parley.open(server.uri(), StreamChannel.class);

      try (var orders = shop.stream(Style.CURSOR.operation(), SEARCH, fast())) {
        assertThatThrownBy(() -> all(orders))
            .hasMessageContaining(
                body.startsWith("{")
                    ? "a page of GET /{customer}/orders has no array at /data: set where it is by"
                        + " Pages.items(pointer)"
                    : "a page of GET /{customer}/orders is not JSON");
      }
    }
  }

  @Test
  void aCursorThatDoesNotMoveIsNoEndlessLoop() {
    try (TestServer server =
        TestServer.start((arrival, exchange) ->
            TestServer.json(exchange, 200, "{\"next\":\"x\",\"data\":[{\"id\":1}]}"))) {
      StreamChannel shop = parley.open(server.uri(), StreamChannel.class);

      try (var orders = shop.stream(Style.CURSOR.operation(), SEARCH, fast())) {
        assertThatThrownBy(() -> all(orders)).hasMessageContaining("names itself as the next one");
      }
    }
  }

  @Test
  void refusesAtOnceWhatCannotBeStreamed() {
    StreamChannel shop = parley.open("http://localhost:1", StreamChannel.class);
    Operation<Search, Order> plain =
        Operation.of("orders.list", Search.class, Order.class).bind(Http.get("/{customer}/orders"));

    assertThatThrownBy(() -> shop.stream(plain, SEARCH, OPTIONS))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the operation orders.list cannot be streamed, since its binding GET"
                + " /{customer}/orders has no pages: add them, such as .bind(Pages.links())");
    assertThatThrownBy(() ->
            shop.stream(Style.LINK.operation(), SEARCH, OPTIONS.from(Position.of("elsewhere"))))
        .hasMessage(
            "the position is not one of a listing over HTTP: it must come from such a stream");
  }

  @Test
  void closeEndsAPageThatDoesNotCome() throws Exception {
    try (RawServer server =
        RawServer.start(peer -> {
          peer.read();
          peer.awaitEnd();
        })) {
      StreamChannel shop = parley.open(server.uri(), StreamChannel.class);
      var orders =
          shop.stream(Style.LINK.operation(), SEARCH, OPTIONS.silence(Duration.ofMinutes(5)));
      org.awaitility.Awaitility.await()
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> server.arrivals().size() == 1);
      long start = System.nanoTime();
      orders.abort();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
    }
  }

  private static StreamOptions fast() {
    return OPTIONS.reconnect(
        ReconnectPolicy.DEFAULT.base(Duration.ofMillis(1)).floor(Duration.ofMillis(1)));
  }
}
