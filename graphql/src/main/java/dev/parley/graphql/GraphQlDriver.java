package dev.parley.graphql;

import dev.parley.BackPressure;
import dev.parley.CallOptions;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.StreamChannel;
import dev.parley.Support;
import dev.parley.graphql.Envelope.Form;
import dev.parley.http.HttpOperation;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Answer;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Exchange;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SourceDriver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** One GraphQL endpoint. */
final class GraphQlDriver implements ChannelDriver, CallDriver {
  private static final int MAX_CACHED = 10_000;

  private final HttpTransport transport;
  private final Runnable release;
  private final Settings settings;
  private final HttpUrl url;
  private final ConcurrentMap<Operation<?, ?>, Bound<?>> bound = new ConcurrentHashMap<>();
  private final boolean stream;
  private final String name;
  private final AtomicLong lastId = new AtomicLong();
  private volatile boolean keepsDocuments;

  GraphQlDriver(ChannelSpec spec, HttpTransport transport, Settings settings, Runnable release) {
    this.transport = transport;
    this.release = release;
    this.settings = settings;
    this.url = url(spec);
    this.keepsDocuments = settings.persisted();
    this.stream = spec.capability() == StreamChannel.class;
    this.name = "parley-graphql-" + spec.endpoint();
  }

  // All operations go to the one address, which may end with a slash.
  private static HttpUrl url(ChannelSpec spec) {
    String base = HttpOperation.base(spec);
    String path = spec.uri().getRawPath();
    return HttpUrl.get(path != null && path.endsWith("/") ? base + "/" : base);
  }

  @Override
  public Features features() {
    return stream
        ? Features.of(Guarantee.AT_MOST_ONCE, Ordering.TOTAL, BackPressure.TRANSPORT)
        : Features.of(Guarantee.AT_LEAST_ONCE, Ordering.NONE, BackPressure.TRANSPORT)
            .with(Feature.HEADERS, Support.NATIVE);
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return transport.retryLayers();
  }

  @Override
  public Optional<CallDriver> call() {
    return Optional.of(this);
  }

  @Override
  public Optional<SourceDriver> source() {
    return Optional.of(new GraphQlSource(this, new Sockets(transport, url, name)));
  }

  /** Returns how threads of its own are named. */
  String name() {
    return name;
  }

  /** Returns an id that no other subscription here has. */
  String newId() {
    return Long.toString(lastId.incrementAndGet());
  }

  @Override
  public <Q, R> Exchange<Answer<R>> prepare(
      Operation<Q, R> operation, @Nullable Q request, CallOptions options) {
    Bound<R> known = bound(operation);
    if (known.type() == Document.Type.SUBSCRIPTION) {
      throw Problems.refused(
          "the operation "
              + operation.name()
              + " is a "
              + known.describe()
              + ", which is no call: open a StreamChannel for it");
    }
    Bound.Variables variables = known.encode(request);
    boolean hashed = keepsDocuments && !known.graphQl().isBatch() && variables.files().isEmpty();
    GraphQlExchange<R> exchange =
        new GraphQlExchange<>(known, variables, hashed ? Form.HASHED : Form.FULL);
    return hashed
        ? new PersistedExchange<>(exchange, transport.executor(), () -> keepsDocuments = false)
        : exchange;
  }

  @Override
  public Idempotency idempotency(Operation<?, ?> operation) {
    return bound(operation).idempotency();
  }

  // Its threads are there to block.
  @Override
  public boolean completesOnIoThread() {
    return false;
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return transport.unwrap(nativeType);
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return transport.translate(nativeFailure);
  }

  @Override
  public void close() {
    release.run();
  }

  @SuppressWarnings("unchecked") // the map holds a Bound<R> for each Operation<?, R>
  <R> Bound<R> bound(Operation<?, R> operation) {
    Bound<?> known = bound.get(operation);
    if (known == null) {
      GraphQl graphQl = operation.binding(GraphQl.class);
      if (graphQl == null) {
        throw Problems.refused(
            "the operation "
                + operation.name()
                + " has no binding to GraphQL: add one, such as"
                + " .bind(GraphQl.document(\"query Product($id: ID!) { … }\"))");
      }
      known = new Bound<>(operation, graphQl, transport, settings, url);
      // Operations are constants; a program that makes ever new ones must not fill the map.
      if (bound.size() < MAX_CACHED) {
        bound.put(operation, known);
      }
    }
    return (Bound<R>) known;
  }
}
