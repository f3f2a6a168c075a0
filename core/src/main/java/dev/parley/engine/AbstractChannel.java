package dev.parley.engine;

import dev.parley.CallOptions;
import dev.parley.Channel;
import dev.parley.ChannelClosedException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Interceptor;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.Registration;
import dev.parley.Shape;
import dev.parley.State;
import dev.parley.StateListener;
import dev.parley.spi.Admission;
import dev.parley.spi.Breaker;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.ChannelSpec;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.Target;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the channels of all five capabilities have in common. */
abstract class AbstractChannel implements Channel {
  private static final Duration DRAIN = Duration.ofSeconds(30);

  final Engine engine;
  final ChannelDriver driver;
  final String endpoint;
  final String authority;
  final TargetState target;
  final CallOptions defaultOptions;
  final Interceptor[] interceptors;
  final @Nullable Admission admission;
  final @Nullable Breaker breaker;
  final States states;
  final Running running = new Running();

  private final URI uri;
  private final Features features;

  AbstractChannel(Parts parts, Shape shape) {
    this.engine = parts.engine;
    this.driver = parts.driver;
    this.uri = parts.spec.uri();
    this.endpoint = parts.spec.endpoint();
    this.authority = Objects.requireNonNullElse(uri.getRawAuthority(), endpoint);
    this.features = driver.features();
    Settings.OfChannel own = parts.own;
    this.target = engine.target(new Target(parts.spec.scheme(), authority, own.credential));
    this.defaultOptions = own.callOptions == null ? engine.settings.callOptions() : own.callOptions;
    this.admission = own.admission == null ? target.admission : own.admission;
    this.breaker = own.breaker == null ? target.breaker : own.breaker;
    List<Interceptor> all = new ArrayList<>(engine.settings.interceptors());
    all.addAll(own.interceptors);
    this.interceptors = all.toArray(new Interceptor[0]);
    this.states = new States(engine, shape, "channel", endpoint);
    states.move(State.OPEN);
    driver.watch(this::health);
  }

  private void health(@Nullable Throwable failure) {
    if (failure == null) {
      states.move(State.OPEN);
    } else {
      states.move(State.RECOVERING, translate(failure), 0, null);
    }
  }

  @Override
  public final URI uri() {
    return uri;
  }

  @Override
  public final Features features() {
    return features;
  }

  @Override
  public final State state() {
    return states.current();
  }

  @Override
  public final Registration onStateChange(StateListener listener) {
    return states.register(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public final <N> Optional<N> unwrap(Class<N> nativeType) {
    return driver.unwrap(Objects.requireNonNull(nativeType, "nativeType"));
  }

  @Override
  public final void close() {
    close(DRAIN);
  }

  @Override
  public final void close(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (limit.isNegative()) {
      throw new IllegalArgumentException("limit must not be negative, but is " + limit);
    }
    running.close(); // whoever sees that it closes is refused
    if (!states.move(State.CLOSING)) {
      return;
    }
    if (!running.closeAndAwait(engine.time, limit.toNanos())) {
      running.abortAll();
    }
    release();
  }

  @Override
  public final void abort() {
    running.close();
    states.move(State.CLOSING);
    running.closeAndAwait(engine.time, 0);
    running.abortAll();
    release();
  }

  private void release() {
    if (states.move(State.CLOSED)) {
      engine.forget(this);
      driver.close();
    }
  }

  @Override
  public final String explain() {
    List<String> lines = new ArrayList<>();
    lines.add(kind() + " to " + endpoint + " is " + state());
    lines.add(
        "guarantee "
            + features.guarantee()
            + ", order "
            + features.ordering()
            + ", back pressure "
            + features.backPressure());
    for (Feature feature : Feature.values()) {
      if (features.has(feature)) {
        lines.add("feature " + feature + " is " + features.support(feature));
      }
    }
    lines.add("reconnect is done by " + driver.reconnect());
    lines.add("default options " + defaultOptions);
    lines.add("retries are " + (engine.retries() ? "on" : "switched off by Parley.retries(false)"));
    lines.add("retry budget " + target.budget.tokens() + " tokens");
    lines.add("admission " + (admission == null ? "none" : admission.describe()));
    lines.add("circuit breaker " + (breaker == null ? "none" : breaker.describe()));
    lines.add("retry ledger: Parley, on, " + defaultOptions.retry().maxAttempts() + " attempts");
    for (RetryLayer layer : driver.retryLayers()) {
      String on = layer.isOn() ? "ON" : "off";
      lines.add("retry ledger: " + layer.layer() + ", " + on + ", " + layer.note());
    }
    return String.join("\n", lines) + "\n";
  }

  @Override
  public final String toString() {
    return kind() + "[" + endpoint + ", " + state() + "]";
  }

  /** States the facts of whatever a driver threw. */
  final ParleyException translate(Throwable failure) {
    if (failure instanceof ParleyException known) {
      return known;
    }
    return driver.translate(failure);
  }

  final ChannelClosedException closedException() {
    return new ChannelClosedException(
        Failure.of(Kind.LOCAL, Effect.NOT_SENT, "the channel to " + endpoint + " is " + state()));
  }

  private String kind() {
    return getClass().getSimpleName().replace("Engine", "");
  }

  /** What the engine gives to each channel. */
  record Parts(Engine engine, ChannelSpec spec, ChannelDriver driver, Settings.OfChannel own) {}
}
