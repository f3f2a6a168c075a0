package dev.parley.resilience;

import dev.parley.ParleyException;
import dev.parley.spi.Breaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A circuit breaker, used as a state machine: it never calls anything itself. */
final class CircuitBreakerStage implements Breaker {
  private final CircuitBreaker breaker;
  private final OpenTime openTime;

  CircuitBreakerStage(CircuitBreaker breaker, OpenTime openTime) {
    this.breaker = breaker;
    this.openTime = openTime;
  }

  @Override
  public boolean tryAcquire() {
    return breaker.tryAcquirePermission();
  }

  @Override
  public void record(long elapsedNanos, @Nullable ParleyException failure) {
    if (failure == null) {
      breaker.onSuccess(elapsedNanos, TimeUnit.NANOSECONDS);
    } else {
      breaker.onError(elapsedNanos, TimeUnit.NANOSECONDS, failure);
    }
  }

  @Override
  public void ignore() {
    breaker.releasePermission();
  }

  @Override
  public Duration openFor() {
    return breaker.getState() == CircuitBreaker.State.OPEN ? openTime.rest() : Duration.ZERO;
  }

  @Override
  public String describe() {
    CircuitBreakerConfig config = breaker.getCircuitBreakerConfig();
    boolean timed =
        config.getSlidingWindowType() == CircuitBreakerConfig.SlidingWindowType.TIME_BASED;
    return "Resilience4j "
        + breaker.getName()
        + " is "
        + breaker.getState()
        + "; opens when "
        + config.getFailureRateThreshold()
        + " % of the attempts "
        + (timed ? "within " : "among the last ")
        + config.getSlidingWindowSize()
        + (timed ? " s" : "")
        + " fail, of at least "
        + config.getMinimumNumberOfCalls();
  }
}
