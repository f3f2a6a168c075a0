package dev.parley.graphql;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Auth;
import dev.parley.http.HttpChannelBuilder;
import dev.parley.http.HttpTransport;
import dev.parley.http.KeyFormat;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ForwardingChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
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
 * 64 MiB; {@code Idempotency-Key} raw; a web socket for each subscription.
 *
 * <p>{@link #features} and {@link #state} are those of calls; it unwraps to the {@link
 * okhttp3.OkHttpClient}.
 *
 * <p><b>Threads:</b> safe for use by many threads. Each subscription is read by a thread of its
 * own: a virtual one on Java 21 and newer, else a daemon.
 */
public final class GraphQlChannel extends ForwardingChannel implements CallChannel, StreamChannel {
  private final CallChannel calls;

  private GraphQlChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, CallChannel.class);
    this.calls = channel(CallChannel.class);
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
   * Streams a subscription, on a connection of its own.
   *
   * @throws dev.parley.ConfigurationException if the operation is bound to no subscription
   */
  @Override
  public <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, Q request, StreamOptions options) {
    return streams().stream(operation, request, options);
  }

  /** Returns the channel of streams alone, which tells what streams promise. */
  public StreamChannel streams() {
    return channel(StreamChannel.class);
  }

  /** Makes a {@link GraphQlChannel}, or a provider of channels. */
  public static final class Builder extends HttpChannelBuilder<GraphQlChannel, Builder> {
    private Settings protocol = Settings.DEFAULT;

    private Builder(String uri) {
      super(uri.regionMatches(true, 0, "http", 0, 4) ? "graphql+" + uri : uri);
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

    /** Sets how subscriptions travel. Defaults to {@link SubscriptionProtocol#WEB_SOCKET}. */
    public Builder subscriptions(SubscriptionProtocol subscriptions) {
      this.protocol =
          protocol.subscriptions(Objects.requireNonNull(subscriptions, "subscriptions"));
      return this;
    }

    /**
     * Sends a payload with {@code connection_init}, where many servers look for a credential. It is
     * asked for with each connection, on a thread that may block, so that it can be a fresh one. It
     * is of web sockets alone. Defaults to none.
     */
    public Builder connectionInit(Supplier<Map<String, Object>> payload) {
      this.protocol = protocol.greeting(Objects.requireNonNull(payload, "payload"));
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

    /** Sets how requests are authenticated. Defaults to {@link Auth#none()}. */
    public Builder auth(Auth auth) {
      return with(builder -> builder.auth(auth));
    }

    @Override
    public ChannelProvider provider() {
      Supplier<HttpTransport.Builder> transport = transport();
      return new GraphQlProvider(context -> transport.get().build(context), protocol);
    }

    @Override
    protected GraphQlChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new GraphQlChannel(opening, ownParley);
    }
  }
}
