package dev.parley.websocket;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.DuplexChannel;
import dev.parley.Features;
import dev.parley.Headers;
import dev.parley.Kind;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.Registration;
import dev.parley.Session;
import dev.parley.SessionOptions;
import dev.parley.State;
import dev.parley.StateListener;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.spi.ChannelProvider;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Extension;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.glassfish.tyrus.client.ClientManager;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket endpoint with all its native options: sessions, feeds, and calls by correlation.
 *
 * <p>{@code parley.open("wss://chat.example", DuplexChannel.class)} is enough where the defaults
 * do. The path of the address comes before that of each operation's {@link WebSocket} binding.
 *
 * <p>Defaults: connects within 5 s and shakes hands within 10 s; the JVM's proxy and certificate
 * authorities; messages and frames up to 4 MiB; 256 KiB may be under way to the peer before a
 * sender waits, and a peer that takes nothing for 10 s then counts as gone; no extension.
 *
 * <p><b>Threads:</b> safe for use by many threads. All sockets of a Parley share at most four
 * threads named {@code parley-websocket-io-*}.
 */
public final class WebSocketChannel implements DuplexChannel, StreamChannel, CallChannel {
  private final DuplexChannel sessions;
  private final Parley.Opening opening;
  private final @Nullable Parley ownParley;
  private final Object lock = new Object();

  // Guarded by lock.
  private @Nullable StreamChannel feeds;
  private @Nullable CallChannel calls;

  private WebSocketChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    this.opening = opening;
    this.ownParley = ownParley;
    this.sessions = opening.open(DuplexChannel.class);
  }

  /**
   * Starts a channel.
   *
   * @param uri the address, such as {@code wss://chat.example/v1}
   */
  public static Builder builder(String uri) {
    return new Builder(uri);
  }

  @Override
  public <O, I> Session<O, I> open(Operation<O, I> operation, SessionOptions options) {
    return sessions.open(operation, options);
  }

  @Override
  public <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, Q request, StreamOptions options) {
    return feeds().stream(operation, request, options);
  }

  @Override
  public <Q, R> Call<R> newCall(Operation<Q, R> operation, Q request, CallOptions options) {
    return calls().newCall(operation, request, options);
  }

  @Override
  public <Q, R> R call(Operation<Q, R> operation, Q request) {
    return calls().call(operation, request);
  }

  @Override
  public <Q, R> R call(Operation<Q, R> operation, Q request, CallOptions options) {
    return calls().call(operation, request, options);
  }

  @Override
  public URI uri() {
    return sessions.uri();
  }

  /** Returns what sessions promise; see also {@link #feeds()} and {@link #calls()}. */
  @Override
  public Features features() {
    return sessions.features();
  }

  @Override
  public State state() {
    return sessions.state();
  }

  @Override
  public Registration onStateChange(StateListener listener) {
    return sessions.onStateChange(listener);
  }

  @Override
  public String explain() {
    return sessions.explain();
  }

  /** Returns the {@link ClientManager} if that is asked for. */
  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return sessions.unwrap(nativeType);
  }

  /** Returns the channel of feeds alone, opened when it is first asked for. */
  public StreamChannel feeds() {
    synchronized (lock) {
      StreamChannel known = feeds;
      if (known == null) {
        known = opening.open(StreamChannel.class);
        feeds = known;
      }
      return known;
    }
  }

  /** Returns the channel of calls alone, opened when it is first asked for. */
  public CallChannel calls() {
    synchronized (lock) {
      CallChannel known = calls;
      if (known == null) {
        known = opening.open(CallChannel.class);
        calls = known;
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
    opened().forEach(each -> each.close(limit));
    if (ownParley != null) {
      ownParley.close(limit);
    }
  }

  @Override
  public void abort() {
    opened().forEach(dev.parley.Channel::abort);
    if (ownParley != null) {
      ownParley.close(Duration.ZERO);
    }
  }

  @Override
  public String toString() {
    return "WebSocket" + sessions;
  }

  private List<dev.parley.Channel> opened() {
    List<dev.parley.Channel> opened = new ArrayList<>();
    opened.add(sessions);
    synchronized (lock) {
      if (feeds != null) {
        opened.add(feeds);
      }
      if (calls != null) {
        opened.add(calls);
      }
    }
    return opened;
  }

  /** Makes a {@link WebSocketChannel}, or a provider of channels. */
  public static final class Builder {
    private static final String BEARER = "Bearer ";

    private final String uri;
    private final List<Extension> extensions = new ArrayList<>();
    private final Map<Integer, Kind> closeCodes = new HashMap<>();
    private @Nullable ClientManager client;
    private Consumer<ClientEndpointConfig.Builder> customizer = builder -> {};
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration writeTimeout = Duration.ofSeconds(10);
    private Headers headers = Headers.empty();
    private @Nullable Supplier<String> authorization;
    private @Nullable Function<String, Instant> expiry; // of the header's value
    private @Nullable SSLContext tls;
    private @Nullable Proxy proxy;
    private Headers proxyHeaders = Headers.empty();
    private int maxMessageBytes = 4 << 20;
    private int maxFrameBytes = 4 << 20;
    private int windowBytes = 256 << 10;
    private boolean reconnectOnCleanClose;
    private boolean replays;
    private UnaryOperator<Parley.Opening> settings = UnaryOperator.identity();

    private Builder(String uri) {
      this.uri = Objects.requireNonNull(uri, "uri");
    }

    /**
     * Brings a client with a container of your own, such as Grizzly's. It stays yours to shut down,
     * and its own proxy, TLS, timeouts and threads are used; a slow consumer then holds one of
     * them.
     */
    public Builder client(ClientManager newClient) {
      client = Objects.requireNonNull(newClient, "newClient");
      return this;
    }

    /** Changes the native configuration of each connect. */
    public Builder customize(Consumer<ClientEndpointConfig.Builder> newCustomizer) {
      customizer = Objects.requireNonNull(newCustomizer, "newCustomizer");
      return this;
    }

    /** Sets the limit of one TCP connect. Defaults to 5 s. */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = positive(timeout, "connectTimeout");
      return this;
    }

    /** Sets the limit of connect, TLS and upgrade together. Defaults to 10 s. */
    public Builder handshakeTimeout(Duration timeout) {
      handshakeTimeout = positive(timeout, "handshakeTimeout");
      return this;
    }

    /**
     * Sets how long the peer may take nothing while a sender waits, before the connection counts as
     * lost. Defaults to 10 s.
     */
    public Builder writeTimeout(Duration timeout) {
      writeTimeout = positive(timeout, "writeTimeout");
      return this;
    }

    /** Sets headers that go out with every handshake. Defaults to none. */
    public Builder headers(Headers newHeaders) {
      headers = Objects.requireNonNull(newHeaders, "newHeaders");
      return this;
    }

    /**
     * Sends {@code Authorization: Bearer …} with every handshake. The supplier is asked each time
     * and may block; after a 401 the handshake is repeated once if it then gives another token.
     */
    public Builder bearer(Supplier<String> token) {
      Objects.requireNonNull(token, "token");
      authorization = () -> BEARER + token.get();
      expiry = null;
      return this;
    }

    /**
     * Sends a token that tells how long it is good, as a JWT does. A feed is then moved to a new
     * connection with a new token in the last fifth of that time, before the old one is closed;
     * sessions and calls are not.
     *
     * @param newExpiry reads out of a token when it expires; {@link Instant#MAX} for never
     */
    public Builder bearer(Supplier<String> token, Function<String, Instant> newExpiry) {
      Objects.requireNonNull(newExpiry, "newExpiry");
      bearer(token);
      expiry = value -> newExpiry.apply(value.substring(BEARER.length()));
      return this;
    }

    /** Sends {@code Authorization: Basic …} of a name and a password with every handshake. */
    public Builder basic(String user, Supplier<String> password) {
      Objects.requireNonNull(password, "password");
      if (user.indexOf(':') >= 0) {
        throw new IllegalArgumentException(
            "the user of basic authentication must not hold a colon");
      }
      expiry = null;
      authorization =
          () ->
              "Basic "
                  + Base64.getEncoder()
                      .encodeToString(
                          (user + ":" + password.get()).getBytes(StandardCharsets.UTF_8));
      return this;
    }

    /** Sets whom to trust and what to prove. Defaults to the JVM's. Host names are checked. */
    public Builder tls(SSLContext context) {
      tls = Objects.requireNonNull(context, "context");
      return this;
    }

    /** Sets the HTTP proxy. Defaults to what the JVM's system properties say. */
    public Builder proxy(Proxy newProxy) {
      proxy = Objects.requireNonNull(newProxy, "newProxy");
      return this;
    }

    /** Sets headers for the proxy, such as {@code Proxy-Authorization}. Defaults to none. */
    public Builder proxyHeaders(Headers newHeaders) {
      proxyHeaders = Objects.requireNonNull(newHeaders, "newHeaders");
      return this;
    }

    /**
     * Offers an extension to the server, such as {@code PerMessageDeflateExtension} of
     * tyrus-extension-deflate. Defaults to none.
     */
    public Builder extension(Extension extension) {
      extensions.add(Objects.requireNonNull(extension, "extension"));
      return this;
    }

    /** Sets how large a message may be, in and out. Defaults to 4 MiB. */
    public Builder maxMessageBytes(int bytes) {
      maxMessageBytes = positive(bytes, "maxMessageBytes");
      return this;
    }

    /** Sets how large one frame of an incoming message may be. Defaults to 4 MiB. */
    public Builder maxFrameBytes(int bytes) {
      maxFrameBytes = positive(bytes, "maxFrameBytes");
      return this;
    }

    /** Sets how much may be under way to the peer before a sender waits. Defaults to 256 KiB. */
    public Builder windowBytes(int bytes) {
      windowBytes = positive(bytes, "windowBytes");
      return this;
    }

    /**
     * Says what a close code of the peer means: {@link Kind#TRANSIENT} reconnects, {@link
     * Kind#THROTTLED} after 5 to 30 s, {@link Kind#PERMANENT} ends it. Defaults to reconnect after
     * 1001, 1005, 1006, 1011 (a few times), 1012 and 1013 (later), 1014 and from 3000 on.
     */
    public Builder closeCode(int code, Kind kind) {
      closeCodes.put(code, Objects.requireNonNull(kind, "kind"));
      return this;
    }

    /** Reconnects also when the peer has closed with 1000. Defaults to an end. */
    public Builder reconnectOnCleanClose() {
      reconnectOnCleanClose = true;
      return this;
    }

    /** Declares that the server replays, so that feeds resume by their {@link Replay}. */
    public Builder replays() {
      replays = true;
      return this;
    }

    /** Sets what a {@link Parley.Opening} has: default options, interceptors, stages. */
    public Builder opening(UnaryOperator<Parley.Opening> newSettings) {
      settings = Objects.requireNonNull(newSettings, "newSettings");
      return this;
    }

    /** Opens the channel; it is closed with the Parley, or before. */
    public WebSocketChannel open(Parley parley) {
      return new WebSocketChannel(opening(parley), null);
    }

    /** Opens the channel in a Parley of its own, which is closed with it. */
    public WebSocketChannel build() {
      Parley own = Parley.create();
      try {
        return new WebSocketChannel(opening(own), own);
      } catch (RuntimeException e) {
        own.close(Duration.ZERO);
        throw e;
      }
    }

    /** Returns these settings for {@link Parley.Opening#provider}, all but the address. */
    public ChannelProvider provider() {
      return new WebSocketProvider(settings());
    }

    Settings settings() {
      return new Settings(
          client,
          customizer,
          connectTimeout,
          handshakeTimeout,
          writeTimeout,
          headers,
          authorization,
          expiry,
          tls,
          proxy,
          proxyHeaders,
          List.copyOf(extensions),
          maxMessageBytes,
          maxFrameBytes,
          windowBytes,
          Map.copyOf(closeCodes),
          reconnectOnCleanClose,
          replays);
    }

    private Parley.Opening opening(Parley parley) {
      return settings.apply(parley.at(uri).provider(provider()));
    }

    private static Duration positive(Duration duration, String option) {
      if (duration.isZero() || duration.isNegative()) {
        throw new IllegalArgumentException(option + " must be positive, but is " + duration);
      }
      return duration;
    }

    private static int positive(int number, String option) {
      if (number < 1) {
        throw new IllegalArgumentException(option + " must be at least 1, but is " + number);
      }
      return number;
    }
  }
}
