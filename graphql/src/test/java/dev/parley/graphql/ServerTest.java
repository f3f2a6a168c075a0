package dev.parley.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallOptions;
import dev.parley.CodecException;
import dev.parley.Effect;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.PartialFailure;
import dev.parley.Payload;
import dev.parley.Reply;
import dev.parley.RetryPolicy;
import dev.parley.TypeRef;
import dev.parley.http.Auth;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import okhttp3.Request;
import okio.Buffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What calls do with a real server; the same with each of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerTest {
  enum Size {
    SMALL,
    LARGE
  }

  record ById(String id) {}

  record Review(int stars, String text) {}

  record Product(
      String id,
      String name,
      Size size,
      List<String> tags,
      Instant since,
      Double price,
      List<Review> reviews) {}

  record Data(Product product) {}

  record BySize(Size size) {}

  record Part(String sku, int count) {}

  record Order(List<Part> parts, String note) {}

  record Upload(Payload file, String name) {}

  record Files(List<Payload> files) {}

  private static final String PRODUCT =
      "query Product($id: ID!) { product(id: $id) "
          + "{ id name size tags since price reviews { ...Stars } } } "
          + "fragment Stars on Review { stars text }";

  private final Server server = start();
  private final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final List<GraphQlChannel> opened = new ArrayList<>();
  private Parley parley;

  abstract Server start();

  /** A request as it left. */
  private record Sent(String method, okhttp3.HttpUrl url, String body, okhttp3.Headers headers) {}

  @BeforeAll
  void open() {
    parley = Parley.create();
  }

  @AfterEach
  void forget() {
    opened.forEach(GraphQlChannel::close);
    opened.clear();
    sent.clear();
  }

  @AfterAll
  void stop() {
    parley.close();
    server.close();
  }

  private GraphQlChannel channel() {
    return channel(builder -> builder);
  }

  private GraphQlChannel channel(UnaryOperator<GraphQlChannel.Builder> settings) {
    GraphQlChannel.Builder builder =
        GraphQlChannel.builder(server.uri())
            .customize(okHttp ->
                okHttp.addNetworkInterceptor(chain -> {
                  sent.add(sent(chain.request()));
                  return chain.proceed(chain.request());
                }));
    GraphQlChannel channel = settings.apply(builder).open(parley);
    opened.add(channel);
    return channel;
  }

  private static Sent sent(Request request) throws IOException {
    Buffer body = new Buffer();
    if (request.body() != null && !request.body().isOneShot()) {
      request.body().writeTo(body);
    }
    return new Sent(request.method(), request.url(), body.readUtf8(), request.headers());
  }

  private static <Q, R> Operation<Q, R> operation(
      Class<Q> request, Class<R> reply, String document, String at) {
    return Operation.of("test", request, reply).bind(GraphQl.document(document).at(at));
  }

  private static <R> Operation<Void, R> bare(Class<R> reply, String document, String at) {
    return operation(Void.class, reply, document, at);
  }

  private <Q, R> GraphQlException refused(Operation<Q, R> operation, Q request) {
    return catchThrowableOfType(GraphQlException.class, () -> channel().call(operation, request));
  }

  // ---------------------------------------------------------------- the happy path

  @Test
  void readsNestedDataWithFragmentsEnumsListsNullsAndCustomScalars() {
    Product product =
        channel().call(operation(ById.class, Product.class, PRODUCT, "/product"), new ById("1"));

    assertThat(product)
        .isEqualTo(
            new Product(
                "1",
                "Anvil",
                Size.LARGE,
                List.of("iron", "heavy"),
                Instant.parse("2020-01-02T03:04:05Z"),
                9.5,
                List.of(new Review(5, "Grüße"), new Review(1, null))));
  }

  @Test
  void takesAllOfDataUnlessAPlaceIsTold() {
    Data data = channel().call(operation(ById.class, Data.class, PRODUCT, ""), new ById("1"));

    assertThat(data.product().name()).isEqualTo("Anvil");
  }

  @Test
  void sendsEnumsInputsListsAndNullsAsVariables() {
    GraphQlChannel shop = channel();

    int parts =
        shop.call(
            operation(
                Order.class,
                Integer.class,
                "mutation Order($parts: [Part!]!, $note: String) "
                    + "{ order(parts: $parts, note: $note) }",
                "/order"),
            new Order(List.of(new Part("a", 2), new Part("b", 3)), null));
    List<Product> large =
        shop.call(
            Operation.of("sized", TypeRef.of(BySize.class), new TypeRef<List<Product>>() {})
                .bind(
                    GraphQl.document("query S($size: Size!) { sized(size: $size) { name } }")
                        .at("/sized")),
            new BySize(Size.LARGE));

    assertThat(parts).isEqualTo(5);
    assertThat(large).extracting(Product::name).containsExactly("Anvil");
  }

  @Test
  void takesMapsSingleVariablesAndTheirJson() {
    GraphQlChannel shop = channel();
    String document = "query Name($id: ID!) { product(id: $id) { name } }";

    assertThat(
            shop.call(
                Operation.of("map", new TypeRef<Map<String, String>>() {}, TypeRef.of(String.class))
                    .bind(GraphQl.document(document).at("/product/name")),
                Map.of("id", "1")))
        .isEqualTo("Anvil");
    assertThat(
            shop.call(
                Operation.of("one", String.class, String.class)
                    .bind(GraphQl.document(document).at("/product/name").variable("id")),
                "1"))
        .isEqualTo("Anvil");
    assertThat(
            shop.call(
                operation(String.class, String.class, document, "/product/name"), "{\"id\":\"1\"}"))
        .isEqualTo("Anvil");
    assertThat(
            shop.call(
                Operation.of("since", Instant.class, Instant.class)
                    .bind(
                        GraphQl.document("query S($from: DateTime!) { since(from: $from) }")
                            .at("/since")
                            .variable("from")),
                Instant.EPOCH))
        .isEqualTo(Instant.EPOCH);
  }

  @Test
  void sendsDocumentNameAndVariables() {
    channel().call(operation(ById.class, Void.class, PRODUCT, ""), new ById("\"quoted\"\n"));

    Sent request = sent.get(0);
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.headers().get("Content-Type")).isEqualTo("application/json");
    assertThat(request.headers().get("Accept"))
        .isEqualTo("application/graphql-response+json, application/json;q=0.9");
    assertThat(request.body())
        .isEqualTo(
            "{\"query\":"
                + JsonText.quoted(PRODUCT)
                + ",\"operationName\":\"Product\",\"variables\":{\"id\":\"\\\"quoted\\\"\\n\"}}");
  }

  @Test
  void choosesOneOperationOfADocument() {
    Operation<Void, String> operation =
        Operation.of("two", Void.class, String.class)
            .bind(
                GraphQl.document(
                        "query A { product(id: \"1\") { name } }"
                            + " query B { product(id: \"2\") { name } }")
                    .operation("B")
                    .at("/product/name"));

    assertThat(channel().call(operation, null)).isEqualTo("Broken");
  }

  // ---------------------------------------------------------------- data and errors

  @Test
  void returnsPartialDataWithItsFailures() {
    Reply<Product> reply =
        channel()
            .newCall(
                operation(ById.class, Product.class, PRODUCT, "/product"),
                new ById("2"),
                CallOptions.DEFAULT)
            .execute();

    assertThat(reply.body().name()).isEqualTo("Broken");
    assertThat(reply.body().price()).isNull();
    assertThat(reply.attempts()).isEqualTo(1);
    PartialFailure failure = reply.partialFailures().get(0);
    assertThat(failure.path()).isEqualTo("product/price");
    assertThat(failure.message()).isEqualTo("no price");
    assertThat(failure.extensions()).containsEntry("code", "NO_PRICE");
  }

  @Test
  void tellsNothingFromNull() {
    String document = "query Product($id: ID!) { product(id: $id) { name } }";
    Operation<ById, Optional<Product>> optional =
        Operation.of("o", TypeRef.of(ById.class), new TypeRef<Optional<Product>>() {})
            .bind(GraphQl.document(document).at("/product"));
    GraphQlChannel shop = channel();

    assertThat(shop.call(optional, new ById("1")).orElseThrow().name()).isEqualTo("Anvil");
    assertThat(shop.call(optional, new ById("none"))).isEmpty();
    assertThat(
            catchThrowableOfType(
                CodecException.class,
                () ->
                    shop.call(
                        operation(ById.class, Product.class, document, "/product"),
                        new ById("none"))))
        .hasMessageContaining("there is no value");
  }

  @Test
  void RTY_3_failsWithTheErrorsWhenThereIsNoData() {
    GraphQlException failure =
        refused(bare(String.class, "query Fail { fail(code: \"BROKEN\") }", "/fail"), null);

    assertThat(failure.getClass()).isEqualTo(GraphQlException.class);
    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.effect()).isEqualTo(Effect.POSSIBLE);
    assertThat(failure.code()).isEqualTo("BROKEN");
    assertThat(failure.status()).isEqualTo(200);
    assertThat(failure.errors().get(0).path()).isEqualTo("fail");
    assertThat(failure.errors().get(0).message()).isEqualTo("asked to fail");
    assertThat(failure.getMessage())
        .startsWith("test at graphql+http://127.0.0.1:" + server.port() + " failed after 1 attempt")
        .containsPattern(
            ": query Fail was answered with .* and no data, BROKEN; see errors\\(\\) \\(");
    assertThat(sent).hasSize(1);
  }

  @Test
  void RTY_3_tellsAnInvalidDocument() {
    for (String document :
        List.of("{ nope }", "{ product { name } }", "{ product(id: 1 2) { name { } } }")) {
      GraphQlException failure = refused(bare(Void.class, document, ""), null);

      assertThat(failure).as(document).isInstanceOf(InvalidDocumentException.class);
      assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
      assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
      assertThat(failure.errors()).isNotEmpty();
    }
  }

  @Test
  void RTY_3_tellsVariablesThatDoNotFit() {
    String document = "query S($size: Size!) { sized(size: $size) { name } }";
    TypeRef<Map<String, Object>> map = new TypeRef<>() {};
    Operation<Map<String, Object>, Void> sized =
        Operation.of("sized", map, TypeRef.of(Void.class)).bind(GraphQl.document(document));
    Map<String, Object> nothing = new HashMap<>();
    nothing.put("size", null);

    for (Map<String, Object> variables :
        List.of(Map.<String, Object>of(), nothing, Map.<String, Object>of("size", "HUGE"))) {
      GraphQlException failure = refused(sized, variables);

      assertThat(failure).as("%s", variables).isInstanceOf(InvalidVariablesException.class);
      assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
      assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
    }
  }

  @Test
  void TOK_1_renewsTheCredentialOnceWhenAnErrorSaysSo() {
    AtomicInteger tokens = new AtomicInteger();
    GraphQlChannel shop =
        channel(builder -> builder.auth(Auth.bearer(() -> "token-" + tokens.incrementAndGet())));

    GraphQlException failure =
        catchThrowableOfType(
            GraphQlException.class,
            () ->
                shop.call(
                    bare(String.class, "{ fail(code: \"UNAUTHENTICATED\") }", "/fail"), null));

    assertThat(failure.kind()).isEqualTo(Kind.AUTHENTICATION);
    assertThat(sent).extracting(each -> each.headers().get("Authorization")).hasSize(2);
    assertThat(sent.get(0).headers().get("Authorization"))
        .isNotEqualTo(sent.get(1).headers().get("Authorization"));
  }

  @Test
  void BKF_4_retriesACodeThatIsDeclaredToThrottle() {
    GraphQlChannel shop = channel(builder -> builder.errorKind("RATE_LIMITED", Kind.THROTTLED));
    Operation<Void, String> fail = bare(String.class, "{ fail(code: \"RATE_LIMITED\") }", "/fail");
    RetryPolicy fast = RetryPolicy.DEFAULT.throttledBase(Duration.ofMillis(1));

    GraphQlException failure =
        catchThrowableOfType(
            GraphQlException.class, () -> shop.call(fail, null, CallOptions.DEFAULT.retry(fast)));

    assertThat(failure.kind()).isEqualTo(Kind.THROTTLED);
    assertThat(sent).hasSize(3);
  }

  // ---------------------------------------------------------------- persisted, GET, batch, files

  @Test
  void sendsTheHashAndTheTextOnceWhenItIsNotKnown() {
    GraphQlChannel shop = channel(builder -> builder.persisted(true));
    // Its own document, since servers remember.
    Operation<Void, String> name =
        bare(
            String.class,
            "query P" + System.nanoTime() + " { product(id: \"1\") { name } }",
            "/product/name");

    Reply<String> first = shop.newCall(name, null, CallOptions.DEFAULT).execute();
    Reply<String> second = shop.newCall(name, null, CallOptions.DEFAULT).submit().join();

    assertThat(first.body()).isEqualTo("Anvil");
    assertThat(first.attempts()).isEqualTo(1);
    assertThat(second.body()).isEqualTo("Anvil");
    assertThat(sent)
        .extracting(each -> each.body().contains("\"query\""))
        .containsExactly(false, true, false);
    assertThat(sent).allMatch(each -> each.body().contains("sha256Hash"));
  }

  @Test
  void sendsQueriesByGetAndMutationsByPost() {
    GraphQlChannel shop = channel(builder -> builder.get(true));

    assertThat(
            shop.call(
                operation(
                    ById.class,
                    String.class,
                    "query N($id: ID!) { product(id: $id) { name } }",
                    "/product/name"),
                new ById("1")))
        .isEqualTo("Anvil");
    shop.call(
        operation(
            Order.class,
            Integer.class,
            "mutation Order($parts: [Part!]!) { order(parts: $parts) }",
            "/order"),
        new Order(List.of(), null));

    assertThat(sent).extracting(Sent::method).containsExactly("GET", "POST");
    assertThat(sent.get(0).url().queryParameter("variables")).isEqualTo("{\"id\":\"1\"}");
  }

  @Test
  void sendsHashesByGetAndTheTextByPost() {
    GraphQlChannel shop = channel(builder -> builder.get(true).persisted(true));
    Operation<Void, String> name =
        bare(
            String.class,
            "query G" + System.nanoTime() + " { product(id: \"1\") { name } }",
            "/product/name");

    assertThat(shop.call(name, null)).isEqualTo("Anvil");
    assertThat(shop.call(name, null)).isEqualTo("Anvil");

    assertThat(sent).extracting(Sent::method).containsExactly("GET", "POST", "GET");
    assertThat(sent.get(2).url().queryParameterNames())
        .containsExactlyInAnyOrder("operationName", "extensions");
  }

  @Test
  void aMappingReadsEachAnswerOfABatchWithItsRequest() {
    Mapping<String, String> mapping =
        new Mapping<>() {
          @Override
          public Map<String, Object> variables(String request) {
            return Map.of("id", request);
          }

          @Override
          public String data(String request, byte[] json) {
            return request + " is " + new String(json, StandardCharsets.UTF_8);
          }
        };
    Operation<List<String>, List<String>> batch =
        Operation.of("batch", new TypeRef<List<String>>() {}, new TypeRef<List<String>>() {})
            .bind(
                GraphQl.document("query Pr($id: ID!) { product(id: $id) { name } }")
                    .at("/product/name")
                    .mapping(mapping)
                    .batch());

    assertThat(channel().call(batch, List.of("1", "2")))
        .containsExactly("1 is \"Anvil\"", "2 is \"Broken\"");
  }

  @Test
  void sendsABatchInOneRequest() {
    Operation<List<ById>, List<Product>> batch =
        Operation.of("batch", new TypeRef<List<ById>>() {}, new TypeRef<List<Product>>() {})
            .bind(
                GraphQl.document("query Pr($id: ID!) { product(id: $id) { name price } }")
                    .at("/product")
                    .batch());

    Reply<List<Product>> reply =
        channel()
            .newCall(
                batch, List.of(new ById("1"), new ById("2"), new ById("1")), CallOptions.DEFAULT)
            .execute();

    assertThat(reply.body()).extracting(Product::name).containsExactly("Anvil", "Broken", "Anvil");
    assertThat(reply.partialFailures())
        .extracting(PartialFailure::path)
        .containsExactly("1/product/price");
    assertThat(sent).hasSize(1);
  }

  @Test
  void sendsFilesBesideTheVariables() {
    GraphQlChannel shop = channel();

    assertThat(
            shop.call(
                operation(
                    Upload.class,
                    String.class,
                    "mutation U($file: Upload!, $name: String) "
                        + "{ upload(file: $file, name: $name) }",
                    "/upload"),
                new Upload(Payload.text("content"), "a.txt")))
        .isEqualTo("a.txt: content");
    assertThat(
            shop.call(
                Operation.of("all", TypeRef.of(Files.class), new TypeRef<List<String>>() {})
                    .bind(
                        GraphQl.document(
                                "mutation All($files: [Upload!]!) { uploadAll(files: $files) }")
                            .at("/uploadAll")),
                new Files(List.of(Payload.text("one"), Payload.text("zwei")))))
        .containsExactly("one", "zwei");
  }

  @Test
  void BDY_1_doesNotRepeatAFileThatCanBeReadOnce() {
    Operation<Upload, String> upload =
        operation(
                Upload.class,
                String.class,
                "mutation U($file: Upload!, $name: String) { upload(file: $file, name: $name) }",
                "/upload")
            .with(Idempotency.KEYED);
    Payload once = Payload.oneShot(new ByteArrayInputStream("content".getBytes()), "text/plain");

    // A channel without the interceptor, which would read it.
    try (GraphQlChannel shop = GraphQlChannel.builder(server.uri()).open(parley)) {
      assertThat(shop.call(upload, new Upload(once, "b.txt"))).isEqualTo("b.txt: content");
    }
  }

  @Test
  void putsTheKeyOfAMutationIntoItsHeader() {
    Operation<Order, Integer> order =
        operation(
                Order.class,
                Integer.class,
                "mutation Order($parts: [Part!]!) { order(parts: $parts) }",
                "/order")
            .with(Idempotency.KEYED);

    Reply<Integer> reply =
        channel().newCall(order, new Order(List.of(), null), CallOptions.DEFAULT).execute();

    assertThat(sent.get(0).headers().get("Idempotency-Key"))
        .isEqualTo(reply.idempotencyKey().orElseThrow());
    assertThat(reply.headers()).isNotEqualTo(Headers.empty());
  }
}
