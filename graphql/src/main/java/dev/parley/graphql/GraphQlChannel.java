package dev.parley.graphql;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Features;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Registration;
import dev.parley.State;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Auth;
import dev.parley.http.HttpTransport;
import dev.parley.http.KeyFormat;
import dev.parley.http.Tls;
import dev.parley.spi.ChannelProvider;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * A GraphQL endpoint with all its native options: calls, and subscriptions as streams.
 *
 * <p>{@code parley.open("graphql+https://shop.example/graphql", CallChannel.class)} is enough where
 * the defaults do.
 *
 * {@snippet class="dev.parley.graphql.GraphQlSnippets" region="builder"}
 *
 * <p>Defaults: requests go by POST with the whole document; an error of code {@code
 * UNAUTHENTICATED} renews the credential; connects within 5 s; HTTP/2 where the server offers it
 * over TLS; the JVM's proxy and certificate authorities; no cache, no authentication; answers up to
 * 64 MiB; {@code Idempotency-Key} raw.
 *
 * <p><b>Threads:</b> safe for use by many threads. Each subscription is read by a thread of its
 * own: a virtual one on Java 21 and newer, else a daemon.
 */
public final class GraphQlChannel implements CallChannel, StreamChannel {
  private final CallChannel calls;
  private final Parley.Opening opening;
  private final @Nullable Parley ownParley;
  private final Object lock = new Object();

  // Guarded by lock.
  private @Nullable StreamChannel streams;

  private GraphQlChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    this.opening = opening;
    this.ownParley = ownParley;
    this.calls = opening.open(CallChannel.class);
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code graphql+https://shop.example/graphql}, also without
   *     {@code graphql+}
   */
  public static Builder builder(String uri) {
    return new Builder(uri);
  }

  @Override
  public <Q, R> Call<R> newCall(Operation<Q, R> operation, Q request, CallOptions options) {
    return calls.newCall(operation, request, options);
  }

  @Override
  public <Q, R> R call(Operation<Q, R> operation, Q request) {
    return calls.call(operation, request);
  }

  @Override
  public <Q, R> R call(Operation<Q, R> operation, Q request, CallOptions options) {
    return calls.call(operation, request, options);
  }

  /**
   * Streams a subscription, on a web socket of its own.
   *
   * @throws dev.parley.ConfigurationException if the operation is bound to no subscription
   */
  @Override
  public <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, Q request, StreamOptions options) {
    return streams().stream(operation, request, options);
  }

  @Override
  public URI uri() {
    return calls.uri();
  }

  /** Returns what calls promise; for streams see {@link #streams()}. */
  @Override
  public Features features() {
    return calls.features();
  }

  @Override
  public State state() {
    return calls.state();
  }

  @Override
  public Registration onStateChange(StateListener listener) {
    return calls.onStateChange(listener);
  }

  @Override
  public String explain() {
    return calls.explain();
  }

  /** Returns the {@link OkHttpClient} if that is asked for. */
  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return calls.unwrap(nativeType);
  }

  /** Returns the channel of streams alone, opened when it is first asked for. */
  public StreamChannel streams() {
    synchronized (lock) {
      StreamChannel known = streams;
      if (known == null) {
        known = opening.open(StreamChannel.class);
        streams = known;
      }
      return known;
    }
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  @Override
  public void close(Duration limit) {
    StreamChannel opened = openedStreams();
    if (opened != null) {
      opened.close(limit);
    }
    calls.close(limit);
    if (ownParley != null) {
      ownParley.close(limit);
    }
  }

  @Override
  public void abort() {
    StreamChannel opened = openedStreams();
    if (opened != null) {
      opened.abort();
    }
    calls.abort();
    if (ownParley != null) {
      ownParley.close(Duration.ZERO);
    }
  }

  @Override
  public String toString() {
    return "GraphQl" + calls;
  }

  private @Nullable StreamChannel openedStreams() {
    synchronized (lock) {
      return streams;
    }
  }

  /** Makes a {@link GraphQlChannel}, or a provider of channels. */
  public static final class Builder {
    private final String uri;
    private final HttpTransport.Builder transport = HttpTransport.builder();
    private UnaryOperator<Parley.Opening> settings = UnaryOperator.identity();
    private Settings protocol = Settings.DEFAULT;

    private Builder(String uri) {
      this.uri = Objects.requireNonNull(uri, "uri");
    }

    /** Sends queries by GET, so that caches can keep their answers. Defaults to false. */
    public Builder get(boolean byGet) {
      this.protocol = protocol.get(byGet);
      return this;
    }

    /**
     * Sends documents by their SHA-256 first, and again with their text when the server does not
     * know them ("automatic persisted queries"); both are one attempt. Defaults to false.
     */
    public Builder persisted(boolean byHash) {
      this.protocol = protocol.persisted(byHash);
      return this;
    }

    /**
     * Says what kind of failure an error's code stands for ({@code extensions.code}) when there is
     * no data: {@link Kind#THROTTLED} waits and asks again, {@link Kind#AUTHENTICATION} renews the
     * credential. Defaults to {@code UNAUTHENTICATED} for the latter, and {@link Kind#PERMANENT}
     * for all others.
     */
    public Builder errorKind(String code, Kind kind) {
      this.protocol = protocol.kind(code, kind);
      return this;
    }

    /**
     * Sends a payload with {@code connection_init}, where many servers look for a credential. It is
     * asked for with each connection, on a thread that may block, so that it can be a fresh one.
     * Defaults to none.
     */
    public Builder connectionInit(Supplier<Map<String, Object>> payload) {
      this.protocol = protocol.greeting(Objects.requireNonNull(payload, "payload"));
      return this;
    }

    /** Keeps answers by the rules of HTTP caching in a folder of its own. Defaults to none. */
    public Builder cache(Path folder, long maxBytes) {
      transport.cache(folder, maxBytes);
      return this;
    }

    /** Sets the header of idempotency keys. Defaults to {@code Idempotency-Key}, raw. */
    public Builder idempotencyKey(String header, KeyFormat format) {
      transport.idempotencyKey(header, format);
      return this;
    }

    /** Sends the milliseconds that are left of the deadline in a header. Defaults to none. */
    public Builder deadlineHeader(String header) {
      transport.deadlineHeader(header);
      return this;
    }

    /**
     * Takes a 503 for a proof that the server did not act, so that unsafe calls are repeated too.
     * Defaults to false, since proxies answer 503 also when a server broke off after it acted.
     */
    public Builder treat503AsNotProcessed(boolean notProcessed) {
      transport.treat503AsNotProcessed(notProcessed);
      return this;
    }

    /** Sets how large an answer may be, after decompression. Defaults to 64 MiB. */
    public Builder maxResponseBytes(long bytes) {
      transport.maxResponseBytes(bytes);
      return this;
    }

    /**
     * Brings a client. It is hardened by {@code newBuilder()}, so that yours stays as it is; its
     * pool, dispatcher's threads, interceptors and timeouts are used, and it stays yours to close.
     */
    public Builder client(OkHttpClient client) {
      Objects.requireNonNull(client, "client");
      transport.client(client);
      return this;
    }

    /**
     * Changes the native builder. What would send requests again is switched off afterwards: {@code
     * retryOnConnectionFailure}, redirects and {@code authenticator}.
     */
    public Builder customize(Consumer<OkHttpClient.Builder> customizer) {
      Objects.requireNonNull(customizer, "customizer");
      transport.customize(customizer);
      return this;
    }

    /** Sets the limit of one connect. Defaults to 5 s. */
    public Builder connectTimeout(Duration timeout) {
      transport.connectTimeout(timeout);
      return this;
    }

    /** Sets how often an HTTP/2 connection is asked for a sign of life. Defaults to 10 s. */
    public Builder pingInterval(Duration interval) {
      transport.pingInterval(interval);
      return this;
    }

    /** Speaks HTTP/2 without TLS from the first byte on, as services inside a cluster do. */
    public Builder h2c() {
      transport.h2c();
      return this;
    }

    /** Speaks HTTP/1.1 alone. Defaults to HTTP/2 where the server offers it over TLS. */
    public Builder http1() {
      transport.http1();
      return this;
    }

    /** Sets whom to trust and what to prove. Defaults to {@link Tls#DEFAULT}. */
    public Builder tls(Tls tls) {
      transport.tls(tls);
      return this;
    }

    /** Sets the proxy. Defaults to what the JVM's system properties say. */
    public Builder proxy(Proxy proxy) {
      transport.proxy(proxy);
      return this;
    }

    /** Sets how requests are authenticated. Defaults to {@link Auth#none()}. */
    public Builder auth(Auth auth) {
      transport.auth(auth);
      return this;
    }

    /** Sets what a {@link Parley.Opening} has: default options, interceptors, stages. */
    public Builder opening(UnaryOperator<Parley.Opening> newSettings) {
      this.settings = Objects.requireNonNull(newSettings, "newSettings");
      return this;
    }

    /** Opens the channel; it is closed with the Parley, or before. */
    public GraphQlChannel open(Parley parley) {
      return new GraphQlChannel(opening(parley), null);
    }

    /** Opens the channel in a Parley of its own, which is closed with it. */
    public GraphQlChannel build() {
      Parley own = Parley.create();
      try {
        return new GraphQlChannel(opening(own), own);
      } catch (RuntimeException e) {
        own.close(Duration.ZERO);
        throw e;
      }
    }

    /** Returns these settings for {@link Parley.Opening#provider}, all but the address. */
    public ChannelProvider provider() {
      return new GraphQlProvider(transport::build, protocol);
    }

    private Parley.Opening opening(Parley parley) {
      String address = uri.regionMatches(true, 0, "http", 0, 4) ? "graphql+" + uri : uri;
      return settings.apply(parley.at(address).provider(provider()));
    }
  }
}
