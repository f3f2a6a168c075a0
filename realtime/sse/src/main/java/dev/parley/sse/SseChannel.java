package dev.parley.sse;

import dev.parley.Features;
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
import dev.parley.http.Tls;
import dev.parley.spi.ChannelProvider;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint of server-sent events with all its native options.
 *
 * <p>{@code parley.open("sse+https://quotes.example", StreamChannel.class)} is enough where the
 * defaults do. The path of the address comes before that of each operation.
 *
 * {@snippet class="dev.parley.sse.SseSnippets" region="builder"}
 *
 * <p>Defaults: it is not known that the server replays, so that every reconnect reports a possible
 * gap; lines up to 1 MiB, events up to 8 MiB; connects within 5 s; HTTP/2 where the server offers
 * it over TLS; the JVM's proxy and certificate authorities; no authentication.
 *
 * <p><b>Threads:</b> safe for use by many threads. Each stream is read by a thread of its own named
 * {@code parley-sse-*}: a virtual one on Java 21 and newer, else a daemon.
 */
public final class SseChannel implements StreamChannel {
  private final StreamChannel streams;
  private final @Nullable Parley ownParley;

  private SseChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    this.ownParley = ownParley;
    this.streams = opening.open(StreamChannel.class);
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code sse+https://quotes.example/v2}, also without {@code
   *     sse+}
   */
  public static Builder builder(String uri) {
    return new Builder(uri);
  }

  /**
   * Streams the events of an operation.
   *
   * @throws dev.parley.ConfigurationException if the operation has no binding {@link Sse} or {@link
   *     dev.parley.http.Http}
   */
  @Override
  public <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, Q request, StreamOptions options) {
    return streams.stream(operation, request, options);
  }

  @Override
  public URI uri() {
    return streams.uri();
  }

  @Override
  public Features features() {
    return streams.features();
  }

  @Override
  public State state() {
    return streams.state();
  }

  @Override
  public Registration onStateChange(StateListener listener) {
    return streams.onStateChange(listener);
  }

  @Override
  public String explain() {
    return streams.explain();
  }

  /** Returns the {@link OkHttpClient} if that is asked for. */
  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return streams.unwrap(nativeType);
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  @Override
  public void close(Duration limit) {
    streams.close(limit);
    if (ownParley != null) {
      ownParley.close(limit);
    }
  }

  @Override
  public void abort() {
    streams.abort();
    if (ownParley != null) {
      ownParley.close(Duration.ZERO);
    }
  }

  @Override
  public String toString() {
    return "Sse" + streams;
  }

  /** Makes a {@link SseChannel}, or a provider of channels. */
  public static final class Builder {
    private final String uri;
    private UnaryOperator<HttpTransport.Builder> transport = UnaryOperator.identity();
    private UnaryOperator<Parley.Opening> settings = UnaryOperator.identity();
    private boolean replays;
    private int maxLineBytes = SseProvider.MAX_LINE_BYTES;
    private int maxEventBytes = SseProvider.MAX_EVENT_BYTES;

    private Builder(String uri) {
      this.uri = Objects.requireNonNull(uri, "uri");
    }

    /**
     * Declares that the server replays what came after {@code Last-Event-ID}: a reconnect then has
     * no gap, and a stream may begin at a stored position. Defaults to false.
     */
    public Builder replays(boolean declared) {
      this.replays = declared;
      return this;
    }

    /** Sets how long a line may be; a longer one fails the stream. Defaults to 1 MiB. */
    public Builder maxLineBytes(int bytes) {
      this.maxLineBytes = SseProvider.atLeastOne("maxLineBytes", bytes);
      return this;
    }

    /** Sets how large an event's data may be; more fails the stream. Defaults to 8 MiB. */
    public Builder maxEventBytes(int bytes) {
      this.maxEventBytes = SseProvider.atLeastOne("maxEventBytes", bytes);
      return this;
    }

    /**
     * Brings a client. It is hardened by {@code newBuilder()}, so that yours stays as it is; its
     * pool and interceptors are used, its limits of calls at once and its read and call timeouts
     * are not, and it stays yours to close.
     */
    public Builder client(OkHttpClient client) {
      Objects.requireNonNull(client, "client");
      return with(builder -> builder.client(client));
    }

    /**
     * Changes the native builder. What would send requests again is switched off afterwards, and so
     * are read and call timeouts.
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

    /**
     * Sets how requests are authenticated; every connect asks for the credential anew. Defaults to
     * {@link Auth#none()}.
     */
    public Builder auth(Auth auth) {
      return with(builder -> builder.auth(auth));
    }

    /** Sets what a {@link Parley.Opening} has: default options, interceptors, stages. */
    public Builder opening(UnaryOperator<Parley.Opening> newSettings) {
      this.settings = Objects.requireNonNull(newSettings, "newSettings");
      return this;
    }

    /** Opens the channel; it is closed with the Parley, or before. */
    public SseChannel open(Parley parley) {
      return new SseChannel(opening(parley), null);
    }

    /** Opens the channel in a Parley of its own, which is closed with it. */
    public SseChannel build() {
      Parley own = Parley.create();
      try {
        return new SseChannel(opening(own), own);
      } catch (RuntimeException e) {
        own.close(Duration.ZERO);
        throw e;
      }
    }

    /** Returns these settings for {@link Parley.Opening#provider}, all but the address. */
    public ChannelProvider provider() {
      UnaryOperator<HttpTransport.Builder> made = transport;
      return new SseProvider(
          () -> made.apply(HttpTransport.builder()),
          new Bound.Settings(replays, maxLineBytes, maxEventBytes));
    }

    private Parley.Opening opening(Parley parley) {
      String address = uri.regionMatches(true, 0, "http", 0, 4) ? "sse+" + uri : uri;
      return settings.apply(parley.at(address).provider(provider()));
    }

    private Builder with(UnaryOperator<HttpTransport.Builder> change) {
      UnaryOperator<HttpTransport.Builder> before = transport;
      this.transport = builder -> change.apply(before.apply(builder));
      return this;
    }
  }
}
