package dev.parley.relay;

import dev.parley.CallOptions;
import dev.parley.Message;
import dev.parley.SendChannel;
import dev.parley.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way from a source to a destination: what goes along, and as what.
 *
 * <p>Defaults: everything goes as it came, with its body, headers, id and key; one by one; sent
 * with the destination's default options; nobody listens.
 *
 * <p><b>Threads:</b> immutable; each method returns a copy. Filter, mapping and batching run on the
 * workers of the source, as many at once as its options say.
 *
 * @param <E> what the source hands out
 * @param <R> the type of the bodies that are sent
 */
public final class Route<E extends Message<?>, R> {
  final Source<E> source;
  final Predicate<? super E> filter;
  final Function<? super List<E>, ? extends Message<R>> mapping;
  final int batch;
  final Duration linger;
  final @Nullable CallOptions options;
  final RelayListener listener;

  private Route(
      Source<E> source,
      Predicate<? super E> filter,
      Function<? super List<E>, ? extends Message<R>> mapping,
      int batch,
      Duration linger,
      @Nullable CallOptions options,
      RelayListener listener) {
    this.source = source;
    this.filter = filter;
    this.mapping = mapping;
    this.batch = batch;
    this.linger = linger;
    this.options = options;
    this.listener = listener;
  }

  static <E extends Message<R>, R> Route<E, R> from(Source<E> source) {
    return new Route<>(
        source,
        any -> true,
        elements -> elements.get(0),
        1,
        Duration.ZERO,
        null,
        new RelayListener() {});
  }

  /** Lets only these go along; the others are settled as done. Defaults to all. */
  public Route<E, R> filter(Predicate<? super E> newFilter) {
    Objects.requireNonNull(newFilter, "newFilter");
    return new Route<>(
        source,
        element -> filter.test(element) && newFilter.test(element),
        mapping,
        batch,
        linger,
        options,
        listener);
  }

  /**
   * Makes what is sent of what came in. What it leaves out of id, key and context is the source's;
   * headers are its own. If it throws, it is asked again after a while, {@code maxAttempts} times
   * in all, and then the message is given up. Defaults to the message as it came.
   */
  public <S> Route<E, S> map(Function<? super E, ? extends Message<S>> newMapping) {
    Objects.requireNonNull(newMapping, "newMapping");
    return new Route<>(
        source,
        filter,
        elements -> newMapping.apply(elements.get(0)),
        1,
        Duration.ZERO,
        options,
        listener);
  }

  /**
   * Makes one message of several: of as many as are there within a while after the first, in the
   * order in which they came. Batches go one after the other, at no concurrency; all of a batch are
   * settled after its receipt. One that is refused for good is sent in halves, until what the
   * destination refuses stands alone.
   *
   * @param most how many go into one at most, less than the {@code maxUnsettled} of the source
   * @param within how long the first waits for others
   */
  public <S> Route<E, S> batch(
      int most, Duration within, Function<? super List<E>, ? extends Message<S>> newMapping) {
    Objects.requireNonNull(newMapping, "newMapping");
    if (most < 2) {
      throw new IllegalArgumentException("most must be at least 2, but is " + most);
    }
    if (within.isNegative()) {
      throw new IllegalArgumentException("within must not be negative, but is " + within);
    }
    return new Route<>(source, filter, newMapping, most, within, options, listener);
  }

  /** Sets how each message is sent. Defaults to the default options of the destination. */
  public Route<E, R> sendOptions(CallOptions newOptions) {
    Objects.requireNonNull(newOptions, "newOptions");
    return new Route<>(source, filter, mapping, batch, linger, newOptions, listener);
  }

  /** Sets who hears of pauses and of what is given up. Defaults to nobody. */
  public Route<E, R> listener(RelayListener newListener) {
    Objects.requireNonNull(newListener, "newListener");
    return new Route<>(source, filter, mapping, batch, linger, options, newListener);
  }

  /** Returns the relay along this route, which does nothing before {@link Relay#start}. */
  public Relay<E> to(SendChannel destination, Topic<R> topic) {
    return new Relay<>(
        this,
        new Shipping<>(
            this,
            Objects.requireNonNull(destination, "destination"),
            Objects.requireNonNull(topic, "topic")));
  }
}
