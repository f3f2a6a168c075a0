package dev.parley.websocket;

import dev.parley.BackPressure;
import dev.parley.CallChannel;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.StreamChannel;
import dev.parley.Support;
import dev.parley.spi.CallDriver;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.Codecs;
import dev.parley.spi.DriverContext;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.DuplexLink;
import dev.parley.spi.Inlet;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SourceDriver;
import dev.parley.spi.Time;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.glassfish.tyrus.client.ClientManager;
import org.jspecify.annotations.Nullable;

/** One WebSocket endpoint. */
final class WebSocketDriver implements ChannelDriver, DuplexDriver {
  private final Settings settings;
  private final DriverContext context;
  private final ClientManager client;
  private final String base;
  private final boolean isStream;
  private final boolean isCall;
  private final Calls calls = new Calls(this);

  WebSocketDriver(ChannelSpec spec, Settings settings, DriverContext context) {
    this.settings = settings;
    this.context = context;
    this.base = base(spec);
    this.isStream = spec.capability() == StreamChannel.class;
    this.isCall = spec.capability() == CallChannel.class;
    ClientManager brought = settings.client();
    this.client = brought == null ? newClient() : brought;
  }

  // ---------------------------------------------------------------- what the parts need

  Settings settings() {
    return settings;
  }

  ClientManager client() {
    return client;
  }

  Codecs codecs() {
    return context.codecs();
  }

  Time time() {
    return context.time();
  }

  Executor workers() {
    return context.workers();
  }

  /** Returns what makes a connection, or null if the user's client has a container of its own. */
  @Nullable Dial dial(URI uri, Dial.Link link) {
    return settings.client() != null
        ? null
        : new Dial(settings, context.shared(IoThreads.class, IoThreads::new), time(), uri, link);
  }

  /** Returns how an operation travels. */
  WebSocket binding(Operation<?, ?> operation) {
    WebSocket bound = operation.binding(WebSocket.class);
    return bound == null ? WebSocket.DEFAULT : bound;
  }

  /** Returns where a binding connects to. */
  URI uri(WebSocket binding) {
    return URI.create(base + binding.path());
  }

  // ---------------------------------------------------------------- the driver

  @Override
  public Features features() {
    if (isCall) {
      return Features.of(Guarantee.AT_LEAST_ONCE, Ordering.NONE, BackPressure.TRANSPORT);
    }
    boolean replays = isStream && settings.replays();
    Features features =
        Features.of(
            replays ? Guarantee.AT_LEAST_ONCE : Guarantee.AT_MOST_ONCE,
            Ordering.TOTAL,
            BackPressure.TRANSPORT);
    return replays
        ? features.with(Feature.RESUME, Support.NATIVE).with(Feature.REPLAY, Support.NATIVE)
        : features;
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return List.of(
        new RetryLayer("Tyrus ReconnectHandler", false, "never set"),
        new RetryLayer("Tyrus RETRY_AFTER_SERVICE_UNAVAILABLE", false, "never set"),
        new RetryLayer("Tyrus REDIRECT_ENABLED", false, "never set"));
  }

  @Override
  public Optional<DuplexDriver> duplex() {
    return Optional.of(this);
  }

  @Override
  public Optional<SourceDriver> source() {
    return Optional.of(new FeedSource(this));
  }

  @Override
  public Optional<CallDriver> call() {
    return Optional.of(calls);
  }

  @Override
  public DuplexLink connect(SessionRequest request, Inlet inlet) throws Exception {
    return connect(request.operation(), request.headers(), inlet, null, false);
  }

  /** Connects a session or a feed; blocks. */
  SessionLink connect(
      Operation<?, ?> operation,
      Headers headers,
      Inlet inlet,
      dev.parley.spi.@Nullable Continuity continuity,
      boolean isFeed)
      throws Exception {
    WebSocket binding = binding(operation);
    URI uri = uri(binding);
    return authenticated(
        headers,
        all -> {
          SessionLink link =
              new SessionLink(
                  this,
                  uri,
                  binding,
                  operation.requestType(),
                  inlet,
                  continuity,
                  isFeed ? settings.credentialsLeft(all, time().now()) : null);
          link.socket().open(uri, all);
          return link;
        });
  }

  /** What connects with the headers of one handshake. */
  interface Connect<T> {
    T with(Headers headers) throws Exception;
  }

  /** Connects, and once more if the server refuses credentials that have changed since. Blocks. */
  <T> T authenticated(Headers headers, Connect<T> connect) throws Exception {
    Headers all = settings.headers().plusAll(headers);
    Supplier<String> authorization = settings.authorization();
    if (authorization == null) {
      return connect.with(all);
    }
    String credential = authorization.get();
    try {
      return connect.with(all.with("Authorization", credential));
    } catch (ParleyException e) {
      String again = e.kind() == Kind.AUTHENTICATION ? authorization.get() : credential;
      if (again.equals(credential)) {
        throw e;
      }
      return connect.with(all.with("Authorization", again));
    }
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(client) ? Optional.of(nativeType.cast(client)) : Optional.empty();
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return Failures.translate(nativeFailure);
  }

  @Override
  public void close() {
    calls.close();
    if (settings.client() == null) {
      client.shutdown();
    }
  }

  private static ClientManager newClient() {
    ClientManager made = ClientManager.createClient(SharedSocketContainer.class.getName());
    made.setDefaultMaxSessionIdleTimeout(Socket.NO_IDLE_TIMEOUT);
    return made;
  }

  private static String base(ChannelSpec spec) {
    URI uri = spec.uri();
    if (uri.getHost() == null) {
      throw Failures.refused(
          "the address " + spec.endpoint() + " has no host: write it like wss://feed.example/v1");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String base = spec.scheme() + "://" + uri.getRawAuthority() + path;
    return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
  }
}
