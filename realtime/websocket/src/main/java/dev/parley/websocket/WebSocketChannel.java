package dev.parley.websocket;

import dev.parley.Call;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.DuplexChannel;
import dev.parley.Headers;
import dev.parley.Kind;
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
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Extension;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
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
 * <p>{@link #features} and {@link #state} are those of sessions; it unwraps to the {@link
 * ClientManager}.
 *
 * <p><b>Threads:</b> safe for use by many threads. All sockets of a Parley share at most four
 * threads named {@code parley-websocket-io-*}.
 */
public final class WebSocketChannel extends ForwardingChannel
    implements DuplexChannel, StreamChannel, CallChannel {
  private WebSocketChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, DuplexChannel.class);
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
    return channel(DuplexChannel.class).open(operation, options);
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

  /** Returns the channel of feeds alone, which tells what feeds promise. */
  public StreamChannel feeds() {
    return channel(StreamChannel.class);
  }

  /** Returns the channel of calls alone, which tells what calls promise. */
  public CallChannel calls() {
    return channel(CallChannel.class);
  }

  /** Makes a {@link WebSocketChannel}, or a provider of channels. */
  public static final class Builder extends ForwardingChannel.Builder<WebSocketChannel, Builder> {
    private static final String BEARER = "Bearer ";

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

    private Builder(String uri) {
      super(uri);
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

    @Override
    public ChannelProvider provider() {
      return new WebSocketProvider(settings());
    }

    @Override
    protected WebSocketChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new WebSocketChannel(opening, ownParley);
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
