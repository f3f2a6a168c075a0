package dev.parley.http;

import dev.parley.ConfigurationException;
import dev.parley.Deadline;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.spi.Attempt;
import dev.parley.spi.DriverContext;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.Time;
import java.net.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.Cache;
import okhttp3.ConnectionPool;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client under one endpoint: OkHttp with everything off by which it would send a request
 * again on its own, so that N attempts are N requests at the peer.
 *
 * <p>All transports of one {@link dev.parley.Parley} share connections and threads. Sockets have
 * TCP_NODELAY. Idle connections, at most 256, are kept for 50 s. OkHttp's own timeouts are off but
 * for connecting (5 s), since the engine bounds each attempt as a whole.
 *
 * <p><b>Threads:</b> safe for use by many threads. Attempts in the background run on threads named
 * {@code parley-http-*}: virtual ones on Java 24 and newer, else at most 512 daemon threads.
 */
public final class HttpTransport implements AutoCloseable {
  private static final int MAX_IDLE = 256;

  private final OkHttpClient client;
  private final OkHttpClient offered;
  private final boolean ownsConnections;
  private final @Nullable Cache ownCache;
  private final DriverContext context;
  private final Auth auth;
  private final String keyHeader;
  private final KeyFormat keyFormat;
  private final @Nullable String deadlineHeader;
  private final @Nullable String attemptHeader;
  private final boolean treat503AsNotProcessed;
  private final long maxResponseBytes;

  private HttpTransport(Builder builder, DriverContext context) {
    this.context = context;
    this.auth = builder.auth;
    this.keyHeader = builder.keyHeader;
    this.keyFormat = builder.keyFormat;
    this.deadlineHeader = builder.deadlineHeader;
    this.attemptHeader = builder.attemptHeader;
    this.treat503AsNotProcessed = builder.treat503AsNotProcessed;
    this.maxResponseBytes = builder.maxResponseBytes;
    Path cacheFolder = builder.cacheFolder;
    this.ownCache =
        cacheFolder == null ? null : new Cache(cacheFolder.toFile(), builder.cacheBytes);
    this.client = builder.client(context, ownCache);
    this.ownsConnections = builder.ownClient == null && builder.keepAlive != null;
    this.offered = builder.ownClient == null ? client : builder.ownClient;
  }

  /** Starts a transport. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the hardened client. */
  public OkHttpClient client() {
    return client;
  }

  /** Returns what the engine lends. */
  public DriverContext context() {
    return context;
  }

  /** Returns where attempts in the background block. */
  public Executor executor() {
    return client.dispatcher().executorService();
  }

  /** Returns how large a buffered answer may be. */
  public long maxResponseBytes() {
    return maxResponseBytes;
  }

  /** Returns what was done about each layer that could send again. */
  public List<RetryLayer> retryLayers() {
    return Resends.ledger();
  }

  /** States the facts of a native failure. */
  public ParleyException translate(Throwable failure) {
    return HttpFailures.translate(failure);
  }

  /** Returns how long an answer asks to wait before the next request, or null if it does not. */
  public @Nullable Duration retryAfter(Response response) {
    return Hints.of(response.headers(), time().now(), false);
  }

  /** Returns the client if that is asked for: the one that was brought, or else ours. */
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(offered)
        ? Optional.of(nativeType.cast(offered))
        : Optional.empty();
  }

  /** Closes what is its own; connections that are shared are closed with the Parley. */
  @Override
  public void close() {
    if (ownsConnections) {
      client.connectionPool().evictAll();
    }
    Cache cache = ownCache;
    if (cache != null) {
      try {
        cache.close();
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException("cannot close the HTTP cache", e);
      }
    }
  }

  @Override
  public String toString() {
    return "HttpTransport[" + auth + ", " + client.protocols() + "]";
  }

  Auth auth() {
    return auth;
  }

  Time time() {
    return context.time();
  }

  boolean treats503AsNotProcessed() {
    return treat503AsNotProcessed;
  }

  /** Returns the headers of one attempt: those given, the caller's, key, deadline, credential. */
  Headers headers(Headers base, Attempt<?> attempt, @Nullable Object credential) {
    HttpHeaders headers = new HttpHeaders(base);
    if (!attempt.headers().isEmpty()) {
      attempt.headers().forEach(headers::replace);
    }
    String key = attempt.idempotencyKey();
    if (key != null) {
      headers.set(keyHeader, keyFormat == KeyFormat.STRUCTURED ? quoted(key) : key);
    }
    if (deadlineHeader != null) {
      Deadline deadline = attempt.context().deadlineOrNull();
      if (deadline != null) {
        long left = Math.max(0, deadline.remaining().toMillis());
        headers.set(deadlineHeader, Long.toString(left));
      }
    }
    if (attemptHeader != null) {
      headers.set(attemptHeader, Integer.toString(attempt.number()));
    }
    String authHeader = auth.header();
    if (authHeader != null) {
      headers.set(authHeader, auth.value(credential));
    }
    return headers.build();
  }

  // A structured field's string escapes these two.
  private static String quoted(String key) {
    return '"' + key.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Makes a {@link HttpTransport}. An adapter's builder hands its own settings on to this one. */
  public static final class Builder {
    private @Nullable OkHttpClient ownClient;
    private Consumer<OkHttpClient.Builder> customizer = builder -> {};
    private @Nullable Duration connectTimeout;
    private Duration pingInterval = Duration.ofSeconds(10);
    private @Nullable List<Protocol> protocols;
    private Tls tls = Tls.DEFAULT;
    private @Nullable Proxy proxy;
    private @Nullable Duration keepAlive;
    private @Nullable Path cacheFolder;
    private long cacheBytes;
    private Auth auth = Auth.none();
    private String keyHeader = "Idempotency-Key";
    private KeyFormat keyFormat = KeyFormat.RAW;
    private @Nullable String deadlineHeader;
    private @Nullable String attemptHeader;
    private boolean treat503AsNotProcessed;
    private long maxResponseBytes = 64L << 20;

    private Builder() {}

    /**
     * Brings a client. It is hardened by {@code newBuilder()}, so that yours stays as it is; its
     * pool, dispatcher, interceptors and timeouts are used, and it stays yours to close.
     */
    public Builder client(OkHttpClient client) {
      this.ownClient = Objects.requireNonNull(client, "client");
      return this;
    }

    /** Changes the native builder last, before it is hardened. */
    public Builder customize(Consumer<OkHttpClient.Builder> newCustomizer) {
      this.customizer = this.customizer.andThen(newCustomizer);
      return this;
    }

    /** Sets the limit of one connect. Defaults to 5 s, or to that of a client that was brought. */
    public Builder connectTimeout(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("connectTimeout must be positive, but is " + timeout);
      }
      this.connectTimeout = timeout;
      return this;
    }

    /** Sets how often an HTTP/2 connection is asked for a sign of life. Defaults to 10 s. */
    public Builder pingInterval(Duration interval) {
      this.pingInterval = Objects.requireNonNull(interval, "interval");
      return this;
    }

    /** Speaks HTTP/2 without TLS from the first byte on, as services inside a cluster do. */
    public Builder h2c() {
      this.protocols = List.of(Protocol.H2_PRIOR_KNOWLEDGE);
      return this;
    }

    /** Speaks HTTP/1.1 alone. Defaults to HTTP/2 where the peer offers it over TLS. */
    public Builder http1() {
      this.protocols = List.of(Protocol.HTTP_1_1);
      return this;
    }

    /** Sets whom to trust and what to prove. Defaults to {@link Tls#DEFAULT}. */
    public Builder tls(Tls newTls) {
      this.tls = Objects.requireNonNull(newTls, "newTls");
      return this;
    }

    /** Sets the proxy. Defaults to what the JVM's system properties say. */
    public Builder proxy(Proxy newProxy) {
      this.proxy = Objects.requireNonNull(newProxy, "newProxy");
      return this;
    }

    /** Keeps answers by the rules of HTTP caching in a folder of its own. Defaults to none. */
    public Builder cache(Path folder, long maxBytes) {
      if (maxBytes < 1) {
        throw new IllegalArgumentException(
            "the size of the cache must be at least 1, but is " + maxBytes);
      }
      this.cacheFolder = Objects.requireNonNull(folder, "folder");
      this.cacheBytes = maxBytes;
      return this;
    }

    /** Sets how requests are authenticated. Defaults to {@link Auth#none()}. */
    public Builder auth(Auth newAuth) {
      this.auth = Objects.requireNonNull(newAuth, "newAuth");
      return this;
    }

    /** Sets the header of idempotency keys. Defaults to {@code Idempotency-Key}, raw. */
    public Builder idempotencyKey(String header, KeyFormat format) {
      this.keyHeader = Objects.requireNonNull(header, "header");
      this.keyFormat = Objects.requireNonNull(format, "format");
      return this;
    }

    /** Sends the milliseconds that are left of the deadline in a header. Defaults to none. */
    public Builder deadlineHeader(String header) {
      this.deadlineHeader = Objects.requireNonNull(header, "header");
      return this;
    }

    /** Sends the number of the attempt in a header, 1 for the first. Defaults to none. */
    public Builder attemptHeader(String header) {
      this.attemptHeader = Objects.requireNonNull(header, "header");
      return this;
    }

    /**
     * Takes a 503 for a proof that the peer did not act, so that unsafe calls are repeated too.
     * Defaults to false, since proxies answer 503 also when an upstream broke off after it acted.
     */
    public Builder treat503AsNotProcessed(boolean notProcessed) {
      this.treat503AsNotProcessed = notProcessed;
      return this;
    }

    /** Sets how large a buffered answer may be, after decompression. Defaults to 64 MiB. */
    public Builder maxResponseBytes(long bytes) {
      if (bytes < 1 || bytes > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "maxResponseBytes must be 1 to " + (Integer.MAX_VALUE - 8) + ", but is " + bytes);
      }
      this.maxResponseBytes = bytes;
      return this;
    }

    /**
     * Keeps connections of its own, idle ones for so long, where no client was brought: for
     * requests with pauses between them in which servers close connections, often after 5 s.
     * Defaults to those that all transports share.
     */
    public Builder keepAlive(Duration keepAlive) {
      this.keepAlive = Objects.requireNonNull(keepAlive, "keepAlive");
      return this;
    }

    /** Returns the transport. */
    public HttpTransport build(DriverContext context) {
      return new HttpTransport(this, context);
    }

    private OkHttpClient client(DriverContext context, @Nullable Cache cache) {
      OkHttpClient own = ownClient;
      OkHttpClient root =
          own != null ? own : context.shared(HttpRoot.class, HttpRoot::new).client();
      OkHttpClient.Builder builder = root.newBuilder();
      if (own == null) {
        builder.connectTimeout(Duration.ofSeconds(5)).pingInterval(pingInterval);
        if (keepAlive != null) {
          builder.connectionPool(
              new ConnectionPool(MAX_IDLE, keepAlive.toNanos(), TimeUnit.NANOSECONDS));
        }
      }
      if (connectTimeout != null) {
        builder.connectTimeout(connectTimeout);
      }
      if (protocols != null) {
        builder.protocols(protocols);
      }
      if (proxy != null) {
        builder.proxy(proxy);
      }
      if (cache != null) {
        builder.cache(cache);
      }
      tls.applyTo(builder);
      try {
        customizer.accept(builder);
        Resends.switchOff(builder);
        OkHttpClient customized = builder.build();
        return customized
            .newBuilder()
            .socketFactory(NoDelaySocketFactory.around(customized.socketFactory()))
            .build();
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new ConfigurationException(
            Failure.of(
                    Kind.LOCAL, Effect.NOT_SENT, "OkHttp refuses these settings: " + e.getMessage())
                .withCause(e));
      }
    }
  }
}
