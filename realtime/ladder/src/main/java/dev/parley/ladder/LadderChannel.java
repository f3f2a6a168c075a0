package dev.parley.ladder;

import dev.parley.Channel;
import dev.parley.Message;
import dev.parley.Operation;
import dev.parley.Parley;
import dev.parley.StreamChannel;
import dev.parley.StreamOptions;
import dev.parley.Subscription;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.DriverContext;
import dev.parley.spi.ForwardingChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One stream over several endpoints, the best first: WebSocket, SSE, long polling, polling.
 *
 * <p>A subscription stands on the first rung that can be had. When a rung cannot be had, because a
 * proxy blocks it, the server answers 404 or refuses the handshake, or it does not connect within
 * 10 s, the one below is tried; a rung whose connections live for less than 10 s, three times in a
 * row, counts like that. Rungs above are tried again beside the stream, after a minute at first and
 * each time twice as long up to 15 minutes, and when one can be had the stream goes up. When none
 * can be had the subscription reconnects by its {@link StreamOptions#reconnect}, from the first
 * rung on; it fails when no rung is worth another try.
 *
 * <p>The position goes along: the rungs' positions must be of one kind, such as the id of the last
 * event, which an SSE stream sends as {@code Last-Event-ID} and a poll as its since-parameter. Each
 * move is a new connection: the listener hears one {@link dev.parley.Resumed} that names the rung
 * and says what may be missing, which is nothing only if the rung resumes at that position. The
 * operation needs the bindings of all its rungs.
 *
 * {@snippet class="dev.parley.ladder.LadderTest" region="ladder"}
 *
 * <p>Its address is {@code ladder:} and the host of the first rung. It promises what all its rungs
 * do, and unwraps to what the first rung unwraps to that has it. {@code
 * subscription.unwrap(StreamChannel.class)} returns the channel it stands on.
 *
 * <p><b>Threads:</b> safe for use by many threads. Each subscription has a thread beside what its
 * rung has: a virtual one on Java 21 and newer, else a daemon named {@code parley-poll-*}.
 */
public final class LadderChannel extends ForwardingChannel implements StreamChannel {
  private LadderChannel(Parley.Opening opening) {
    super(opening, null, StreamChannel.class);
  }

  /** Starts a ladder. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public <Q, R> Subscription<Message<R>> stream(
      Operation<Q, R> operation, Q request, StreamOptions options) {
    return channel(StreamChannel.class).stream(operation, request, options);
  }

  /** Makes a {@link LadderChannel}. */
  public static final class Builder {
    private final List<Function<Parley, StreamChannel>> rungs = new ArrayList<>();
    private final List<Boolean> own = new ArrayList<>();
    private Climbing climbing = Climbing.DEFAULT;
    private MoveListener listener = move -> {};
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    private UnaryOperator<Parley.Opening> settings = UnaryOperator.identity();

    private Builder() {}

    /** Adds a rung below those there are, by its address; it is closed with the ladder. */
    public Builder rung(String uri) {
      Objects.requireNonNull(uri, "uri");
      rungs.add(parley -> parley.open(uri, StreamChannel.class));
      own.add(true);
      return this;
    }

    /**
     * Adds a channel that is open, with native options of its own; it stays yours to close. It must
     * tell what its streams promise: of a {@code WebSocketChannel} give its {@code feeds()}.
     */
    public Builder rung(StreamChannel channel) {
      Objects.requireNonNull(channel, "channel");
      rungs.add(parley -> channel);
      own.add(false);
      return this;
    }

    /** Sets how long a rung may take to connect. Defaults to 10 s. */
    public Builder patience(Duration patience) {
      climbing = new Climbing(positive(patience, "patience"), climbing.first(), climbing.longest());
      return this;
    }

    /**
     * Sets when a rung is tried again that could not be had, and the longest such time. Defaults to
     * 1 min and 15 min.
     */
    public Builder retry(Duration first, Duration longest) {
      positive(first, "first");
      if (longest.compareTo(first) < 0) {
        throw new IllegalArgumentException(
            "the longest time to a retry ("
                + longest
                + ") must not be less than the first ("
                + first
                + ")");
      }
      climbing = new Climbing(climbing.patience(), first, longest);
      return this;
    }

    /** Sets who hears when a stream comes to stand on another rung. Defaults to nobody. */
    public Builder listener(MoveListener newListener) {
      this.listener = Objects.requireNonNull(newListener, "newListener");
      return this;
    }

    /** Sets what a {@link Parley.Opening} has, for the ladder itself: interceptors, a name. */
    public Builder opening(UnaryOperator<Parley.Opening> newSettings) {
      this.settings = Objects.requireNonNull(newSettings, "newSettings");
      return this;
    }

    /**
     * Opens all rungs, without connecting, and the ladder over them.
     *
     * @throws dev.parley.ConfigurationException if a rung cannot be opened: no adapter for its
     *     scheme, or a scheme without streams
     * @throws IllegalStateException if there is no rung
     */
    public LadderChannel open(Parley parley) {
      if (rungs.isEmpty()) {
        throw new IllegalStateException("a ladder needs a rung: add one by rung(uri)");
      }
      List<StreamChannel> all = new ArrayList<>();
      List<StreamChannel> closing = new ArrayList<>();
      try {
        for (int i = 0; i < rungs.size(); i++) {
          StreamChannel rung = rungs.get(i).apply(parley);
          all.add(rung);
          if (own.get(i)) {
            closing.add(rung);
          }
        }
        String host = Objects.requireNonNullElse(all.get(0).uri().getHost(), "stream");
        Provider provider =
            new Provider(List.copyOf(all), List.copyOf(closing), climbing, listener, random);
        return new LadderChannel(settings.apply(parley.at("ladder:" + host).provider(provider)));
      } catch (RuntimeException e) {
        closing.forEach(Channel::abort);
        throw e;
      }
    }

    private static Duration positive(Duration duration, String option) {
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException(option + " must be positive, but is " + duration);
      }
      return duration;
    }
  }

  private record Provider(
      List<StreamChannel> rungs,
      List<StreamChannel> own,
      Climbing climbing,
      MoveListener listener,
      DoubleSupplier random)
      implements ChannelProvider {
    @Override
    public Set<String> schemes() {
      return Set.of("ladder");
    }

    @Override
    public Set<Class<? extends Channel>> capabilities(String scheme) {
      return Set.of(StreamChannel.class);
    }

    @Override
    public ChannelDriver open(ChannelSpec spec, DriverContext context) {
      return new LadderDriver(
          rungs, own, new LadderSource(rungs, climbing, listener, context.time(), random));
    }
  }
}
