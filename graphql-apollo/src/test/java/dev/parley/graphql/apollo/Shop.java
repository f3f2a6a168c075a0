package dev.parley.graphql.apollo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import graphql.ErrorClassification;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.GraphQLContext;
import graphql.GraphqlErrorBuilder;
import graphql.execution.DataFetcherResult;
import graphql.schema.Coercing;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLScalarType;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.IntStream;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import tools.jackson.databind.json.JsonMapper;

/** A shop on graphql-java, whose subscriptions are server-sent events. */
final class Shop implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
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

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final GraphQL graphQl = graphQl();
  private final List<Map<String, Object>> arrived = new CopyOnWriteArrayList<>();

  /** Whether the next stream breaks off behind its first element. */
  volatile boolean breaks;

  Shop() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/graphql", this::answer);
    server.start();
  }

  String uri() {
    return "graphql+http://127.0.0.1:" + server.getAddress().getPort() + "/graphql";
  }

  /** Returns the variables of all requests. */
  List<Map<String, Object>> arrived() {
    return arrived;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  // ---------------------------------------------------------------- HTTP

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, Object> request = request(exchange);
      arrived.add(map(request.get("variables")));
      ExecutionResult result =
          graphQl.execute(
              ExecutionInput.newExecutionInput()
                  .query((String) request.get("query"))
                  .operationName((String) request.get("operationName"))
                  .variables(map(request.get("variables")))
                  .locale(Locale.ENGLISH)
                  .build());
      if (result.getData() instanceof Publisher<?>) {
        stream(exchange, elements(result.getData()));
        return;
      }
      byte[] body = JSON.writeValueAsBytes(result.toSpecification());
      exchange.getResponseHeaders().set("Content-Type", "application/graphql-response+json");
      exchange.sendResponseHeaders(result.isDataPresent() ? 200 : 400, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  // Of a multipart request, the one file takes the place of the variable that it belongs to.
  private static Map<String, Object> request(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (!type.startsWith("multipart/form-data")) {
      return map(JSON.readValue(body, Object.class));
    }
    String[] parts =
        new String(body, StandardCharsets.UTF_8).split("--" + type.split("boundary=")[1], -1);
    Map<String, Object> request = map(JSON.readValue(content(parts[1]), Object.class));
    map(request.get("variables")).put("file", content(parts[3]));
    return request;
  }

  private static String content(String part) {
    return part.substring(part.indexOf("\r\n\r\n") + 4, part.length() - 2);
  }

  private void stream(HttpExchange exchange, List<String> elements) throws IOException {
    boolean breaking = breaks;
    breaks = false;
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    for (String each : breaking ? elements.subList(0, 1) : elements) {
      out.write(("event: next\ndata: " + each + "\n\n").getBytes(StandardCharsets.UTF_8));
    }
    if (!breaking) {
      out.write("event: complete\ndata:\n\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static List<String> elements(Publisher<ExecutionResult> results) {
    List<String> elements = new CopyOnWriteArrayList<>();
    results.subscribe(
        new Subscriber<>() {
          @Override
          public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(ExecutionResult result) {
            elements.add(JSON.writeValueAsString(result.toSpecification()));
          }

          @Override
          public void onError(Throwable failure) {}

          @Override
          public void onComplete() {}
        });
    return elements;
  }

  // ---------------------------------------------------------------- GraphQL

  private static GraphQL graphQl() {
    RuntimeWiring wiring =
        RuntimeWiring.newRuntimeWiring()
            .scalar(asItIs("DateTime"))
            .scalar(asItIs("Upload"))
            .type("Product", type -> type.dataFetcher("price", Shop::price))
            .type(
                "Query",
                type ->
                    type.dataFetcher("product", call -> product(call.getArgument("id")))
                        .dataFetcher("sized", call -> sized(call.getArgument("size")))
                        .dataFetcher("fail", call -> failed(call, call.getArgument("code"))))
            .type(
                "Mutation",
                type ->
                    type.dataFetcher("order", Shop::order)
                        .dataFetcher("upload", call -> call.getArgument("file")))
            .type("Subscription", type -> type.dataFetcher("countdown", Shop::countdown))
            .type("Count", type -> type.dataFetcher("note", Shop::oddFails))
            .build();
    return GraphQL.newGraphQL(
            new SchemaGenerator()
                .makeExecutableSchema(
                    new SchemaParser().parse(new File("src/test/graphql/schema.graphqls")), wiring))
        .build();
  }

  private static Object product(String id) {
    return switch (id) {
      case "1" -> ANVIL;
      case "2" -> BROKEN;
      default -> null;
    };
  }

  private static Object sized(String size) {
    return size.equals("LARGE") ? List.of(ANVIL) : List.of();
  }

  private static Object price(DataFetchingEnvironment call) {
    Map<String, Object> product = call.getSource();
    return product.get("name").equals("Broken") ? failed(call, "NO_PRICE") : product.get("price");
  }

  private static Object order(DataFetchingEnvironment call) {
    List<Map<String, Object>> parts = call.getArgument("parts");
    return parts.stream().mapToInt(part -> (Integer) part.get("count")).sum();
  }

  private static Object countdown(DataFetchingEnvironment call) {
    int from = call.getArgument("from");
    return (Publisher<Object>)
        subscriber -> {
          SubmissionPublisher<Object> counts = new SubmissionPublisher<>(Runnable::run, 1 << 10);
          FlowAdapters.<Object>toPublisher(counts).subscribe(subscriber);
          IntStream.rangeClosed(0, from)
              .forEach(each -> counts.submit(Map.of("value", from - each)));
          counts.close();
        };
  }

  private static Object oddFails(DataFetchingEnvironment call) {
    Map<String, Integer> count = call.getSource();
    return count.get("value") % 2 == 1 ? failed(call, "ODD") : null;
  }

  private static DataFetcherResult<Object> failed(DataFetchingEnvironment call, String code) {
    return DataFetcherResult.newResult()
        .error(
            GraphqlErrorBuilder.newError(call)
                .message("asked to fail")
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

  @SuppressWarnings("unchecked") // the names of an input object are text
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }
}
