package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.ConfigurationException;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.TypeRef;
import dev.parley.http.Body;
import dev.parley.http.Form;
import dev.parley.http.Header;
import dev.parley.http.Http;
import dev.parley.http.Path;
import dev.parley.http.Query;
import java.net.URI;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindingTest {
  private final Parley parley = Parley.create();
  private TestServer server;
  private CallChannel api;

  @BeforeEach
  void open() {
    server = TestServer.start((arrival, exchange) -> exchange.setStatusCode(204));
    api = parley.open(server.uri() + "/api/", CallChannel.class);
  }

  @AfterEach
  void close() {
    parley.close();
    server.close();
  }

  private <Q> TestServer.Arrival sent(Class<Q> type, Http http, Q request) {
    return sent(TypeRef.of(type), http, request);
  }

  private <Q> TestServer.Arrival sent(TypeRef<Q> type, Http http, Q request) {
    api.call(Operation.of("x", type, TypeRef.of(Void.class)).bind(http), request);
    return server.arrivals().get(server.arrivals().size() - 1);
  }

  private <Q> void refuses(Class<Q> type, Http http, Q request, String message) {
    Operation<Q, Void> operation = Operation.of("x", type, Void.class).bind(http);
    assertThatThrownBy(() -> api.call(operation, request))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
    assertThat(server.arrivals()).isEmpty();
  }

  // ---------------------------------------------------------------- where the parts go

  record Id(UUID value) {}

  record Filter(
      String shop,
      Id customer,
      @Query("page_size") int size,
      List<String> tag,
      int[] year,
      Optional<LocalDate> since,
      String absent,
      Map<String, Object> more,
      @Header("X-Tenant") String tenant,
      @Header("X-None") Optional<String> none) {}

  @Test
  void recordFillsPathQueryAndHeaders() {
    UUID id = new UUID(1, 2);
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("sort by", "a&b=c");
    more.put("deep", List.of(1, 2));

    TestServer.Arrival arrival =
        sent(
            Filter.class,
            Http.get("/shops/{shop}/customers/{customer}/orders?fixed=1"),
            new Filter(
                "ä/ö",
                new Id(id),
                10,
                List.of("new", "x y"),
                new int[] {2025, 2026},
                Optional.of(LocalDate.of(2026, 11, 21)),
                null,
                more,
                "t1",
                Optional.empty()));

    assertThat(arrival.path()).isEqualTo("/api/shops/%C3%A4%2F%C3%B6/customers/" + id + "/orders");
    assertThat(arrival.query())
        .isEqualTo(
            "fixed=1&page_size=10&tag=new&tag=x%20y&year=2025&year=2026&since=2026-11-21"
                + "&sort%20by=a%26b%3Dc&deep=1&deep=2");
    assertThat(arrival.headers().first("X-Tenant")).isEqualTo("t1");
    assertThat(arrival.headers().first("X-None")).isNull();
    assertThat(arrival.body()).isEmpty();
  }

  record Change(String id, String sku, Integer count) {}

  @Test
  void whatIsLeftOfARecordIsTheBody() {
    TestServer.Arrival arrival =
        sent(Change.class, Http.put("/orders/{id}"), new Change("7", "s", null));

    assertThat(arrival.path()).isEqualTo("/api/orders/7");
    assertThat(arrival.text()).isEqualTo("{\"sku\":\"s\",\"count\":null}");
    assertThat(arrival.headers().first("Content-Type")).isEqualTo("application/json");
  }

  record Line(String sku) {}

  record Add(@Path("order") String id, boolean dryRun, @Body List<Line> lines) {}

  @Test
  void bodyComponentIsTheBody_andTheOthersAreTheQuery() {
    TestServer.Arrival arrival =
        sent(
            Add.class,
            Http.post("/orders/{order}/lines"),
            new Add("7", true, List.of(new Line("a"), new Line("b"))));

    assertThat(arrival.path()).isEqualTo("/api/orders/7/lines");
    assertThat(arrival.query()).isEqualTo("dryRun=true");
    assertThat(arrival.text()).isEqualTo("[{\"sku\":\"a\"},{\"sku\":\"b\"}]");
  }

  record Patch(String id, boolean dryRun, @Body Map<String, Object> changes) {}

  @Test
  void bodyComponentMayBeAMap() {
    TestServer.Arrival arrival =
        sent(Patch.class, Http.patch("/orders/{id}"), new Patch("7", false, Map.of("sku", "s")));

    assertThat(arrival.text()).isEqualTo("{\"sku\":\"s\"}");
    assertThat(arrival.query()).isEqualTo("dryRun=false");
  }

  @Test
  void mapIsTreatedLikeARecord() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("id", 7);
    values.put("at", Instant.EPOCH);
    values.put("state", Idempotency.SAFE);
    TypeRef<Map<String, Object>> type = new TypeRef<>() {};

    assertThat(sent(type, Http.get("/orders/{id}"), values))
        .extracting(TestServer.Arrival::path, TestServer.Arrival::query)
        .containsExactly("/api/orders/7", "at=1970-01-01T00%3A00%3A00Z&state=SAFE");
    assertThat(sent(type, Http.post("/orders/{id}"), values).text())
        .isEqualTo("{\"at\":\"1970-01-01T00:00:00Z\",\"state\":\"SAFE\"}");
  }

  @Test
  void singleValueFillsTheOnlyVariable() {
    assertThat(sent(String.class, Http.get("/orders/{id}"), "a b").path())
        .isEqualTo("/api/orders/a%20b");
    assertThat(sent(Long.class, Http.delete("/orders/{id}"), 7L).path()).isEqualTo("/api/orders/7");
    assertThat(sent(Id.class, Http.get("/orders/{id}"), new Id(new UUID(0, 1))).path())
        .endsWith("/00000000-0000-0000-0000-000000000001");
    assertThat(sent(URI.class, Http.get("/pages/{url}"), URI.create("http://a/b?c")).path())
        .isEqualTo("/api/pages/http%3A%2F%2Fa%2Fb%3Fc");
  }

  @Test
  void rawBodiesGoAsTheyAre() {
    TestServer.Arrival text = sent(String.class, Http.post("/t"), "häh");
    assertThat(text.text()).isEqualTo("häh");
    assertThat(text.headers().first("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    TestServer.Arrival bytes =
        sent(byte[].class, Http.put("/t").contentType("image/png"), new byte[] {1, 2});
    assertThat(bytes.body()).containsExactly(1, 2);
    assertThat(bytes.headers().first("Content-Type")).isEqualTo("image/png");
  }

  @Test
  void formsAreEncoded() {
    TestServer.Arrival record =
        sent(Change.class, Http.post("/f/{id}").form(), new Change("1", "a b&c", null));
    assertThat(record.text()).isEqualTo("sku=a%20b%26c");
    assertThat(record.headers().first("Content-Type"))
        .isEqualTo("application/x-www-form-urlencoded");
    assertThat(sent(Form.class, Http.post("/f"), Form.of("a", "1", "a", "ü")).text())
        .isEqualTo("a=1&a=%C3%BC");
  }

  @Test
  void otherMethodsWork() {
    assertThat(sent(Void.class, Http.method("PURGE", "/x"), null).method()).isEqualTo("PURGE");
    assertThat(sent(String.class, Http.method("query", "/x"), "q").method()).isEqualTo("QUERY");
    assertThat(sent(Void.class, Http.head("/x"), null).method()).isEqualTo("HEAD");
    assertThat(sent(Void.class, Http.post(""), null).path()).isEqualTo("/api");
    assertThat(sent(Void.class, Http.get("/x").header("X-Version", "2"), null).headers())
        .satisfies(headers -> assertThat(headers.first("X-Version")).isEqualTo("2"));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, SAFE", "HEAD, SAFE", "OPTIONS, SAFE", "TRACE, SAFE", "QUERY, SAFE",
    "PUT, IDEMPOTENT", "DELETE, IDEMPOTENT", "POST, NONE", "PATCH, NONE", "PURGE, NONE"
  })
  void SAF_1_verbTellsIdempotency(String method, Idempotency expected) {
    assertThat(Http.method(method, "/").idempotency()).isEqualTo(expected);
  }

  @Test
  void callHeadersReplaceFixedOnes_andMayHaveSeveralValues() {
    Operation<Void, Void> operation =
        Operation.of("x", Void.class, Void.class).bind(Http.get("/").accept("a/b"));

    api.call(
        operation,
        null,
        CallOptions.DEFAULT.header("Accept", "c/d").header("X-A", "1").header("X-A", "2"));

    assertThat(server.arrivals().get(0).headers().first("Accept")).isEqualTo("c/d");
    assertThat(server.arrivals().get(0).headers().all("X-A")).containsExactly("1", "2");
  }

  // ---------------------------------------------------------------- bad input

  @Test
  void refusesAnOperationWithoutABinding() {
    Operation<Void, Void> operation = Operation.of("orders.get", Void.class, Void.class);

    assertThatThrownBy(() -> api.call(operation, null))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the operation orders.get has no binding to HTTP: add one, such as"
                + " .bind(Http.get(\"/orders/{id}\"))");
  }

  @ParameterizedTest
  @CsvSource({".", ".."})
  void refusesValuesThatLeaveThePath(String value) {
    refuses(
        String.class,
        Http.get("/files/{name}"),
        value,
        "a value for /files/{name} makes the segment \".\" or \"..\", which leaves the path");
  }

  @Test
  void dotsInsideASegmentAreFine() {
    assertThat(sent(String.class, Http.get("/files/{name}.txt"), "..").path())
        .isEqualTo("/api/files/...txt");
    assertThat(sent(String.class, Http.get("/files/{name}"), "../../etc").path())
        .isEqualTo("/api/files/..%2F..%2Fetc");
  }

  @Test
  void refusesVariablesWithoutAValue() {
    Http http = Http.get("/orders/{id}");
    refuses(
        String.class,
        http,
        "",
        "the variable id of GET /orders/{id} is empty, which would lead to another path");
    refuses(
        Change.class,
        http,
        new Change(null, "s", 1),
        "the variable id of GET /orders/{id} is null, which would lead to another path");
    refuses(
        Line.class,
        Http.get("/{a}/{b}"),
        new Line("x"),
        "GET /{a}/{b} needs the variable a, which dev.parley.rest.BindingTest$Line has no component"
            + " for");
    refuses(
        Map.class,
        http,
        Map.of("x", 1),
        "GET /orders/{id} needs the variable id, which the map does not have");
    refuses(
        Void.class,
        http,
        null,
        "GET /orders/{id} needs the variable id, which an operation without a request does not"
            + " have: use a record or a map");
  }

  record Odd(Object value, Object other) {}

  record Twice(@Path @Query String id) {}

  record Bodies(@Body String a, @Body String b) {}

  record Wrong(@Path("no") String id) {}

  @Test
  void refusesWhatCannotBeTakenApart() {
    refuses(
        String.class,
        Http.get("/orders"),
        "x",
        "GET /orders has no place for a request of type java.lang.String: use a record or a map"
            + " for a query, or a path with one variable");
    refuses(
        Odd.class,
        Http.get("/orders"),
        new Odd(Thread.currentThread(), 1),
        "the query parameter value cannot be made of a java.lang.Thread: give a text, a number, a"
            + " boolean, an enum, a UUID, a URI, a time, or a record of one of these");
    refuses(
        Twice.class,
        Http.get("/{id}"),
        new Twice("x"),
        "the component id of dev.parley.rest.BindingTest$Twice can have only one of @Path, @Query,"
            + " @Header and @Body");
    refuses(
        Bodies.class,
        Http.post("/"),
        new Bodies("x", "y"),
        "dev.parley.rest.BindingTest$Bodies has more than one component that is the @Body");
    refuses(
        Add.class,
        Http.get("/{order}"),
        new Add("x", true, List.of()),
        "GET /{order} cannot have a body, but dev.parley.rest.BindingTest$Add has a component that"
            + " is the @Body");
    refuses(
        Wrong.class,
        Http.get("/{id}"),
        new Wrong("x"),
        "GET /{id} has no variable no, which dev.parley.rest.BindingTest$Wrong fills");
    refuses(
        Form.class,
        Http.get("/orders"),
        Form.of(),
        "GET /orders has no place for a request of type dev.parley.http.Form: use a record or a"
            + " map for a query, or a path with one variable");
    refuses(
        List.class,
        Http.post("/").form(),
        List.of(),
        "a form cannot be made of a java.util.ImmutableCollections$ListN: give a record or a map");
    refuses(String.class, Http.post("/").contentType("none"), "x", "\"none\" is not a media type");
  }

  record Tenant(@Header("X-Tenant") String name) {}

  @Test
  void refusesHeadersThatBreakOutOfTheirLine_withoutTheirValue() {
    refuses(
        Tenant.class,
        Http.get("/"),
        new Tenant("a\r\nX-Admin: secret"),
        "the value of header X-Tenant holds a character that HTTP does not allow at index 1; encode"
            + " it, for example as base64");
    Operation<Void, Void> operation = Operation.of("x", Void.class, Void.class).bind(Http.get("/"));
    for (String name : Arrays.asList("Content-Length", "transfer-encoding")) {
      assertThatThrownBy(() -> api.call(operation, null, CallOptions.DEFAULT.header(name, "5")))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(
              "the header " + name + " is set by the HTTP client itself; leave it out");
    }
    assertThatThrownBy(() -> api.call(operation, null, CallOptions.DEFAULT.header("X-Ümlaut", "1")))
        .hasMessageContaining("a header name must be visible ASCII without spaces and colons");
    assertThatThrownBy(() -> api.call(operation, null, CallOptions.DEFAULT.header("X", "sécret")))
        .hasMessageContaining("the value of header X holds a character")
        .hasMessageNotContaining("cret");
    assertThat(server.arrivals()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "orders|the path \"orders\" must begin with /, since it comes below the channel's address",
        "http://x/|the path \"http://x/\" must begin with /, since it comes below the channel's"
            + " address",
        "/a b|the path \"/a b\" holds a character that must be percent-encoded",
        "/a/{}|the path \"/a/{}\" has no valid variable at index 3; write it like {id}",
        "/a/{id|the path \"/a/{id\" has no valid variable at index 3; write it like {id}",
        "/{a}/{a}|the path \"/{a}/{a}\" has the variable a twice",
        "/a?b={c}|the path \"/a?b={c}\" must not have variables in its query; name a component like"
            + " the parameter",
      })
  void refusesMalformedTemplates(String template, String message) {
    assertThatThrownBy(() -> Http.get(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void refusesMalformedMethodsPagesAndForms() {
    assertThatThrownBy(() -> Http.method("GE T", "/"))
        .hasMessage("a method must be letters, such as PURGE, but is \"GE T\"");
    assertThatThrownBy(() -> Http.method("connect", "/"))
        .hasMessage("CONNECT is for proxies and cannot be bound");
    assertThatThrownBy(() -> Pages.links().items("data"))
        .hasMessage("a JSON pointer must be empty or begin with /, but is \"data\"");
    assertThatThrownBy(() -> Form.of("a"))
        .hasMessage(
            "Form.of takes names and values in turn, but the last name is without its value");
    assertThatThrownBy(() -> Multipart.builder().build())
        .hasMessage("a multipart body needs at least one part");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://user:pw@host/|the address http://host holds user information, which would end up"
            + " in logs; give credentials to the adapter's builder instead",
        "http://host/?connectTimeout=fast|the parameter connectTimeout of http://host must be a"
            + " duration that is not negative, such as 20s or 500ms, but is fast",
        "http://host/?maxResponseBytes=x|the parameter maxResponseBytes of http://host must be a"
            + " whole number such as 100, but is x",
        "http:///path|the address http:///path has no host: write it like"
            + " https://api.shop.example",
      })
  void refusesAddresses(String address, String message) {
    assertThatThrownBy(() -> parley.open(address, CallChannel.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }

  @Test
  void refusesSettingsThatCannotBe() {
    RestChannel.Builder builder = RestChannel.builder("http://host");
    assertThatThrownBy(() -> builder.connectTimeout(java.time.Duration.ZERO))
        .hasMessage("connectTimeout must be positive, but is PT0S");
    assertThatThrownBy(() -> builder.maxResponseBytes(0))
        .hasMessage("maxResponseBytes must be 1 to 2147483639, but is 0");
    assertThatThrownBy(() -> builder.cache(java.nio.file.Path.of("x"), 0))
        .hasMessage("the size of the cache must be at least 1, but is 0");
    assertThatThrownBy(() -> dev.parley.http.Auth.basic("a:b", () -> ""))
        .hasMessage("the user of basic authentication must not hold a colon");
  }
}
