package dev.parley.polling;

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
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
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
 * answers up to 64 MiB. Resuming without a gap needs a cursor or a since-parameter.
 *
 * <p><b>Threads:</b> safe for use by many threads. Each subscription has a thread that asks: a
 * virtual one on Java 21 and newer, else a daemon named {@code parley-poll-*}.
 */
public final class PollingChannel extends ForwardingChannel implements StreamChannel {
  private PollingChannel(Parley.Opening opening, @Nullable Parley ownParley) {
    super(opening, ownParley, StreamChannel.class);
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
    return channel(StreamChannel.class).stream(operation, request, options);
  }

  /** Makes a {@link PollingChannel}, or a provider of channels. */
  public static final class Builder extends HttpChannelBuilder<PollingChannel, Builder> {
    private Rhythm rhythm = Rhythm.DEFAULT;
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

    private Builder(String uri) {
      super(uri.regionMatches(true, 0, "http", 0, 4) ? "poll+" + uri : uri);
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

    /** Sets how requests are authenticated. Defaults to {@link Auth#none()}. */
    public Builder auth(Auth auth) {
      return with(builder -> builder.auth(auth));
    }

    /** Sets how large an answer may be, after decompression. Defaults to 64 MiB. */
    public Builder maxResponseBytes(long bytes) {
      return with(builder -> builder.maxResponseBytes(bytes));
    }

    /** For tests: the jitter is repeatable. */
    Builder random(DoubleSupplier newRandom) {
      this.random = newRandom;
      return this;
    }

    @Override
    public ChannelProvider provider() {
      return new PollingProvider(rhythm, transport(), random);
    }

    @Override
    protected PollingChannel channel(Parley.Opening opening, @Nullable Parley ownParley) {
      return new PollingChannel(opening, ownParley);
    }
  }
}
