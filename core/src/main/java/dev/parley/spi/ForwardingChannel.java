package dev.parley.spi;

import dev.parley.Channel;
import dev.parley.ChannelClosedException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Features;
import dev.parley.Kind;
import dev.parley.Parley;
import dev.parley.Registration;
import dev.parley.State;
import dev.parley.StateListener;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The front door of an adapter: a channel type of its own, with native options, over the engine's
 * channel of each of its capabilities. The adapter adds the methods of its capabilities.
 *
 * <p>The channel of the main capability is opened at once, and it is the one that answers for
 * address, features, state and explanation; others are opened when they are first asked for.
 * Closing it closes them all, the last one first, and the {@link Parley} if that was made for it.
 *
 * <p><b>Threads:</b> safe for use by many threads.
 */
public abstract class ForwardingChannel implements Channel {
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private final Parley.Opening opening;
  private final @Nullable Parley ownParley;
  private final Channel main;

  // Guarded by the map.
  private final Map<Class<?>, Channel> opened = new LinkedHashMap<>();
  private boolean closed;

  /**
   * Opens the channel of the main capability.
   *
   * @param ownParley what to close with this channel, or null if the Parley is the user's
   */
  protected ForwardingChannel(
      Parley.Opening opening, @Nullable Parley ownParley, Class<? extends Channel> main) {
    this.opening = opening;
    this.ownParley = ownParley;
    this.main = opening.open(main);
    opened.put(main, this.main);
  }

  /**
   * Returns the engine's channel of one capability, opened now if it is not yet.
   *
   * @throws ChannelClosedException if it would have to be opened and this channel is closed
   */
  protected final <C extends Channel> C channel(Class<C> capability) {
    synchronized (opened) {
      Channel known = opened.get(capability);
      if (known == null) {
        if (closed) {
          throw new ChannelClosedException(
              Failure.of(Kind.LOCAL, Effect.NOT_SENT, this + " opens nothing more"));
        }
        known = opening.open(capability);
        opened.put(capability, known);
      }
      return capability.cast(known);
    }
  }

  @Override
  public final URI uri() {
    return main.uri();
  }

  @Override
  public final Features features() {
    return main.features();
  }

  @Override
  public final State state() {
    return main.state();
  }

  @Override
  public final Registration onStateChange(StateListener listener) {
    return main.onStateChange(listener);
  }

  @Override
  public final String explain() {
    return main.explain();
  }

  @Override
  public final <N> Optional<N> unwrap(Class<N> nativeType) {
    return main.unwrap(nativeType);
  }

  @Override
  public final void close() {
    close(DRAIN);
  }

  @Override
  public final void close(Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("limit must not be negative, but is " + limit);
    }
    long end = System.nanoTime() + limit.toNanos();
    for (Channel each : closing()) {
      each.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }
    if (ownParley != null) {
      ownParley.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }
  }

  @Override
  public final void abort() {
    closing().forEach(Channel::abort);
    if (ownParley != null) {
      ownParley.close(Duration.ZERO);
    }
  }

  /** Returns its type, the address without what may be secret, and the state. */
  @Override
  public final String toString() {
    String engine = main.toString();
    return getClass().getSimpleName() + engine.substring(engine.indexOf('['));
  }

  private List<Channel> closing() {
    synchronized (opened) {
      closed = true;
      List<Channel> all = new ArrayList<>(opened.values());
      Collections.reverse(all);
      return all;
    }
  }

  /**
   * Makes a {@link ForwardingChannel}, or a provider of its channels. The adapter adds its options.
   *
   * <p><b>Threads:</b> one thread at a time.
   *
   * @param <C> the type of the channel
   * @param <B> the builder's own type
   */
  public abstract static class Builder<C extends Channel, B extends Builder<C, B>> {
    private final String uri;
    private UnaryOperator<Parley.Opening> settings = UnaryOperator.identity();

    /**
     * Starts a channel.
     *
     * @param uri the address
     */
    protected Builder(String uri) {
      this.uri = Objects.requireNonNull(uri, "uri");
    }

    /**
     * Changes what a {@link Parley.Opening} has: default options, interceptors, stages, the name of
     * the credential; on top of what was changed before.
     */
    public final B opening(UnaryOperator<Parley.Opening> change) {
      Objects.requireNonNull(change, "change");
      UnaryOperator<Parley.Opening> before = settings;
      settings = opening -> change.apply(before.apply(opening));
      return self();
    }

    /**
     * Opens the channel; it is closed with the Parley, or before.
     *
     * @throws dev.parley.ConfigurationException as {@link Parley#open} says
     */
    public final C open(Parley parley) {
      return channel(opening(parley), null);
    }

    /**
     * Opens the channel in a Parley of its own, which is closed with it.
     *
     * @throws dev.parley.ConfigurationException as {@link Parley#open} says
     */
    public final C build() {
      Parley own = Parley.create();
      try {
        return channel(opening(own), own);
      } catch (RuntimeException e) {
        own.close(Duration.ZERO);
        throw e;
      }
    }

    /** Returns these settings for {@link Parley.Opening#provider}, all but the address. */
    public abstract ChannelProvider provider();

    /** Opens the channel, by handing both on to {@link ForwardingChannel#ForwardingChannel}. */
    protected abstract C channel(Parley.Opening opening, @Nullable Parley ownParley);

    /** Returns this builder by its own type. */
    @SuppressWarnings("unchecked") // B is the builder's own type, as its documentation demands
    protected final B self() {
      return (B) this;
    }

    private Parley.Opening opening(Parley parley) {
      return settings.apply(parley.at(uri).provider(provider()));
    }
  }
}
