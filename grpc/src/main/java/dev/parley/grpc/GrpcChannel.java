package dev.parley.grpc;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.DuplexChannel;
import dev.parley.Headers;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ForwardingChannel;
import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC endpoint with all its native options: calls, streams and sessions over one native channel.
 *
 * <p>{@code parley.open("grpcs://stock.shop.example", CallChannel.class)} is enough where the
 * defaults do.
 *
 * {@snippet class="dev.parley.grpc.GrpcSnippets" region="builder"}
 *
 * <p>Defaults: {@code grpcs} with the JVM's certificate authorities, {@code grpc} without TLS; DNS
 * and one connection; messages up to 4 MiB each way; a sign of life after 5 min of silence while
 * calls run, to be answered within 20 s; no compression, no credentials; the idempotency key in
 * {@code idempotency-key}.
 *
 * <p>grpc-java's own retries are off but for the transparent ones, of requests that the server
 * never looked at; and when a connection is lost, the next attempt dials, not grpc-java's own
 * back-off.
 *
 * <p>{@link #features} and {@link #state} are those of calls; it unwraps to the {@link
 * ManagedChannel}.
 *
 * <p><b>Threads:</b> safe for use by many threads. Connections are served by grpc-java's daemon
 * threads, which all its channels share.
 */
public final class GrpcChannel extends ForwardingChannel
    implements CallChannel, StreamChannel, DuplexChannel {
  private final CallChannel calls;

  private GrpcChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, CallChannel.class);
    this.calls = channel(CallChannel.class);
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code grpcs://stock.shop.example:443}
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
   * Streams the replies of a server.
   *
   * @throws dev.parley.ConfigurationException if the method is not a server stream
   */
  @Override
  public <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, Q request, StreamOptions options) {
    return streams().stream(operation, request, options);
  }

  /**
   * Opens a session: a stream in both directions, or to the server with one reply behind it.
   *
   * @throws dev.parley.ConfigurationException if the method takes one request
   */
  @Override
  public <O, I> Session<O, I> open(Operation<O, I> operation, SessionOptions options) {
    return sessions().open(operation, options);
  }

  /** Returns the channel of streams alone, which tells what streams promise. */
  public StreamChannel streams() {
    return channel(StreamChannel.class);
  }

  /** Returns the channel of sessions alone, which tells what sessions promise. */
  public DuplexChannel sessions() {
    return channel(DuplexChannel.class);
  }

  /** Makes a {@link GrpcChannel}, or a provider of channels. */
  public static final class Builder extends ForwardingChannel.Builder<GrpcChannel, Builder> {
    private final GrpcSettings grpc = new GrpcSettings();

    private Builder(String uri) {
      super(uri);
    }

    /**
     * Brings a native channel, for example one in process; it stays yours to close, and its own
     * retries are yours to switch off. The address then is a name only.
     */
    public Builder client(ManagedChannel channel) {
      grpc.channel = Objects.requireNonNull(channel, "channel");
      return this;
    }

    /**
     * Changes the native builder: interceptors, proxies, service configuration and all else. What
     * would send requests again is switched off afterwards.
     */
    public Builder customize(Consumer<ManagedChannelBuilder<?>> customizer) {
      Objects.requireNonNull(customizer, "customizer");
      Consumer<ManagedChannelBuilder<?>> before = grpc.customizer;
      grpc.customizer = before == null ? customizer : before.andThen(customizer);
      return this;
    }

    /**
     * Sets grpc-java's own target, such as {@code xds:///stock}. Defaults to DNS of the address.
     */
    public Builder target(String target) {
      grpc.target = Objects.requireNonNull(target, "target");
      return this;
    }

    /**
     * Sets whom to trust and what to prove, for example with {@link io.grpc.TlsChannelCredentials}.
     * Defaults to what the scheme says.
     */
    public Builder tls(ChannelCredentials credentials) {
      grpc.credentials = Objects.requireNonNull(credentials, "credentials");
      return this;
    }

    /** Sets native credentials of each call. Defaults to none. */
    public Builder credentials(CallCredentials credentials) {
      grpc.callCredentials = Objects.requireNonNull(credentials, "credentials");
      return this;
    }

    /**
     * Sends {@code authorization: Bearer …}. The supplier is asked for every attempt and must not
     * block; after an UNAUTHENTICATED the call is sent again, once, if it then gives another token.
     * Defaults to none.
     */
    public Builder bearer(Supplier<String> token) {
      grpc.bearer = Objects.requireNonNull(token, "token");
      return this;
    }

    /** Sets metadata that goes out with everything. Defaults to none. */
    public Builder headers(Headers headers) {
      grpc.headers = Objects.requireNonNull(headers, "headers");
      return this;
    }

    /** Sets the header of idempotency keys. Defaults to {@code idempotency-key}. */
    public Builder idempotencyKey(String header) {
      grpc.keyHeader = Objects.requireNonNull(header, "header");
      return this;
    }

    /** Compresses requests, with {@code gzip} for example. Defaults to none. */
    public Builder compression(String compressor) {
      grpc.compression = Objects.requireNonNull(compressor, "compressor");
      return this;
    }

    /** Sets how large one message may be, in each direction. Defaults to 4 MiB. */
    public Builder maxMessageBytes(int bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxMessageBytes must be at least 1, but is " + bytes);
      }
      grpc.maxMessageBytes = bytes;
      return this;
    }

    /**
     * Sets after how much silence a connection with calls is asked for a sign of life, and how long
     * the answer may take. Servers close connections that ask more often than they allow, by
     * default every 5 min. Defaults to 5 min and 20 s; zero is never.
     */
    public Builder keepAlive(Duration after, Duration timeout) {
      grpc.keepAlive = notNegative(after, "after");
      grpc.keepAliveTimeout = notNegative(timeout, "timeout");
      return this;
    }

    /** Sets how calls are spread, such as {@code round_robin}. Defaults to one connection. */
    public Builder loadBalancing(String policy) {
      grpc.loadBalancing = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Watches {@code grpc.health.v1} on each connection and calls only where the service is
     * SERVING. Defaults to no check.
     *
     * @param service the name of the service, empty for the server as a whole
     */
    public Builder healthCheck(String service) {
      grpc.healthService = Objects.requireNonNull(service, "service");
      return this;
    }

    @Override
    public ChannelProvider provider() {
      return new GrpcProvider(grpc.copy());
    }

    @Override
    protected GrpcChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new GrpcChannel(opening, ownParley);
    }

    private static Duration notNegative(Duration duration, String name) {
      if (duration.isNegative()) {
        throw new IllegalArgumentException(name + " must not be negative, but is " + duration);
      }
      return duration;
    }
  }
}
