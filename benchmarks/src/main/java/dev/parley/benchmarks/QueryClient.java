package dev.parley.benchmarks;

import static dev.parley.benchmarks.EchoClient.JSON;
import static dev.parley.benchmarks.EchoClient.MAPPER;

import com.apollographql.apollo.ApolloClient;
import com.apollographql.apollo.api.ApolloResponse;
import com.apollographql.apollo.network.http.DefaultHttpEngine;
import dev.parley.CallChannel;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.graphql.GraphQl;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.springframework.graphql.client.HttpGraphQlClient;
import org.springframework.web.reactive.function.client.WebClient;

/** One query with a variable, whose data becomes a record, blocking. */
interface QueryClient extends AutoCloseable {
  String DOCUMENT =
      "query Product($id: ID!) { product(id: $id) { id name price reviews { stars text } } }";

  Product query(String id) throws Exception;

  @Override
  void close();

  /** What is asked for. */
  record Product(String id, String name, double price, List<Review> reviews) {
    /** Returns one of 1 KiB. */
    static Product sample() {
      List<Review> reviews =
          IntStream.range(0, 10)
              .mapToObj(i ->
                  new Review(
                      i % 5 + 1, "No. " + i + ": heavy, as I had hoped, and it has kept its word."))
              .toList();
      return new Product("1", "Anvil, best of its kind and twice as heavy", 99.5, reviews);
    }
  }

  /** A part of it. */
  record Review(int stars, String text) {}

  /** The variables. */
  record ById(String id) {}

  /** The clients, in the order in which they run. */
  enum Kind {
    APOLLO("Apollo Kotlin's runtime", OnApollo::new),
    PARLEY("Parley", OnParley::new),
    OKHTTP("OkHttp with JSON", Raw::new),
    SPRING("Spring HttpGraphQlClient", OnSpring::new);

    final String title;
    private final Function<String, QueryClient> factory;

    Kind(String title, Function<String, QueryClient> factory) {
      this.title = title;
      this.factory = factory;
    }

    QueryClient open(String server) {
      return factory.apply(server + "/graphql");
    }
  }

  /** Apollo's runtime on the same OkHttp, blocking as Kotlin's programs block. */
  final class OnApollo implements QueryClient {
    private final OkHttpClient okHttp = EchoClient.okHttp();
    private final ApolloClient client;

    OnApollo(String url) {
      this.client =
          new ApolloClient.Builder()
              .serverUrl(url)
              .httpEngine(DefaultHttpEngine.DefaultHttpEngine(okHttp))
              .sendEnhancedClientAwareness(false)
              .build();
    }

    @Override
    public Product query(String id) throws InterruptedException {
      ApolloResponse<ApolloQuery.Data> response =
          BuildersKt.runBlocking(
              EmptyCoroutineContext.INSTANCE,
              (scope, continuation) -> client.query(new ApolloQuery(id)).execute(continuation));
      return response.dataAssertNoErrors().product();
    }

    @Override
    public void close() {
      client.close();
      okHttp.dispatcher().executorService().shutdown();
      okHttp.connectionPool().evictAll();
    }
  }

  /** Parley with its defaults: deadline, three attempts, budget. */
  final class OnParley implements QueryClient {
    private static final Operation<ById, Product> PRODUCT =
        Operation.of("products.get", ById.class, Product.class)
            .bind(GraphQl.document(DOCUMENT).at("/product"));

    private final Parley parley = Parley.create();
    private final CallChannel channel;

    OnParley(String url) {
      this.channel = parley.open("graphql+" + url, CallChannel.class);
    }

    @Override
    public Product query(String id) {
      return channel.call(PRODUCT, new ById(id));
    }

    @Override
    public void close() {
      parley.close();
    }
  }

  /** The limit: a POST of JSON, and no look at errors but whether there is data. */
  final class Raw implements QueryClient {
    record Question(String query, String operationName, ById variables) {}

    record Answer(Data data) {}

    record Data(Product product) {}

    private final OkHttpClient client = EchoClient.okHttp();
    private final String url;

    Raw(String url) {
      this.url = url;
    }

    @Override
    public Product query(String id) throws IOException {
      byte[] question = MAPPER.writeValueAsBytes(new Question(DOCUMENT, "Product", new ById(id)));
      Request request =
          new Request.Builder().url(url).post(RequestBody.create(question, JSON)).build();
      try (Response response = client.newCall(request).execute()) {
        if (!response.isSuccessful()) {
          throw new IOException("status " + response.code());
        }
        return MAPPER.readValue(response.body().bytes(), Answer.class).data().product();
      }
    }

    @Override
    public void close() {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }

  /** Spring's client on what it takes by default, the JDK's client. */
  final class OnSpring implements QueryClient {
    private final HttpGraphQlClient client;

    OnSpring(String url) {
      this.client = HttpGraphQlClient.create(WebClient.create(url));
    }

    @Override
    public Product query(String id) {
      return client
          .document(DOCUMENT)
          .operationName("Product")
          .variable("id", id)
          .retrieve("product")
          .toEntity(Product.class)
          .block();
    }

    @Override
    public void close() {}
  }
}
