/**
 * Circuit breaker, rate limiter and bulkhead of Resilience4j; start at {@link
 * dev.parley.resilience.Resilience4jStages}.
 */
@org.jspecify.annotations.NullMarked
module dev.parley.resilience {
  requires static org.jspecify;
  requires transitive dev.parley;
  requires transitive io.github.resilience4j.bulkhead;
  requires transitive io.github.resilience4j.circuitbreaker;
  requires transitive io.github.resilience4j.ratelimiter;
  requires io.github.resilience4j.core;

  exports dev.parley.resilience;
}
