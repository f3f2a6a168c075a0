package dev.parley.samples.shop;

import dev.parley.samples.shop.PriceBoard.Change;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import tools.jackson.databind.json.JsonMapper;

/**
 * The shop's products over GraphQL, on graphql-java: nested data, and changes of prices as
 * server-sent events by graphql-sse.
 */
final class StorefrontServer implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration HEARTBEAT = Duration.ofMillis(500);

  private final PriceBoard board;
  private final GraphQL graphQl;
  private final Undertow server;
  private volatile boolean closed;

  StorefrontServer(PriceBoard board) {
    this.board = board;
    this.graphQl = graphQl();
    this.server =
        Undertow.builder()
            .addHttpListener(0, "127.0.0.1", new BlockingHandler(this::answer))
            // Freeing direct buffers takes a method that newer JDKs warn of.
            .setDirectBuffers(false)
            .setIoThreads(2)
            .setWorkerThreads(32)
            .build();
    server.start();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
  }

  private GraphQL graphQl() {
    RuntimeWiring wiring =
        RuntimeWiring.newRuntimeWiring()
            .type(
                "Query",
                type ->
                    type.dataFetcher(
                        "category",
                        call -> category(Objects.requireNonNull(call.<String>getArgument("name")))))
            .type("Subscription", type -> type.dataFetcher("prices", call -> call.getRoot()))
            .build();
    try (InputStream schema =
        Objects.requireNonNull(StorefrontServer.class.getResourceAsStream("schema.graphqls"))) {
      return GraphQL.newGraphQL(
              new SchemaGenerator()
                  .makeExecutableSchema(
                      new SchemaParser()
                          .parse(new String(schema.readAllBytes(), StandardCharsets.UTF_8)),
                      wiring))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Object> category(String name) {
    List<Map<String, Object>> reviews =
        List.of(Map.of("stars", 5, "text", "As described"), Map.of("stars", 4));
    List<Map<String, Object>> products =
        board.prices().values().stream()
            .map(each ->
                Map.<String, Object>of(
                    "sku",
                    each.sku(),
                    "name",
                    "Product " + each.sku(),
                    "cents",
                    each.cents(),
                    "change",
                    each.number(),
                    "reviews",
                    reviews))
            .toList();
    return Map.of("name", name, "products", products);
  }

  private void answer(HttpServerExchange exchange) throws IOException, InterruptedException {
    Question question = JSON.readValue(exchange.getInputStream().readAllBytes(), Question.class);
    ExecutionInput.Builder input =
        ExecutionInput.newExecutionInput()
            .query(question.query())
            .operationName(question.operationName())
            .variables(question.variables() == null ? Map.of() : question.variables());
    String accept = exchange.getRequestHeaders().getFirst(Headers.ACCEPT);
    if (accept != null && accept.contains("text/event-stream")) {
      stream(exchange, input);
      return;
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/graphql-response+json");
    exchange
        .getOutputStream()
        .write(JSON.writeValueAsBytes(graphQl.execute(input).toSpecification()));
  }

  private void stream(HttpServerExchange exchange, ExecutionInput.Builder input)
      throws InterruptedException {
    BlockingQueue<String> news = new LinkedBlockingQueue<>();
    SubmissionPublisher<Map<String, Object>> changes =
        new SubmissionPublisher<>(Runnable::run, Flow.defaultBufferSize());
    ExecutionResult result = graphQl.execute(input.root(FlowAdapters.toPublisher(changes)));
    Publisher<ExecutionResult> results = result.getData();
    FlowAdapters.toFlowPublisher(results).subscribe(new Teller(news));
    Consumer<Change> listener =
        change ->
            changes.submit(
                Map.of("number", change.number(), "sku", change.sku(), "cents", change.cents()));
    board.listen(listener);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream");
    try (OutputStream out = exchange.getOutputStream()) {
      String text = ":\n\n";
      while (!closed) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        String next = news.poll(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        text = next == null ? ":\n\n" : "event: next\ndata: " + next + "\n\n";
      }
    } catch (IOException e) {
      // Whoever subscribed is gone.
    } finally {
      board.ignore(listener);
    }
  }

  @Override
  public void close() {
    closed = true;
    server.stop();
  }

  /** What is asked over HTTP. */
  private record Question(
      String query, @Nullable String operationName, @Nullable Map<String, Object> variables) {}

  /** Hands on each result as JSON. */
  private record Teller(BlockingQueue<String> news) implements Flow.Subscriber<ExecutionResult> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ExecutionResult result) {
      news.add(JSON.writeValueAsString(result.toSpecification()));
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }
}
