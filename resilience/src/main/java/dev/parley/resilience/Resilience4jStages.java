package dev.parley.resilience;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.spi.Admission;
import dev.parley.spi.Breaker;
import dev.parley.spi.Stages;
import dev.parley.spi.Target;
import dev.parley.spi.Time;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps calls away from a target that fails, and limits how many reach it, with Resilience4j's
 * circuit breaker, rate limiter and bulkhead. Each target has its own, shared by all channels to
 * it.
 *
 * {@snippet class="dev.parley.resilience.ResilienceSnippets" region="stages"}
 *
 * <p><b>The circuit breaker</b> is there by default and counts attempts. What counts against the
 * target: transient failures that it had or may have had a part in, protocol faults, and timeouts;
 * what does not: refusals such as 4xx, throttling, authentication, cancels, local failures, and a
 * caller's deadline that left it less than half an attempt's time. While it is open an attempt
 * fails with {@link dev.parley.BreakerOpenException}, nothing is sent, and the call ends.
 * {@linkplain #breakerDefaults() Its defaults}: it opens when of at least 20 attempts within 10 s
 * half failed or took longer than 8 s, which is 80 % of an attempt's default limit; it stays open
 * for 5 s, and each time in a row that it opens again for twice as long, up to 60 s, all ±50 % at
 * random; then 3 attempts are let through, and it closes unless half of them fail.
 *
 * <p><b>The rate limiter and the bulkhead</b> are there when you give their registries, and count
 * calls, not attempts. A call that the limiter delays waits without a thread, at most as long as
 * both the limiter's {@code timeoutDuration} and its own deadline allow; a call that finds the
 * bulkhead full is refused at once, with {@link dev.parley.OverloadedException}. A call that waits
 * for the limiter has its place in the bulkhead already.
 *
 * <p>With your own registries all this is configured by their default configurations, or by what
 * you put into them beforehand under the name of the target: {@link #name}. They see all our calls,
 * so metrics and events bound to them work. Resilience4j's retry and time limiter are not used; the
 * engine has its own.
 *
 * <p><b>Threads:</b> immutable; give one instance to one or many {@link dev.parley.Parley}s, which
 * then share the breakers and limits.
 *
 * @since 0.1
 */
public final class Resilience4jStages implements Stages {
  private final @Nullable CircuitBreakerRegistry circuitBreakers;
  private final @Nullable RateLimiterRegistry rateLimiters;
  private final @Nullable BulkheadRegistry bulkheads;
  private final @Nullable Supplier<AdaptiveLimit> adaptiveLimits;
  private final @Nullable LongSupplier nanoTime; // null for that of each configuration

  private Resilience4jStages(Builder builder) {
    this.circuitBreakers = builder.circuitBreakers;
    this.rateLimiters = builder.rateLimiters;
    this.bulkheads = builder.bulkheads;
    this.adaptiveLimits = builder.adaptiveLimits;
    this.nanoTime = builder.nanoTime;
  }

  /** Returns a circuit breaker with the defaults, and no limits. */
  public static Resilience4jStages create() {
    return builder().build();
  }

  /** Returns a builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the defaults of the circuit breaker, for a registry of your own. Its clock is
   * monotonic: no jump of the wall clock opens or closes anything.
   */
  public static CircuitBreakerConfig.Builder breakerDefaults() {
    return CircuitBreakerConfig.custom()
        .slidingWindow(10, 20, CircuitBreakerConfig.SlidingWindowType.TIME_BASED)
        .failureRateThreshold(50)
        .slowCallDurationThreshold(Duration.ofSeconds(8))
        .slowCallRateThreshold(50)
        .waitIntervalFunctionInOpenState(
            times -> openMillis(times, ThreadLocalRandom.current().nextDouble()))
        .permittedNumberOfCallsInHalfOpenState(3)
        .writableStackTraceEnabled(false)
        .clock(new MonotonicClock(System::nanoTime));
  }

  /** Returns how long to stay open: 5 s doubled each time up to 60 s, and ±50 % of it. */
  static long openMillis(int times, double random) {
    long whole = Math.min(60_000, 5_000L << Math.min(times - 1, 10));
    return (long) ((double) whole * (0.5 + random));
  }

  /**
   * Returns the name under which a target's breaker and limits are in the registries: {@code
   * https://api.shop.example}, and {@code https://api.shop.example#billing} for one of its
   * credentials.
   */
  public static String name(Target target) {
    String credential = target.credential().isEmpty() ? "" : "#" + target.credential();
    return target.scheme() + "://" + target.authority() + credential;
  }

  @Override
  public Optional<Breaker> breaker(Target target) {
    if (circuitBreakers == null) {
      return Optional.empty();
    }
    String name = name(target);
    CircuitBreakerConfig config =
        circuitBreakers
            .find(name)
            .map(CircuitBreaker::getCircuitBreakerConfig)
            .orElseGet(circuitBreakers::getDefaultConfig);
    Clock clock = nanoTime == null ? config.getClock() : new MonotonicClock(nanoTime);
    IntervalFunction interval = config.getWaitIntervalFunctionInOpenState();
    OpenTime openTime = interval instanceof OpenTime known ? known : new OpenTime(interval, clock);
    CircuitBreakerConfig own =
        CircuitBreakerConfig.from(config)
            .clock(clock)
            .waitIntervalFunctionInOpenState(openTime)
            .build();
    CircuitBreaker breaker = circuitBreakers.circuitBreaker(name, own);
    return Optional.of(new CircuitBreakerStage(breaker, openTime));
  }

  @Override
  public Optional<Admission> admission(Target target) {
    if (rateLimiters == null && bulkheads == null && adaptiveLimits == null) {
      return Optional.empty();
    }
    String name = name(target);
    return Optional.of(
        new AdmissionStage(
            adaptiveLimits == null ? null : adaptiveLimits.get(),
            rateLimiters == null ? null : rateLimiter(rateLimiters, name),
            bulkheads == null ? null : bulkhead(bulkheads, name)));
  }

  private RateLimiter rateLimiter(RateLimiterRegistry registry, String name) {
    boolean isNew = registry.find(name).isEmpty();
    RateLimiter limiter = registry.rateLimiter(name);
    if (!isNew || nanoTime == null) {
      return limiter;
    }
    LongSupplier time = nanoTime;
    RateLimiter timed =
        new AtomicRateLimiter(
            name, limiter.getRateLimiterConfig(), limiter.getTags(), time::getAsLong);
    registry.replace(name, timed);
    return timed;
  }

  private static Bulkhead bulkhead(BulkheadRegistry registry, String name) {
    Bulkhead bulkhead = registry.bulkhead(name);
    Duration wait = bulkhead.getBulkheadConfig().getMaxWaitDuration();
    if (!wait.isZero()) {
      throw new ConfigurationException(
          Failure.of(
              Kind.LOCAL,
              Effect.NOT_SENT,
              "the bulkhead "
                  + name
                  + " has a maxWaitDuration of "
                  + wait.toMillis()
                  + " ms, in which it would block threads that are not its own; set it to zero"));
    }
    return bulkhead;
  }

  /** Makes {@link Resilience4jStages}. */
  public static final class Builder {
    private @Nullable CircuitBreakerRegistry circuitBreakers =
        CircuitBreakerRegistry.of(breakerDefaults().build());
    private @Nullable RateLimiterRegistry rateLimiters;
    private @Nullable BulkheadRegistry bulkheads;
    private @Nullable Supplier<AdaptiveLimit> adaptiveLimits;
    private @Nullable LongSupplier nanoTime;

    private Builder() {}

    /**
     * Sets where circuit breakers are. Defaults to a registry of its own with the defaults above.
     */
    public Builder circuitBreakers(CircuitBreakerRegistry registry) {
      circuitBreakers = Objects.requireNonNull(registry, "registry");
      return this;
    }

    /** Leaves the circuit breaker out. */
    public Builder withoutCircuitBreaker() {
      circuitBreakers = null;
      return this;
    }

    /** Sets where rate limiters are. Defaults to none, so that nothing limits the rate. */
    public Builder rateLimiters(RateLimiterRegistry registry) {
      rateLimiters = Objects.requireNonNull(registry, "registry");
      return this;
    }

    /**
     * Sets where bulkheads are, whose {@code maxWaitDuration} must be zero. Defaults to none, so
     * that nothing limits how many calls run at once.
     */
    public Builder bulkheads(BulkheadRegistry registry) {
      bulkheads = Objects.requireNonNull(registry, "registry");
      return this;
    }

    /**
     * Limits how many calls run at once to each target, and lets the limit find itself: it grows
     * while the latency of attempts stays within one and a half of its long-term average, and falls
     * when it rises above that or attempts are throttled. One call more fails at once with {@link
     * dev.parley.OverloadedException}. Defaults to none; 20 and 200 are good limits to start from.
     *
     * @param least the limit to begin with, and the lowest
     * @param most the highest limit
     */
    public Builder adaptiveLimit(int least, int most) {
      if (least < 1) {
        throw new IllegalArgumentException(
            "the least adaptive limit must be at least 1, but is " + least);
      }
      if (most < least) {
        throw new IllegalArgumentException(
            "the most of the adaptive limit ("
                + most
                + ") must not be less than the least ("
                + least
                + ")");
      }
      adaptiveLimits = () -> new AdaptiveLimit(least, most);
      return this;
    }

    /**
     * Sets the time of what is made for a target; give it the Parley's if that has a virtual one.
     * Defaults to what the configurations say.
     */
    public Builder time(Time time) {
      nanoTime = Objects.requireNonNull(time, "time")::nanoTime;
      return this;
    }

    /** Returns the stages. */
    public Resilience4jStages build() {
      return new Resilience4jStages(this);
    }
  }
}
