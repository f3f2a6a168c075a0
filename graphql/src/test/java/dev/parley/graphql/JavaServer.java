package dev.parley.graphql;

import graphql.ErrorClassification;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.GraphQLContext;
import graphql.GraphqlErrorBuilder;
import graphql.execution.DataFetcherResult;
import graphql.execution.preparsed.persisted.ApolloPersistedQuerySupport;
import graphql.execution.preparsed.persisted.InMemoryPersistedQueryCache;
import graphql.schema.Coercing;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLScalarType;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.form.FormData;
import io.undertow.server.handlers.form.FormParserFactory;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import tools.jackson.databind.json.JsonMapper;

/** A server on graphql-java and Undertow, which speaks GraphQL over HTTP as the draft says. */
final class JavaServer implements Server {
  /** What may answer a request in place of GraphQL. */
  interface Before {
    /** Returns whether the request was answered. */
    boolean answer(HttpServerExchange exchange, Map<String, ?> variables) throws Exception;
  }

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String GRAPHQL = "application/graphql-response+json";

  private static final Map<String, Object> ANVIL =
      Map.of(
          "id", "1",
          "name", "Anvil",
          "size", "LARGE",
          "tags", List.of("iron", "heavy"),
          "since", "2020-01-02T03:04:05Z",
          "price", 9.5,
          "reviews", List.of(Map.of("stars", 5, "text", "Grüße"), Map.of("stars", 1)));
  private static final Map<String, Object> BROKEN =
      Map.of("id", "2", "name", "Broken", "tags", List.of(), "reviews", List.of());
  private static final List<Map<String, Object>> PRODUCTS = List.of(ANVIL, BROKEN);

  private final Undertow server;
  private final GraphQL graphQl;
  private final Before before;
  private final JavaSockets sockets = new JavaSockets(this::execute);
  private final JavaStreams streams = new JavaStreams();
  private final SubmissionPublisher<Map<String, Object>> notes =
      new SubmissionPublisher<>(Runnable::run, 1 << 16);
  private final AtomicInteger subscriptions = new AtomicInteger();

  JavaServer() {
    this((exchange, variables) -> false);
  }

  JavaServer(Before before) {
    this.before = before;
    this.graphQl = graphQl();
    HttpHandler all = sockets.before(new BlockingHandler(this::answer));
    this.server =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(100)
            // Undertow keeps the date for all servers of a JVM, and one that stops at the wrong
            // moment leaves it as it is for good.
            .setServerOption(UndertowOptions.ALWAYS_SET_DATE, false)
            .addHttpListener(0, "127.0.0.1")
            .setHandler(Handlers.path().addExactPath("/graphql", all))
            .build();
    server.start();
  }

  @Override
  public int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  /** Returns what speaks graphql-sse and multipart subscriptions. */
  JavaStreams streams() {
    return streams;
  }

  /** Returns what speaks graphql-transport-ws. */
  JavaSockets sockets() {
    return sockets;
  }

  @Override
  public void publish(String id, String text) {
    Map<String, Object> note = new HashMap<>();
    note.put("id", id);
    note.put("text", text);
    notes.submit(note);
  }

  @Override
  public void end() {
    notes.close();
  }

  @Override
  public int subscriptions() {
    return subscriptions.get();
  }

  @Override
  public void close() {
    server.stop();
  }

  // ---------------------------------------------------------------- HTTP

  private void answer(HttpServerExchange exchange) throws Exception {
    HeaderMap headers = exchange.getRequestHeaders();
    String type = Objects.requireNonNullElse(headers.getFirst(Headers.CONTENT_TYPE), "");
    Object request;
    if (exchange.getRequestMethod().equalToString("GET")) {
      request = ofQuery(exchange.getQueryParameters());
    } else if (type.startsWith("multipart/form-data")) {
      request = ofParts(exchange);
    } else {
      request = JSON.readValue(exchange.getInputStream().readAllBytes(), Object.class);
    }
    if (request instanceof List<?> batch) {
      List<Object> results = new ArrayList<>();
      for (Object each : batch) {
        results.add(execute(map(each)).toSpecification());
      }
      send(exchange, 200, "application/json", results);
      return;
    }
    Map<String, Object> variables = map(map(request).get("variables"));
    if (before.answer(exchange, variables)) {
      return;
    }
    ExecutionResult result = execute(map(request));
    if (streams.answer(exchange, result)) {
      return;
    }
    boolean ran = result.isDataPresent();
    boolean modern = String.valueOf(headers.getFirst(Headers.ACCEPT)).contains(GRAPHQL);
    send(
        exchange, ran ? 200 : 400, modern ? GRAPHQL : "application/json", result.toSpecification());
  }

  private static Map<String, Object> ofQuery(Map<String, Deque<String>> query) {
    Map<String, Object> request = new HashMap<>();
    query.forEach((name, values) -> {
      String value = values.getFirst();
      boolean json = name.equals("variables") || name.equals("extensions");
      request.put(name, json ? JSON.readValue(value, Object.class) : value);
    });
    return request;
  }

  private static Map<String, Object> ofParts(HttpServerExchange exchange) throws IOException {
    FormData form = FormParserFactory.builder().build().createParser(exchange).parseBlocking();
    Map<String, Object> request =
        map(JSON.readValue(form.getFirst("operations").getValue(), Object.class));
    map(JSON.readValue(form.getFirst("map").getValue(), Object.class))
        .forEach((part, paths) -> {
          for (Object path : (List<?>) paths) {
            set(request, String.valueOf(path).split("\\."), text(form.getFirst(part)));
          }
        });
    return request;
  }

  private static String text(FormData.FormValue part) {
    try (InputStream content = part.getFileItem().getInputStream()) {
      return new String(content.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static void set(Object root, String[] path, Object value) {
    Object at = root;
    for (int i = 0; i < path.length - 1; i++) {
      at = at instanceof List<?> list ? list.get(Integer.parseInt(path[i])) : map(at).get(path[i]);
    }
    String last = path[path.length - 1];
    if (at instanceof List<?>) {
      ((List<Object>) at).set(Integer.parseInt(last), value);
    } else {
      map(at).put(last, value);
    }
  }

  static void send(HttpServerExchange exchange, int status, String type, Object json) {
    byte[] body = json instanceof String text ? text.getBytes() : JSON.writeValueAsBytes(json);
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
    exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, body.length);
    try {
      exchange.getOutputStream().write(body);
      exchange.getOutputStream().close();
    } catch (IOException e) {
      exchange.endExchange(); // the caller has gone
    }
  }

  static void header(HttpServerExchange exchange, String name, String value) {
    exchange.getResponseHeaders().put(new HttpString(name), value);
  }

  // ---------------------------------------------------------------- GraphQL

  private ExecutionResult execute(Map<String, Object> request) {
    Map<String, Object> extensions = map(request.get("extensions"));
    String query = (String) request.get("query");
    return graphQl.execute(
        ExecutionInput.newExecutionInput()
            .query(query == null ? ApolloPersistedQuerySupport.PERSISTED_QUERY_MARKER : query)
            .operationName((String) request.get("operationName"))
            .variables(map(request.get("variables")))
            .extensions(extensions)
            .locale(Locale.ENGLISH)
            .build());
  }

  private GraphQL graphQl() {
    String schema;
    try (InputStream text = JavaServer.class.getResourceAsStream("/schema.graphqls")) {
      schema = new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    DataFetcher<Object> echo =
        call -> Map.of("id", call.getArgument("id"), "text", call.getArgument("text"));
    RuntimeWiring wiring =
        RuntimeWiring.newRuntimeWiring()
            .scalar(asItIs("DateTime"))
            .scalar(asItIs("Upload"))
            .type("Product", type -> type.dataFetcher("price", JavaServer::price))
            .type(
                "Query",
                type ->
                    type.dataFetcher("echo", echo)
                        .dataFetcher(
                            "product", call -> products("id", call.getArgument("id")).get(0))
                        .dataFetcher("sized", call -> products("size", call.getArgument("size")))
                        .dataFetcher("since", call -> call.getArgument("from"))
                        .dataFetcher(
                            "fail",
                            call -> failed(call, "asked to fail", call.getArgument("code"))))
            .type(
                "Mutation",
                type ->
                    type.dataFetcher("echo", echo)
                        .dataFetcher("order", JavaServer::order)
                        .dataFetcher(
                            "upload",
                            call -> call.getArgument("name") + ": " + call.getArgument("file"))
                        .dataFetcher("uploadAll", call -> call.getArgument("files")))
            .type(
                "Subscription",
                type ->
                    type.dataFetcher(
                            "notes", call -> (Publisher<Map<String, Object>>) this::subscribe)
                        .dataFetcher("countdown", JavaServer::countdown))
            .type("Count", type -> type.dataFetcher("note", JavaServer::oddFails))
            .build();
    return GraphQL.newGraphQL(
            new SchemaGenerator().makeExecutableSchema(new SchemaParser().parse(schema), wiring))
        .preparsedDocumentProvider(
            new ApolloPersistedQuerySupport(
                InMemoryPersistedQueryCache.newInMemoryPersistedQueryCache().build()))
        .build();
  }

  private static List<Map<String, Object>> products(String field, Object value) {
    List<Map<String, Object>> found = new ArrayList<>();
    PRODUCTS.stream().filter(each -> value.equals(each.get(field))).forEach(found::add);
    if (found.isEmpty()) {
      found.add(null);
    }
    return found;
  }

  private static Object price(DataFetchingEnvironment call) {
    Map<String, Object> product = call.getSource();
    return product.get("name").equals("Broken")
        ? failed(call, "no price", "NO_PRICE")
        : product.get("price");
  }

  private static Object order(DataFetchingEnvironment call) {
    List<Map<String, Object>> parts = call.getArgument("parts");
    return parts.stream().mapToInt(part -> (Integer) part.get("count")).sum();
  }

  private void subscribe(Subscriber<? super Map<String, Object>> subscriber) {
    FlowAdapters.toPublisher(notes).subscribe(subscriber);
    subscriptions.incrementAndGet();
  }

  private static Object countdown(DataFetchingEnvironment call) {
    int from = call.getArgument("from");
    List<Map<String, Integer>> counts = new ArrayList<>();
    for (int value = from; value >= 0; value--) {
      counts.add(Map.of("value", value));
    }
    return (Publisher<Object>)
        subscriber -> {
          SubmissionPublisher<Object> elements = new SubmissionPublisher<>(Runnable::run, 1 << 16);
          FlowAdapters.<Object>toPublisher(elements).subscribe(subscriber);
          counts.forEach(elements::submit);
          elements.close();
        };
  }

  private static Object oddFails(DataFetchingEnvironment call) {
    Map<String, Integer> count = call.getSource();
    return count.get("value") % 2 == 1 ? failed(call, "odd", "ODD") : null;
  }

  private static DataFetcherResult<Object> failed(
      DataFetchingEnvironment call, String message, String code) {
    return DataFetcherResult.newResult()
        .error(
            GraphqlErrorBuilder.newError(call)
                .message(message)
                .errorType(ErrorClassification.errorClassification("Shop"))
                .extensions(Map.of("code", code))
                .build())
        .build();
  }

  private static GraphQLScalarType asItIs(String name) {
    Coercing<Object, Object> asItIs =
        new Coercing<>() {
          @Override
          public Object serialize(Object value, GraphQLContext context, Locale locale) {
            return value;
          }

          @Override
          public Object parseValue(Object value, GraphQLContext context, Locale locale) {
            return value;
          }
        };
    return GraphQLScalarType.newScalar().name(name).coercing(asItIs).build();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return value == null ? Map.of() : (Map<String, Object>) value;
  }
}
