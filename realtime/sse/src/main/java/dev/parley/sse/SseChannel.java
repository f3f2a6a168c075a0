package dev.parley.sse;

import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.http.Auth;
import dev.parley.http.HttpChannelBuilder;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ForwardingChannel;
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
 * it over TLS; the JVM's proxy and certificate authorities; no authentication. A client that is
 * brought keeps its pool and interceptors; its limits of calls at once and its read and call
 * timeouts are not used.
 *
 * <p><b>Threads:</b> safe for use by many threads. Each stream is read by a thread of its own named
 * {@code parley-sse-*}: a virtual one on Java 21 and newer, else a daemon.
 */
public final class SseChannel extends ForwardingChannel implements StreamChannel {
  private SseChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, StreamChannel.class);
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
    return channel(StreamChannel.class).stream(operation, request, options);
  }

  /** Makes a {@link SseChannel}, or a provider of channels. */
  public static final class Builder extends HttpChannelBuilder<SseChannel, Builder> {
    private boolean replays;
    private int maxLineBytes = SseProvider.MAX_LINE_BYTES;
    private int maxEventBytes = SseProvider.MAX_EVENT_BYTES;

    private Builder(String uri) {
      super(uri.regionMatches(true, 0, "http", 0, 4) ? "sse+" + uri : uri);
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
     * Sets how requests are authenticated; every connect asks for the credential anew. Defaults to
     * {@link Auth#none()}.
     */
    public Builder auth(Auth auth) {
      return with(builder -> builder.auth(auth));
    }

    @Override
    public ChannelProvider provider() {
      return new SseProvider(transport(), new Bound.Settings(replays, maxLineBytes, maxEventBytes));
    }

    @Override
    protected SseChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new SseChannel(opening, ownParley);
    }
  }
}
