package dev.parley.benchmarks;

import dev.parley.CallChannel;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.http.Http;
import feign.DefaultRetryer;
import feign.Feign;
import feign.Headers;
import feign.RequestLine;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.web.client.RestClient;
import retrofit2.Converter;
import retrofit2.Retrofit;
import retrofit2.http.Body;
import retrofit2.http.POST;
import tools.jackson.databind.json.JsonMapper;

/**
 * One order to the server and back, blocking: the same JSON mapper for all, TCP_NODELAY for all,
 * connections for all that run at once, retries on where there are any.
 */
interface EchoClient extends AutoCloseable {
  JsonMapper MAPPER = JsonMapper.builder().build();
  MediaType JSON = MediaType.get("application/json");

  Order echo(Order order) throws Exception;

  @Override
  void close();

  /** The clients, in the order in which they run. */
  enum Kind {
    OKHTTP("OkHttp, raw", server -> new Raw(okHttp(), server)),
    PARLEY("Parley", OnParley::new),
    UNLIMITED("OkHttp, raw, without any timeout", server -> new Raw(withoutTimeouts(), server)),
    RETROFIT("Retrofit", OnRetrofit::new),
    FEIGN("Feign", OnFeign::new),
    SPRING("Spring RestClient", OnSpring::new),
    VERTX("Vert.x WebClient", OnVertx::new),
    JDK("JDK HttpClient", OnJdk::new);

    final String title;
    private final Function<String, EchoClient> factory;

    Kind(String title, Function<String, EchoClient> factory) {
      this.title = title;
      this.factory = factory;
    }

    EchoClient open(String server) {
      return factory.apply(server);
    }
  }

  /** Returns an OkHttp client as one has to make it to be fast. */
  static OkHttpClient okHttp() {
    return new OkHttpClient.Builder()
        .connectionPool(new ConnectionPool(64, 5, TimeUnit.MINUTES))
        .socketFactory(new NoDelay())
        .build();
  }

  /** Returns the same without what nobody should be without. */
  static OkHttpClient withoutTimeouts() {
    return okHttp()
        .newBuilder()
        .connectTimeout(Duration.ZERO)
        .readTimeout(Duration.ZERO)
        .writeTimeout(Duration.ZERO)
        .build();
  }

  /** The limit: what all clients on OkHttp do at least. */
  final class Raw implements EchoClient {
    private final OkHttpClient client;
    private final String url;

    Raw(OkHttpClient client, String server) {
      this.client = client;
      this.url = server + "/orders";
    }

    @Override
    public Order echo(Order order) throws IOException {
      Request request =
          new Request.Builder()
              .url(url)
              .post(RequestBody.create(MAPPER.writeValueAsBytes(order), JSON))
              .build();
      try (Response response = client.newCall(request).execute()) {
        if (!response.isSuccessful()) {
          throw new IOException("status " + response.code());
        }
        return MAPPER.readValue(response.body().bytes(), Order.class);
      }
    }

    @Override
    public void close() {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }

  /** Parley with its defaults: deadline, three attempts, budget. */
  final class OnParley implements EchoClient {
    private static final Operation<Order, Order> ECHO =
        Operation.of("orders.echo", Order.class, Order.class)
            .with(Idempotency.IDEMPOTENT)
            .bind(Http.post("/orders"));

    private final Parley parley = Parley.create();
    private final CallChannel channel;

    OnParley(String server) {
      this.channel = parley.open(server, CallChannel.class);
    }

    @Override
    public Order echo(Order order) {
      return channel.call(ECHO, order);
    }

    @Override
    public void close() {
      parley.close();
    }
  }

  /** Retrofit, which retries as OkHttp does. */
  final class OnRetrofit implements EchoClient {
    interface Orders {
      @POST("/orders")
      retrofit2.Call<Order> echo(@Body Order order);
    }

    private final OkHttpClient client = okHttp();
    private final Orders orders;

    OnRetrofit(String server) {
      this.orders =
          new Retrofit.Builder()
              .baseUrl(server)
              .client(client)
              .addConverterFactory(new Jackson())
              .build()
              .create(Orders.class);
    }

    @Override
    public Order echo(Order order) throws IOException {
      retrofit2.Response<Order> response = orders.echo(order).execute();
      if (!response.isSuccessful()) {
        throw new IOException("status " + response.code());
      }
      return response.body();
    }

    @Override
    public void close() {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }

    private static final class Jackson extends Converter.Factory {
      @Override
      public Converter<ResponseBody, ?> responseBodyConverter(
          Type type, Annotation[] annotations, Retrofit retrofit) {
        return body -> MAPPER.readValue(body.bytes(), MAPPER.constructType(type));
      }

      @Override
      public Converter<?, RequestBody> requestBodyConverter(
          Type type, Annotation[] parameters, Annotation[] methods, Retrofit retrofit) {
        return value -> RequestBody.create(MAPPER.writeValueAsBytes(value), JSON);
      }
    }
  }

  /** Feign on OkHttp, with its retryer. */
  final class OnFeign implements EchoClient {
    interface Orders {
      @RequestLine("POST /orders")
      @Headers("Content-Type: application/json")
      Order echo(Order order);
    }

    private final OkHttpClient client = okHttp();
    private final Orders orders;

    OnFeign(String server) {
      this.orders =
          Feign.builder()
              .client(new feign.okhttp.OkHttpClient(client))
              .retryer(new DefaultRetryer())
              .encoder(
                  (value, type, template) -> template.body(MAPPER.writeValueAsBytes(value), null))
              .decoder((response, type) ->
                  MAPPER.readValue(
                      response.body().asInputStream().readAllBytes(), MAPPER.constructType(type)))
              .target(Orders.class, server);
    }

    @Override
    public Order echo(Order order) {
      return orders.echo(order);
    }

    @Override
    public void close() {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }

  /** Spring's client on what it takes by default, the JDK's client, with Spring's retries. */
  final class OnSpring implements EchoClient {
    private final RetryTemplate retries = new RetryTemplate();
    private final RestClient client;

    OnSpring(String server) {
      this.client = RestClient.create(server);
    }

    @Override
    public Order echo(Order order) throws RetryException {
      return retries.execute(() ->
          client
              .post()
              .uri("/orders")
              .contentType(org.springframework.http.MediaType.APPLICATION_JSON)
              .body(order)
              .retrieve()
              .body(Order.class));
    }

    @Override
    public void close() {}
  }

  /** Vert.x, which has no retries. */
  final class OnVertx implements EchoClient {
    private final Vertx vertx = Vertx.vertx();
    private final WebClient client =
        WebClient.create(
            vertx,
            new WebClientOptions(),
            new io.vertx.core.http.PoolOptions().setHttp1MaxSize(64));
    private final String url;

    OnVertx(String server) {
      this.url = server + "/orders";
    }

    @Override
    public Order echo(Order order) throws Exception {
      Buffer answer =
          client
              .postAbs(url)
              .putHeader("Content-Type", "application/json")
              .sendBuffer(Buffer.buffer(MAPPER.writeValueAsBytes(order)))
              .toCompletionStage()
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS)
              .bodyAsBuffer();
      return MAPPER.readValue(answer.getBytes(), Order.class);
    }

    @Override
    public void close() {
      client.close();
      vertx.close();
    }
  }

  /** The JDK's client, which retries what it finds safe. */
  final class OnJdk implements EchoClient {
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI uri;

    OnJdk(String server) {
      this.uri = URI.create(server + "/orders");
    }

    @Override
    public Order echo(Order order) throws Exception {
      HttpRequest request =
          HttpRequest.newBuilder(uri)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(MAPPER.writeValueAsBytes(order)))
              .build();
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw new IOException("status " + response.statusCode());
      }
      return MAPPER.readValue(response.body(), Order.class);
    }

    @Override
    public void close() {}
  }
}
