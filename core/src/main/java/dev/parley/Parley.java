package dev.parley;

import dev.parley.engine.Engine;
import dev.parley.engine.Settings;
import dev.parley.spi.Admission;
import dev.parley.spi.Breaker;
import dev.parley.spi.ChannelProvider;
import dev.parley.spi.CodecProvider;
import dev.parley.spi.Stages;
import dev.parley.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything: opens channels and owns what they share, which is providers, codecs,
 * policies, interceptors, observers, workers, timer and retry budgets. There is no static state;
 * one for each program is the rule.
 *
 * {@snippet class="dev.parley.OperationTest" region="call"}
 *
 * <p><b>Threads:</b> safe for use by many threads. It starts daemon threads named {@code parley-*}
 * as they are needed, and stops them when it is closed.
 */
public final class Parley implements AutoCloseable {
  private final Engine engine;

  private Parley(Settings settings) {
    this.engine = new Engine(settings);
  }

  /**
   * Returns a Parley with the defaults, and the providers and codecs that are on the class path.
   */
  public static Parley create() {
    return builder().build();
  }

  /** Starts a Parley. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Opens an endpoint: {@code parley.open("https://api.shop.example", CallChannel.class)}.
   *
   * @throws ConfigurationException if no provider knows the scheme, the scheme lacks the
   *     capability, or nothing reads one of the address's parameters; the message lists what there
   *     is
   */
  public <C extends Channel> C open(String uri, Class<C> capability) {
    return at(uri).open(capability);
  }

  /**
   * Starts to open an endpoint with settings of its own.
   *
   * @throws ConfigurationException if it is not an absolute URI
   */
  public Opening at(String uri) {
    return new Opening(engine, uri);
  }

  /**
   * Switches all retries of all channels off or on again, at run time: a failing dependency can be
   * spared without a restart. Hedges are switched with them.
   */
  public void retries(boolean on) {
    engine.retries(on);
  }

  /** Closes all channels gracefully within 30 s, and everything they share. */
  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  /** Closes all channels gracefully within the given time, and everything they share. */
  public void close(Duration limit) {
    engine.close(Durations.notNegative(limit, "limit"));
  }

  @Override
  public String toString() {
    return "Parley[" + engine + "]";
  }

  /** Opens one endpoint with settings of its own, on top of those of the {@link Parley}. */
  public static final class Opening {
    private final Engine engine;
    private final String uri;
    private final Settings.OfChannel settings = new Settings.OfChannel();

    private Opening(Engine engine, String uri) {
      this.engine = engine;
      this.uri = Objects.requireNonNull(uri, "uri");
    }

    /** Sets who opens it. Defaults to the provider that knows the scheme. */
    public Opening provider(ChannelProvider provider) {
      settings.provider = Objects.requireNonNull(provider, "provider");
      return this;
    }

    /**
     * Names the credential in use, never the credential itself: channels to one authority with
     * different credentials have different budgets and breakers. Defaults to none.
     */
    public Opening credential(String name) {
      settings.credential = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Sets the options of calls and sends that name none. Defaults to those of the Parley. */
    public Opening callOptions(CallOptions options) {
      settings.callOptions = Objects.requireNonNull(options, "options");
      return this;
    }

    /** Adds an interceptor of attempts, inside those of the Parley. */
    public Opening interceptor(Interceptor interceptor) {
      settings.interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /** Sets what lets calls in. Defaults to that of the Parley's {@link Builder#stages}. */
    public Opening admission(Admission admission) {
      settings.admission = Objects.requireNonNull(admission, "admission");
      return this;
    }

    /** Sets the circuit breaker. Defaults to that of the Parley's {@link Builder#stages}. */
    public Opening breaker(Breaker breaker) {
      settings.breaker = Objects.requireNonNull(breaker, "breaker");
      return this;
    }

    /**
     * Opens it.
     *
     * @throws ConfigurationException as {@link Parley#open} says
     */
    public <C extends Channel> C open(Class<C> capability) {
      return engine.open(uri, Objects.requireNonNull(capability, "capability"), settings.copy());
    }
  }

  /** Makes a {@link Parley}. */
  public static final class Builder {
    private final List<ChannelProvider> providers = new ArrayList<>();
    private final List<CodecProvider> codecs = new ArrayList<>();
    private final List<Interceptor> outermost = new ArrayList<>();
    private final List<Interceptor> interceptors = new ArrayList<>();
    private final List<Observer> observers = new ArrayList<>();
    private Stages stages = Stages.NONE;
    private CallOptions callOptions = CallOptions.DEFAULT;
    private RetryBudget retryBudget = RetryBudget.DEFAULT;
    private @Nullable Time time;
    private @Nullable Executor workers;
    private @Nullable Long seed;

    private Builder() {}

    /** Adds a provider, asked before those on the class path. */
    public Builder provider(ChannelProvider provider) {
      providers.add(Objects.requireNonNull(provider, "provider"));
      return this;
    }

    /** Adds codecs, asked before those on the class path. */
    public Builder codecs(CodecProvider provider) {
      codecs.add(Objects.requireNonNull(provider, "provider"));
      return this;
    }

    /** Adds an interceptor that sees each attempt; later ones run inside earlier ones. */
    public Builder interceptor(Interceptor interceptor) {
      interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /** Adds an interceptor that sees each call or send once, before its first attempt. */
    public Builder outermost(Interceptor interceptor) {
      outermost.add(Objects.requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /** Adds an observer. */
    public Builder observer(Observer observer) {
      observers.add(Objects.requireNonNull(observer, "observer"));
      return this;
    }

    /** Sets what makes breaker and admission for each target. Defaults to neither. */
    public Builder stages(Stages newStages) {
      this.stages = Objects.requireNonNull(newStages, "newStages");
      return this;
    }

    /**
     * Sets the options of calls and sends that name none. Defaults to {@link CallOptions#DEFAULT}.
     */
    public Builder callOptions(CallOptions options) {
      this.callOptions = Objects.requireNonNull(options, "options");
      return this;
    }

    /** Sets the retry budget of each target. Defaults to {@link RetryBudget#DEFAULT}. */
    public Builder retryBudget(RetryBudget budget) {
      this.retryBudget = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /** Sets the time, which stays yours to close. Defaults to {@link Time#system()}. */
    public Builder time(Time newTime) {
      this.time = Objects.requireNonNull(newTime, "newTime");
      return this;
    }

    /**
     * Sets where handlers and completions run; it stays yours to close. Defaults to virtual threads
     * where the JVM has them (21 and newer), else to a pool of at most 32 daemon threads.
     */
    public Builder workers(Executor executor) {
      this.workers = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /** Makes back-off repeatable for tests. Defaults to a random seed. */
    public Builder seed(long newSeed) {
      this.seed = newSeed;
      return this;
    }

    /** Returns the Parley. */
    public Parley build() {
      return new Parley(
          new Settings(
              List.copyOf(providers),
              List.copyOf(codecs),
              List.copyOf(outermost),
              List.copyOf(interceptors),
              List.copyOf(observers),
              stages,
              callOptions,
              retryBudget,
              time,
              workers,
              seed));
    }
  }
}
