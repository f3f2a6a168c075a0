package dev.parley.polling;

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
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that is polled, with all its native options.
 *
 * <p>{@code parley.open("poll+https://api.shop.example", StreamChannel.class)} is enough where the
 * defaults do, and {@code longpoll+https} for long polling. What is asked is the operation's
 * binding to {@link dev.parley.http.Http}; what of the answer is new, and when it ends, its {@link
 * Poll}.
 *
 * {@snippet class="dev.parley.polling.PollingSnippets" region="builder"}
 *
 * <p>Defaults: pauses of 1 s to 30 s; long polls held for 30 s; an answer may take 10 s beyond
 * that, or less if {@link StreamOptions#silence} is less; connects within 5 s; HTTP/2 where the
 * server offers it over TLS; the JVM's proxy and certificate authorities; no authentication;
 * answers up to 64 MiB.
 *
 * <p><b>Threads:</b> safe for use by many threads. Each subscription has a thread that asks: a
 * virtual one on Java 21 and newer, else a daemon named {@code parley-poll-*}.
 */
public final class PollingChannel implements StreamChannel {
  private final StreamChannel channel;
  private final @Nullable Parley ownParley;

  private PollingChannel(StreamChannel channel, @Nullable Parley ownParley) {
    this.channel = channel;
    this.ownParley = ownParley;
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code poll+https://api.shop.example/v2}; {@code https} alone
   *     is polled as {@code poll+https}
   */
  public static Builder builder(String uri) {
    return new Builder(uri);
  }

  @Override
  public <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, Q request, StreamOptions options) {
    return channel.stream(operation, request, options);
  }

  @Override
  public URI uri() {
    return channel.uri();
  }

  /** Returns what it promises; resuming without a gap needs a cursor or a since-parameter. */
  @Override
  public Features features() {
    return channel.features();
  }

  @Override
  public State state() {
    return channel.state();
  }

  @Override
  public Registration onStateChange(StateListener listener) {
    return channel.onStateChange(listener);
  }

  @Override
  public String explain() {
    return channel.explain();
  }

  /** Returns the {@link OkHttpClient} if that is asked for. */
  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return channel.unwrap(nativeType);
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  @Override
  public void close(Duration limit) {
    channel.close(limit);
    if (ownParley != null) {
      ownParley.close(limit);
    }
  }

  @Override
  public void abort() {
    channel.abort();
    if (ownParley != null) {
      ownParley.close(Duration.ZERO);
    }
  }

  @Override
  public String toString() {
    return "Polling" + channel;
  }

  /** Makes a {@link PollingChannel}, or a provider of channels. */
  public static final class Builder {
    private final String uri;
    private final HttpTransport.Builder transport = HttpTransport.builder();
    private Rhythm rhythm = Rhythm.DEFAULT;
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    private UnaryOperator<Parley.Opening> settings = UnaryOperator.identity();

    private Builder(String uri) {
      Objects.requireNonNull(uri, "uri");
      this.uri = uri.startsWith("http") ? "poll+" + uri : uri;
    }

    /** Sets the pause after news, and the longest one. Defaults to 1 s and 30 s. */
    public Builder every(Duration fastest, Duration slowest) {
      rhythm = rhythm.every(fastest, slowest);
      return this;
    }

    /** Sets how long the server may hold a long poll. Defaults to 30 s. */
    public Builder hold(Duration hold) {
      rhythm = rhythm.hold(hold);
      return this;
    }

    /**
     * Brings a client. It is hardened by {@code newBuilder()}, so that yours stays as it is; its
     * pool, interceptors and timeouts are used, and it stays yours to close.
     */
    public Builder client(OkHttpClient client) {
      transport.client(client);
      return this;
    }

    /**
     * Changes the native builder. What would send requests again is switched off afterwards: {@code
     * retryOnConnectionFailure}, redirects and {@code authenticator}.
     */
    public Builder customize(Consumer<OkHttpClient.Builder> customizer) {
      transport.customize(Objects.requireNonNull(customizer, "customizer"));
      return this;
    }

    /** Sets the limit of one connect. Defaults to 5 s. */
    public Builder connectTimeout(Duration timeout) {
      transport.connectTimeout(timeout);
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

    /** Sets how large an answer may be, after decompression. Defaults to 64 MiB. */
    public Builder maxResponseBytes(long bytes) {
      transport.maxResponseBytes(bytes);
      return this;
    }

    /** Sets what a {@link Parley.Opening} has: interceptors, the name of the credential. */
    public Builder opening(UnaryOperator<Parley.Opening> newSettings) {
      this.settings = Objects.requireNonNull(newSettings, "newSettings");
      return this;
    }

    /** For tests: the jitter is repeatable. */
    Builder random(DoubleSupplier newRandom) {
      this.random = newRandom;
      return this;
    }

    /** Opens the channel; it is closed with the Parley, or before. */
    public PollingChannel open(Parley parley) {
      return new PollingChannel(opening(parley), null);
    }

    /** Opens the channel in a Parley of its own, which is closed with it. */
    public PollingChannel build() {
      Parley own = Parley.create();
      try {
        return new PollingChannel(opening(own), own);
      } catch (RuntimeException e) {
        own.close(Duration.ZERO);
        throw e;
      }
    }

    /** Returns these settings for {@link Parley.Opening#provider}, all but the address. */
    public ChannelProvider provider() {
      return new PollingProvider(rhythm, () -> transport, random);
    }

    private StreamChannel opening(Parley parley) {
      return settings.apply(parley.at(uri).provider(provider())).open(StreamChannel.class);
    }
  }
}
