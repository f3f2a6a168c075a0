package dev.parley.graphql;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Features;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Registration;
import dev.parley.State;
import dev.parley.StateListener;
import dev.parley.http.Auth;
import dev.parley.http.HttpTransport;
import dev.parley.http.KeyFormat;
import dev.parley.http.Tls;
import dev.parley.spi.ChannelProvider;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * A GraphQL endpoint with all its native options.
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
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class GraphQlChannel implements CallChannel {
  private final CallChannel calls;
  private final @Nullable Parley ownParley;

  private GraphQlChannel(Parley.Opening opening, @Nullable Parley ownParley) {
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

  @Override
  public URI uri() {
    return calls.uri();
  }

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

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  @Override
  public void close(Duration limit) {
    calls.close(limit);
    if (ownParley != null) {
      ownParley.close(limit);
    }
  }

  @Override
  public void abort() {
    calls.abort();
    if (ownParley != null) {
      ownParley.close(Duration.ZERO);
    }
  }

  @Override
  public String toString() {
    return "GraphQl" + calls;
  }

  /** Makes a {@link GraphQlChannel}, or a provider of channels. */
  public static final class Builder {
    private final String uri;
    private UnaryOperator<HttpTransport.Builder> transport = UnaryOperator.identity();
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

    /** Keeps answers by the rules of HTTP caching in a folder of its own. Defaults to none. */
    public Builder cache(Path folder, long maxBytes) {
      return with(builder -> builder.cache(folder, maxBytes));
    }

    /** Sets the header of idempotency keys. Defaults to {@code Idempotency-Key}, raw. */
    public Builder idempotencyKey(String header, KeyFormat format) {
      return with(builder -> builder.idempotencyKey(header, format));
    }

    /** Sends the milliseconds that are left of the deadline in a header. Defaults to none. */
    public Builder deadlineHeader(String header) {
      return with(builder -> builder.deadlineHeader(header));
    }

    /**
     * Takes a 503 for a proof that the server did not act, so that unsafe calls are repeated too.
     * Defaults to false, since proxies answer 503 also when a server broke off after it acted.
     */
    public Builder treat503AsNotProcessed(boolean notProcessed) {
      return with(builder -> builder.treat503AsNotProcessed(notProcessed));
    }

    /** Sets how large an answer may be, after decompression. Defaults to 64 MiB. */
    public Builder maxResponseBytes(long bytes) {
      return with(builder -> builder.maxResponseBytes(bytes));
    }

    /**
     * Brings a client. It is hardened by {@code newBuilder()}, so that yours stays as it is; its
     * pool, dispatcher's threads, interceptors and timeouts are used, and it stays yours to close.
     */
    public Builder client(OkHttpClient client) {
      Objects.requireNonNull(client, "client");
      return with(builder -> builder.client(client));
    }

    /**
     * Changes the native builder. What would send requests again is switched off afterwards: {@code
     * retryOnConnectionFailure}, redirects and {@code authenticator}.
     */
    public Builder customize(Consumer<OkHttpClient.Builder> customizer) {
      Objects.requireNonNull(customizer, "customizer");
      return with(builder -> builder.customize(customizer));
    }

    /** Sets the limit of one connect. Defaults to 5 s. */
    public Builder connectTimeout(Duration timeout) {
      return with(builder -> builder.connectTimeout(timeout));
    }

    /** Sets how often an HTTP/2 connection is asked for a sign of life. Defaults to 10 s. */
    public Builder pingInterval(Duration interval) {
      return with(builder -> builder.pingInterval(interval));
    }

    /** Speaks HTTP/2 without TLS from the first byte on, as services inside a cluster do. */
    public Builder h2c() {
      return with(HttpTransport.Builder::h2c);
    }

    /** Speaks HTTP/1.1 alone. Defaults to HTTP/2 where the server offers it over TLS. */
    public Builder http1() {
      return with(HttpTransport.Builder::http1);
    }

    /** Sets whom to trust and what to prove. Defaults to {@link Tls#DEFAULT}. */
    public Builder tls(Tls tls) {
      return with(builder -> builder.tls(tls));
    }

    /** Sets the proxy. Defaults to what the JVM's system properties say. */
    public Builder proxy(Proxy proxy) {
      return with(builder -> builder.proxy(proxy));
    }

    /** Sets how requests are authenticated. Defaults to {@link Auth#none()}. */
    public Builder auth(Auth auth) {
      return with(builder -> builder.auth(auth));
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
      UnaryOperator<HttpTransport.Builder> made = transport;
      return new GraphQlProvider(() -> made.apply(HttpTransport.builder()), protocol);
    }

    private Parley.Opening opening(Parley parley) {
      String address = uri.regionMatches(true, 0, "http", 0, 4) ? "graphql+" + uri : uri;
      return settings.apply(parley.at(address).provider(provider()));
    }

    private Builder with(UnaryOperator<HttpTransport.Builder> change) {
      UnaryOperator<HttpTransport.Builder> before = transport;
      this.transport = builder -> change.apply(before.apply(builder));
      return this;
    }
  }
}
