package dev.parley.rest;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A REST endpoint with all its native options: calls, and listings as streams, over one client.
 *
 * <p>{@code parley.open("https://api.shop.example", CallChannel.class)} is enough where the
 * defaults do. The path of the address comes before that of each operation, so that {@code
 * https://api.shop.example/v2} is a version of an API.
 *
 * {@snippet class="dev.parley.rest.RestSnippets" region="builder"}
 *
 * <p>Defaults: connects within 5 s; HTTP/2 where the server offers it over TLS; the JVM's proxy and
 * certificate authorities; no cache, no authentication; answers up to 64 MiB unless streamed;
 * {@code Idempotency-Key} raw.
 *
 * <p>{@link #features} and {@link #state} are those of calls; it unwraps to the {@link
 * okhttp3.OkHttpClient}.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public final class RestChannel extends ForwardingChannel implements CallChannel, StreamChannel {
  private final CallChannel calls;

  private RestChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, CallChannel.class);
    this.calls = channel(CallChannel.class);
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code https://api.shop.example/v2}
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
   * Streams the elements of a listing.
   *
   * @throws dev.parley.ConfigurationException if the operation has no binding with {@link Pages}
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

  /** Makes a {@link RestChannel}, or a provider of channels. */
  public static final class Builder extends HttpChannelBuilder<RestChannel, Builder> {
    private Builder(String uri) {
      super(uri);
    }

    /** Keeps answers by the rules of HTTP caching in a folder of its own. Defaults to none. */
    public Builder cache(Path folder, long maxBytes) {
      return with(builder -> builder.cache(folder, maxBytes));
    }

    /** Sets how requests are authenticated. Defaults to {@link Auth#none()}. */
    public Builder auth(Auth auth) {
      return with(builder -> builder.auth(auth));
    }

    /** Sets the header of idempotency keys. Defaults to {@code Idempotency-Key}, raw. */
    public Builder idempotencyKey(String header, KeyFormat format) {
      return with(builder -> builder.idempotencyKey(header, format));
    }

    /** Sends the milliseconds that are left of the deadline in a header. Defaults to none. */
    public Builder deadlineHeader(String header) {
      return with(builder -> builder.deadlineHeader(header));
    }

    /** Sends the number of the attempt in a header, 1 for the first. Defaults to none. */
    public Builder attemptHeader(String header) {
      return with(builder -> builder.attemptHeader(header));
    }

    /**
     * Takes a 503 for a proof that the server did not act, so that unsafe calls are repeated too.
     * Defaults to false, since proxies answer 503 also when a server broke off after it acted.
     */
    public Builder treat503AsNotProcessed(boolean notProcessed) {
      return with(builder -> builder.treat503AsNotProcessed(notProcessed));
    }

    /** Sets how large a buffered answer may be, after decompression. Defaults to 64 MiB. */
    public Builder maxResponseBytes(long bytes) {
      return with(builder -> builder.maxResponseBytes(bytes));
    }

    @Override
    public ChannelProvider provider() {
      Supplier<HttpTransport.Builder> transport = transport();
      return new RestProvider(context -> transport.get().build(context));
    }

    @Override
    protected RestChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new RestChannel(opening, ownParley);
    }
  }
}
