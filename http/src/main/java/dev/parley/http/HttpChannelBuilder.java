package dev.parley.http;

import dev.parley.Channel;
import dev.parley.spi.ForwardingChannel;
import java.net.Proxy;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import okhttp3.OkHttpClient;

/**
 * The options that the channels of all HTTP-borne adapters have.
 *
 * <p>Defaults: connects within 5 s; HTTP/2 where the server offers it over TLS, asked for a sign of
 * life every 10 s; the JVM's proxy and certificate authorities.
 *
 * <p><b>Threads:</b> one thread at a time.
 *
 * @param <C> the type of the channel
 * @param <B> the builder's own type
 */
public abstract class HttpChannelBuilder<C extends Channel, B extends HttpChannelBuilder<C, B>>
    extends ForwardingChannel.Builder<C, B> {
  private Consumer<HttpTransport.Builder> transport = builder -> {};

  /**
   * Starts a channel.
   *
   * @param uri the address
   */
  protected HttpChannelBuilder(String uri) {
    super(uri);
  }

  /**
   * Brings a client. It is hardened by {@code newBuilder()}, so that yours stays as it is; its
   * pool, dispatcher's threads, interceptors and timeouts are used, and it stays yours to close.
   */
  public B client(OkHttpClient client) {
    return with(builder -> builder.client(client));
  }

  /**
   * Changes the native builder, after what was changed before. What would send requests again is
   * switched off afterwards: {@code retryOnConnectionFailure}, redirects and {@code authenticator}.
   */
  public B customize(Consumer<OkHttpClient.Builder> customizer) {
    return with(builder -> builder.customize(customizer));
  }

  /** Sets the limit of one connect. Defaults to 5 s, or to that of a client that was brought. */
  public B connectTimeout(Duration timeout) {
    return with(builder -> builder.connectTimeout(timeout));
  }

  /** Sets how often an HTTP/2 connection is asked for a sign of life. Defaults to 10 s. */
  public B pingInterval(Duration interval) {
    return with(builder -> builder.pingInterval(interval));
  }

  /** Speaks HTTP/2 without TLS from the first byte on, as services inside a cluster do. */
  public B h2c() {
    return with(HttpTransport.Builder::h2c);
  }

  /** Speaks HTTP/1.1 alone. Defaults to HTTP/2 where the server offers it over TLS. */
  public B http1() {
    return with(HttpTransport.Builder::http1);
  }

  /** Sets whom to trust and what to prove. Defaults to {@link Tls#DEFAULT}. */
  public B tls(Tls tls) {
    return with(builder -> builder.tls(tls));
  }

  /** Sets the proxy. Defaults to what the JVM's system properties say. */
  public B proxy(Proxy proxy) {
    return with(builder -> builder.proxy(proxy));
  }

  /** Adds a setting of the transport. A wrong one is refused at once. */
  protected final B with(Consumer<HttpTransport.Builder> change) {
    change.accept(HttpTransport.builder());
    transport = transport.andThen(change);
    return self();
  }

  /** Returns what makes a transport's builder with the settings so far, a new one each time. */
  protected final Supplier<HttpTransport.Builder> transport() {
    Consumer<HttpTransport.Builder> settings = transport;
    return () -> {
      HttpTransport.Builder builder = HttpTransport.builder();
      settings.accept(builder);
      return builder;
    };
  }
}
