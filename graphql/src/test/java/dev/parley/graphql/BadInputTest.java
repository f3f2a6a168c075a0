package dev.parley.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.AmbiguousOutcomeException;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.CodecException;
import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Kind;
import dev.parley.MessageTooLargeException;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.ProtocolException;
import dev.parley.RetryPolicy;
import dev.parley.TypeRef;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes of wrong answers and wrong use. */
class BadInputTest {
  private static final String JSON = "application/json";
  private static final String GRAPHQL = "application/graphql-response+json";
  private static final CallOptions FAST =
      CallOptions.DEFAULT.retry(
          RetryPolicy.DEFAULT
              .base(Duration.ofMillis(1))
              .throttledBase(Duration.ofMillis(1))
              .cap(Duration.ofMillis(2)));

  record Name(String name) {}

  private static final Operation<Void, Name> QUERY =
      Operation.of("name.get", Void.class, Name.class)
          .bind(GraphQl.document("query Name { product { name } }").at("/product"));
  private static final Operation<Void, Name> MUTATION =
      Operation.of("name.set", Void.class, Name.class)
          .bind(GraphQl.document("mutation Name { product { name } }").at("/product"));

  private final AtomicInteger arrivals = new AtomicInteger();
  private volatile int status = 200;
  private volatile String type = JSON;
  private volatile byte[] body = new byte[0];
  private Undertow server;
  private Parley parley;
  private CallChannel channel;

  @BeforeEach
  void open() {
    server =
        Undertow.builder()
            .setIoThreads(1)
            .setWorkerThreads(2)
            .setServerOption(UndertowOptions.ALWAYS_SET_DATE, false)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(exchange -> {
              arrivals.incrementAndGet();
              exchange.setStatusCode(status);
              if (type != null) {
                exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
              }
              exchange.getResponseSender().send(ByteBuffer.wrap(body));
            })
            .build();
    server.start();
    parley = Parley.create();
    channel = parley.open(uri("/graphql"), CallChannel.class);
  }

  @AfterEach
  void close() {
    parley.close();
    server.stop();
  }

  private String uri(String path) {
    InetSocketAddress address = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    return "graphql+http://127.0.0.1:" + address.getPort() + path;
  }

  private <F extends ParleyException> F failure(Class<F> expected, Operation<Void, ?> operation) {
    F failure = catchThrowableOfType(expected, () -> channel.call(operation, null, FAST));
    assertThat(failure).isNotNull();
    return failure;
  }

  private void answer(int newStatus, String newType, String newBody) {
    status = newStatus;
    type = newType;
    body = newBody.getBytes(StandardCharsets.UTF_8);
  }

  // ---------------------------------------------------------------- answers

  @Test
  void tellsHtmlFromJson() {
    answer(200, "text/html; charset=utf-8", "<h1>Welcome</h1>");

    ProtocolException failure = failure(ProtocolException.class, QUERY);

    assertThat(failure.notRetriedBecause()).contains(NotRetried.PERMANENT);
    assertThat(failure.getMessage())
        .contains(
            "query Name was answered 200 with HTML and not JSON: is the address, with its path,"
                + " that of a GraphQL endpoint?")
        .doesNotContain("Welcome");
    assertThat(arrivals).hasValue(1);
  }

  @Test
  void takesHtmlWithAStatusByTheStatus() {
    answer(502, "text/html", "<h1>Bad Gateway</h1>");

    GraphQlException failure = failure(GraphQlException.class, QUERY);

    assertThat(failure.status()).isEqualTo(502);
    assertThat(failure.errors()).isEmpty();
    assertThat(failure.code()).isEqualTo("502");
    assertThat(failure.getMessage()).contains("query Name answered 502 Bad Gateway");
    assertThat(arrivals).hasValue(3);
  }

  @Test
  void RTY_2_doesNotRepeatAMutationThatAGatewayLost() {
    answer(502, "text/html", "<h1>Bad Gateway</h1>");

    AmbiguousOutcomeException failure = failure(AmbiguousOutcomeException.class, MUTATION);

    assertThat(failure.getCause()).isInstanceOf(GraphQlException.class);
    assertThat(arrivals).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"data\":", "not json", "{\"data\":{}} x"})
  void DEC_doesNotRepeatWhatIsNotJson(String text) {
    answer(200, JSON, text);

    CodecException failure = failure(CodecException.class, QUERY);

    assertThat(failure.kind()).isEqualTo(Kind.PROTOCOL);
    assertThat(failure.getMessage()).contains("the answer to query Name is not JSON at byte");
    assertThat(arrivals).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "7", "[]", "{}", "{\"data\":null}", "{\"data\":null,\"errors\":[]}"})
  void DEC_refusesAnAnswerWithNeitherDataNorErrors(String text) {
    answer(200, GRAPHQL, text);

    ProtocolException failure = failure(ProtocolException.class, QUERY);

    assertThat(failure.getMessage())
        .contains("query Name was answered with neither data nor errors");
    assertThat(arrivals).hasValue(1);
  }

  @Test
  void DEC_tellsDataThatDoesNotFit() {
    answer(200, JSON, "{\"data\":{\"product\":{\"name\":[]}}}");
    assertThat(failure(CodecException.class, QUERY).getMessage())
        .contains("cannot read application/json as");

    answer(200, JSON, "{\"data\":{\"other\":1}}");
    assertThat(failure(CodecException.class, QUERY).getMessage())
        .contains("the data of query Name has nothing at /product: compare at(…) with the");
  }

  @Test
  void DEC_refusesInvalidUtf8() {
    answer(200, JSON, "");
    body = "{\"data\":{\"product\":{\"name\":\"?\"}}}".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < body.length; i++) {
      if (body[i] == '?') {
        body[i] = (byte) 0xFF;
      }
    }

    assertThat(failure(CodecException.class, QUERY).getMessage()).contains("is not valid UTF-8");
  }

  @Test
  void takesErrorsWithAnyStatusInTheirOwnMediaTypeForTheServersAnswer() {
    answer(500, GRAPHQL, "{\"errors\":[{\"message\":\"secret\"}]}");

    GraphQlException failure = failure(GraphQlException.class, MUTATION);

    assertThat(failure.kind()).isEqualTo(Kind.PERMANENT);
    assertThat(failure.effect()).isEqualTo(Effect.NOT_PROCESSED);
    assertThat(failure.status()).isEqualTo(500);
    assertThat(failure.errors().get(0).message()).isEqualTo("secret");
    assertThat(failure.getMessage()).doesNotContain("secret");
    assertThat(arrivals).hasValue(1);
  }

  @Test
  void takesJsonWithAStatusByTheStatus() {
    answer(500, JSON, "{\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"X\"}}]}");

    GraphQlException failure = failure(GraphQlException.class, QUERY);

    assertThat(failure.kind()).isEqualTo(Kind.TRANSIENT);
    assertThat(failure.code()).isEqualTo("X");
    assertThat(arrivals).hasValue(3);
  }

  @Test
  void tellsAnInvalidDocumentAlsoWithAStatus() {
    answer(
        400,
        JSON,
        "{\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"GRAPHQL_PARSE_FAILED\"}}]}");

    assertThat(failure(GraphQlException.class, QUERY)).isInstanceOf(InvalidDocumentException.class);
    assertThat(arrivals).hasValue(1);
  }

  @Test
  void neverShowsACodeThatIsNoName() {
    answer(
        200,
        JSON,
        "{\"data\":null,\"errors\":[{\"message\":7,\"path\":\"x\",\"extensions\":"
            + "{\"code\":\"a b\\nc\",\"nothing\":null}}]}");

    GraphQlException failure = failure(GraphQlException.class, QUERY);

    assertThat(failure.code()).isEqualTo("a b\nc");
    assertThat(failure.getMessage()).doesNotContain("a b");
    assertThat(failure.errors().get(0).message()).isEmpty();
    assertThat(failure.errors().get(0).path()).isEmpty();
  }

  @Test
  void returnsTheErrorsOfNothingToReadWithTheData() {
    answer(
        200,
        JSON,
        "{\"data\":{\"product\":null},\"errors\":[{\"message\":\"m\",\"path\":[\"product\"]}]}");

    assertThat(failure(GraphQlException.class, QUERY).errors().get(0).path()).isEqualTo("product");
  }

  @Test
  void TOK_1_asksOnceForWhatNobodyKnows() {
    answer(
        200,
        JSON,
        "{\"errors\":[{\"message\":\"m\",\"extensions\":{\"code\":\"PERSISTED_QUERY_NOT_FOUND\"}}]}");
    CallChannel hashed = parley.open(uri("/graphql?persisted=true"), CallChannel.class);

    GraphQlException failure =
        catchThrowableOfType(GraphQlException.class, () -> hashed.call(QUERY, null, FAST));

    assertThat(failure.code()).isEqualTo("PERSISTED_QUERY_NOT_FOUND");
    assertThat(arrivals).as("the hash, and the text").hasValue(2);
  }

  @Test
  void forgetsHashesWhereTheServerKeepsNone() {
    answer(
        200,
        JSON,
        "{\"errors\":[{\"message\":\"m\",\"extensions\":"
            + "{\"code\":\"PERSISTED_QUERY_NOT_SUPPORTED\"}}]}");
    CallChannel hashed = parley.open(uri("/graphql?persisted=true"), CallChannel.class);

    assertThat(catchThrowable(() -> hashed.call(QUERY, null, FAST))).isNotNull();
    assertThat(catchThrowable(() -> hashed.call(QUERY, null, FAST))).isNotNull();

    assertThat(arrivals).as("the hash, the text, the text").hasValue(3);
  }

  @Test
  void refusesAnAnswerOverTheLimit() {
    answer(200, JSON, "{\"data\":{\"product\":{\"name\":\"" + "x".repeat(2000) + "\"}}}");
    CallChannel small = parley.open(uri("/graphql?maxResponseBytes=1000"), CallChannel.class);

    assertThat(catchThrowable(() -> small.call(QUERY, null, FAST)))
        .isInstanceOf(MessageTooLargeException.class);
    assertThat(arrivals).hasValue(1);
  }

  @Test
  void keepsTheSlashAtTheEndOfTheAddress() {
    answer(200, JSON, "{\"data\":{\"product\":{\"name\":\"x\"}}}");

    assertThat(parley.open(uri("/graphql/"), CallChannel.class).call(QUERY, null).name())
        .isEqualTo("x");
  }

  @Test
  void refusesABatchThatIsNotAnsweredWithAList() {
    Operation<List<Map<String, Object>>, List<Name>> batch =
        Operation.of(
                "batch", new TypeRef<List<Map<String, Object>>>() {}, new TypeRef<List<Name>>() {})
            .bind(GraphQl.document("query B { product { name } }").at("/product").batch());
    List<Map<String, Object>> two = List.of(Map.of(), Map.of());

    answer(200, JSON, "{\"data\":{}}");
    assertThat(catchThrowable(() -> channel.call(batch, two, FAST)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("the batch of query B was not answered with a list");

    answer(200, JSON, "[{\"data\":{\"product\":{\"name\":\"x\"}}}]");
    assertThat(catchThrowable(() -> channel.call(batch, two, FAST)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("the batch of query B was not answered with a list of 2");

    answer(200, JSON, "{\"errors\":[{\"message\":\"no batches\"}]}");
    assertThat(catchThrowable(() -> channel.call(batch, two, FAST)))
        .isInstanceOf(GraphQlException.class);
  }

  // ---------------------------------------------------------------- wrong use

  @Test
  void refusesWhatItCannotBind() {
    String name = "{ product { name } }";

    assertRefused(
        Operation.of("none", Void.class, Name.class),
        null,
        "the operation none has no binding to GraphQL: add one, such as"
            + " .bind(GraphQl.document(\"query Product($id: ID!) { … }\"))");
    assertRefused(
        Operation.of("sub", Void.class, Name.class)
            .bind(GraphQl.document("subscription S { product }")),
        null,
        "the operation sub is a subscription S, which is no call: open a StreamChannel for it");
    assertRefused(
        Operation.of("two", Void.class, Name.class)
            .bind(GraphQl.document("query A { a } query B { b }")),
        null,
        "the operation two: the document holds several operations: choose one by operation(name)"
            + " from query A, query B");
    assertRefused(
        Operation.of("number", Integer.class, Name.class).bind(GraphQl.document(name)),
        7,
        "the request of query is no object with its variables by name: use a record or a map, or"
            + " say with variable(name) which variable it is");
    assertRefused(
        Operation.of("batch", Void.class, Name.class).bind(GraphQl.document(name).batch()),
        null,
        "the operation batch is a batch, so that its request must be a List, but is"
            + " java.lang.Void");
    assertThat(arrivals).hasValue(0);
  }

  private <Q> void assertRefused(Operation<Q, ?> operation, Q request, String message) {
    assertThat(catchThrowable(() -> channel.call(operation, request, FAST)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"graphql+http:///graphql, has no host", "graphql+https:graphql, has no host"})
  void refusesAnAddressWithoutAHost(String address, String message) {
    assertThat(catchThrowable(() -> parley.open(address, CallChannel.class)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }
}
