package dev.parley.engine;

import dev.parley.CallOptions;
import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Headers;
import dev.parley.Idempotency;
import dev.parley.Shape;
import dev.parley.Signal;
import dev.parley.spi.Exchange;
import dev.parley.spi.Timeout;
import dev.parley.spi.Waiter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one logical call or send: what was asked for, how far it has come, and, in an
 * object of their own, the things that most calls never need.
 *
 * @param <T> what the driver returns
 */
abstract class CallState<T> extends Running.Entry {
  final AbstractChannel channel;
  final CallOptions options;
  final Exchange<T> exchange;

  // One object of 80 bytes for each call, and one of 64 for its attempt: benchmarks/ counts them.
  final Context context;
  private final @Nullable String key;

  // Written when it begins, before anything else runs.
  @Nullable Thread caller; // whose thread runs it, or null
  long started;
  long end;

  private volatile @Nullable Extras<T> extras;

  // Guarded by this.
  boolean begun;
  boolean done;
  boolean admitted;
  @Nullable AttemptImpl<T> latest;

  CallState(
      AbstractChannel channel, CallOptions options, Exchange<T> exchange, @Nullable String key) {
    this.channel = channel;
    this.options = options;
    this.exchange = exchange;
    this.context = Context.current();
    this.key = key;
  }

  abstract Shape shape();

  abstract String name();

  abstract Idempotency idempotency();

  /** An attempt has ended, on whatever thread that happened. */
  abstract void attemptEnded(AttemptImpl<T> attempt);

  @Override
  final synchronized void drain(long limitNanos) {
    extras().drainEnd = engine().time.nanoTime() + limitNanos;
    extras().draining = true;
  }

  final synchronized boolean isDrainedBy(long nanoTime) {
    Extras<T> known = extras;
    return known != null && known.draining && nanoTime - known.drainEnd >= 0;
  }

  final boolean isStopped() {
    return stopReason() != null;
  }

  final Engine engine() {
    return channel.engine;
  }

  final String endpoint() {
    return channel.endpoint;
  }

  final @Nullable String key() {
    return key;
  }

  /** Returns whether the peer may have forgotten the key that the first attempt went out with. */
  final boolean hasKeyExpired() {
    return key != null
        && idempotency() == Idempotency.KEYED
        && elapsedNanos() >= exchange.keyLifetime().toNanos();
  }

  final @Nullable Thread caller() {
    return caller;
  }

  /** Returns the moment at which its deadline passes. */
  final long end() {
    return end;
  }

  final synchronized int attempts() {
    return latest == null ? 0 : latest.number();
  }

  final Duration elapsed() {
    return Duration.ofNanos(elapsedNanos());
  }

  final long elapsedNanos() {
    return engine().time.nanoTime() - started;
  }

  final long remaining() {
    return end - engine().time.nanoTime();
  }

  final Context contextWithDeadline() {
    return context.withDeadline(Deadline.after(Duration.ofNanos(remaining()), engine().time));
  }

  final void discard(T late) {
    exchange.discard(late);
  }

  final void callbackFailed(RuntimeException e) {
    engine().signal(new Signal.CallbackFailed(name(), endpoint(), e));
  }

  final boolean isObserved() {
    return engine().observers.length > 0;
  }

  final synchronized Extras<T> extras() {
    Extras<T> known = extras;
    if (known == null) {
      known = new Extras<>();
      extras = known;
    }
    return known;
  }

  final synchronized Trouble trouble() {
    Extras<T> known = extras();
    if (known.trouble == null) {
      known.trouble = new Trouble(this);
    }
    return known.trouble;
  }

  final @Nullable Trouble troubleOrNull() {
    Extras<T> known = extras;
    return known == null ? null : known.trouble;
  }

  final @Nullable Hedging<T> hedging() {
    Extras<T> known = extras;
    return known == null ? null : known.hedging;
  }

  final AttemptImpl.@Nullable Stop stopReason() {
    Extras<T> known = extras;
    return known == null ? null : known.stop;
  }

  final Headers headers() {
    Extras<T> known = extras;
    return known == null || known.headers == null ? options.headers() : known.headers;
  }

  final long id() {
    return extras().id;
  }

  static final class Extras<T> {
    volatile @Nullable Trouble trouble; // of calls with a failure
    volatile @Nullable Hedging<T> hedging;
    volatile AttemptImpl.@Nullable Stop stop;
    volatile @Nullable Headers headers; // with those of the outermost interceptors
    volatile long id; // of its signals

    // Guarded by the invocation.
    @Nullable Timeout pending; // the wait before the next attempt, in the background
    @Nullable Waiter sleeper; // the same, on the caller's thread
    boolean draining; // the channel closes
    long drainEnd;
  }
}
