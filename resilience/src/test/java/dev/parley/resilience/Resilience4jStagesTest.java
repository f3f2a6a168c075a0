package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.BreakerOpenException;
import dev.parley.CallChannel;
import dev.parley.CallOptions;
import dev.parley.ConfigurationException;
import dev.parley.DeadlineExceededException;
import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.NotRetried;
import dev.parley.Operation;
import dev.parley.OverloadedException;
import dev.parley.Parley;
import dev.parley.ParleyException;
import dev.parley.Reply;
import dev.parley.RetryPolicy;
import dev.parley.spi.Admission;
import dev.parley.spi.Target;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Resilience4jStagesTest {
  private static final Operation<String, String> GET =
      Operation.of("get", String.class, String.class).with(Idempotency.SAFE);
  private static final CallOptions ONCE =
      CallOptions.DEFAULT.retry(RetryPolicy.DEFAULT.maxAttempts(1));

  private final FakePeer peer = new FakePeer();
  private final FakeTime time = new FakeTime();
  private final CircuitBreakerRegistry breakers =
      CircuitBreakerRegistry.of(Resilience4jStages.breakerDefaults().build());
  private final RateLimiterRegistry limiters =
      RateLimiterRegistry.of(
          RateLimiterConfig.custom()
              .limitForPeriod(2)
              .limitRefreshPeriod(Duration.ofSeconds(1))
              .timeoutDuration(Duration.ofSeconds(3))
              .build());
  private final BulkheadRegistry bulkheads =
      BulkheadRegistry.of(BulkheadConfig.custom().maxConcurrentCalls(2).build());
  private Parley parley;

  @AfterEach
  void close() {
    if (parley != null) {
      parley.close(Duration.ZERO);
    }
  }

  @Test
  void cbk4_opensAfterTwentyFailedAttempts_andTheNextCallIsNotSent() {
    CallChannel channel = open(Resilience4jStages.builder().circuitBreakers(breakers));
    peer.mood = FakePeer.Mood.FAILING;
    for (int i = 0; i < 20; i++) {
      call(channel, ONCE);
    }
    assertThat(peer.seen).hasValue(20);

    BreakerOpenException refused = (BreakerOpenException) failure(call(channel, ONCE));

    assertThat(peer.seen).hasValue(20);
    assertThat(refused.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(refused.notRetriedBecause()).contains(NotRetried.BREAKER_OPEN);
    assertThat(refused.retryAfter().orElseThrow())
        .isBetween(Duration.ofMillis(2500), Duration.ofMillis(7500));
    assertThat(breaker().getMetrics().getNumberOfFailedCalls()).isEqualTo(20);
    assertThat(breaker().getMetrics().getNumberOfNotPermittedCalls()).isEqualTo(1);
  }

  @Test
  void cbk1_countsAttempts_andEndsTheRetriesOfACall() {
    CallChannel channel = open(Resilience4jStages.builder().circuitBreakers(breakers));
    peer.mood = FakePeer.Mood.FAILING;
    CallOptions three = CallOptions.DEFAULT.retry(RetryPolicy.DEFAULT.maxAttempts(3));
    for (int i = 0; i < 6; i++) {
      CompletableFuture<Reply<String>> call = call(channel, three);
      time.advance(Duration.ofMillis(200));
      assertThat(call).isCompletedExceptionally();
    }
    assertThat(peer.seen).hasValue(18);

    CompletableFuture<Reply<String>> last = call(channel, three);
    time.advance(Duration.ofMillis(200));

    assertThat(peer.seen).hasValue(20);
    assertThat(failure(last)).isInstanceOf(BreakerOpenException.class);
    assertThat(failure(last).attempts()).hasSize(2);
    assertThat(failure(last).effect()).isEqualTo(Effect.POSSIBLE);
  }

  @Test
  void cbk4_letsThreeThroughAfterAWhile_andCloses() {
    CallChannel channel = openBroken();
    time.advance(Duration.ofMillis(2400));
    assertThat(failure(call(channel, ONCE))).isInstanceOf(BreakerOpenException.class);

    time.advance(Duration.ofMillis(5200));
    peer.mood = FakePeer.Mood.SILENT;
    for (int i = 0; i < 3; i++) {
      assertThat(call(channel, ONCE)).isNotDone();
    }
    assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
    assertThat(failure(call(channel, ONCE))).isInstanceOf(BreakerOpenException.class);

    peer.silent.forEach(attempt -> succeed(attempt));

    assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    peer.mood = FakePeer.Mood.ANSWERING;
    assertThat(call(channel, ONCE)).isCompleted();
  }

  @Test
  void cbk4_staysOpenLongerEachTime() {
    CallChannel channel = openBroken();
    Duration first = breakerOpenFor(channel);
    time.advance(Duration.ofMillis(7600));
    for (int i = 0; i < 3; i++) {
      call(channel, ONCE);
    }

    assertThat(first).isBetween(Duration.ofMillis(2500), Duration.ofMillis(7500));
    assertThat(breakerOpenFor(channel))
        .isBetween(Duration.ofMillis(5000), Duration.ofMillis(15000));
    assertThat(Resilience4jStages.openMillis(1, 0)).isEqualTo(2_500);
    assertThat(Resilience4jStages.openMillis(1, 0.5)).isEqualTo(5_000);
    assertThat(Resilience4jStages.openMillis(4, 0.5)).isEqualTo(40_000);
    assertThat(Resilience4jStages.openMillis(5, 0.5)).isEqualTo(60_000);
    assertThat(Resilience4jStages.openMillis(1_000_000, 0.999)).isBetween(89_000L, 90_000L);
  }

  @Test
  void cbk3_throttlingDoesNotOpenIt() {
    CallChannel channel = open(Resilience4jStages.builder().circuitBreakers(breakers));
    peer.mood = FakePeer.Mood.THROTTLING;
    for (int i = 0; i < 50; i++) {
      call(channel, ONCE);
    }

    assertThat(peer.seen).hasValue(50);
    assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    assertThat(breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
  }

  @Test
  void dln4_aCallerInAHurryDoesNotOpenIt() {
    CallChannel channel = open(Resilience4jStages.builder().circuitBreakers(breakers));
    peer.mood = FakePeer.Mood.SILENT;
    for (int i = 0; i < 50; i++) {
      CompletableFuture<Reply<String>> none = call(channel, ONCE.deadline(Duration.ofMillis(1)));
      CompletableFuture<Reply<String>> some = call(channel, ONCE.deadline(Duration.ofMillis(10)));
      time.advance(Duration.ofMillis(10));
      assertThat(failure(none)).isInstanceOf(DeadlineExceededException.class);
      assertThat(failure(some)).isInstanceOf(DeadlineExceededException.class);
    }

    assertThat(peer.seen).hasValue(50);
    assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
  }

  @Test
  void cbk3_attemptTimeoutsOpenIt() {
    CallChannel channel = open(Resilience4jStages.builder().circuitBreakers(breakers));
    peer.mood = FakePeer.Mood.SILENT;
    for (int i = 0; i < 20; i++) {
      call(channel, ONCE);
    }
    time.advance(Duration.ofSeconds(10));

    assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.OPEN);
  }

  @Test
  void cbk2_targetsHaveBreakersOfTheirOwn() {
    CallChannel broken = openBroken();

    CallChannel other = parley.open("fake://other", CallChannel.class);
    CallChannel same = parley.at("fake://shop").credential("billing").open(CallChannel.class);
    peer.mood = FakePeer.Mood.ANSWERING;

    assertThat(failure(call(broken, ONCE))).isInstanceOf(BreakerOpenException.class);
    assertThat(call(other, ONCE)).isCompleted();
    assertThat(call(same, ONCE)).isCompleted();
    assertThat(breakers.getAllCircuitBreakers())
        .extracting(CircuitBreaker::getName)
        .containsExactlyInAnyOrder("fake://shop", "fake://other", "fake://shop#billing");
  }

  @Test
  void keepsABreakerThatIsInTheRegistryAlready() {
    CircuitBreakerConfig quick =
        CircuitBreakerConfig.custom().minimumNumberOfCalls(2).slidingWindowSize(2).build();
    CircuitBreaker mine = breakers.circuitBreaker("fake://shop", quick);
    CallChannel channel = open(Resilience4jStages.builder().circuitBreakers(breakers));
    peer.mood = FakePeer.Mood.FAILING;
    call(channel, ONCE);
    call(channel, ONCE);

    assertThat(mine.getState()).isEqualTo(CircuitBreaker.State.OPEN);
    assertThat(failure(call(channel, ONCE)).retryAfter()).contains(Duration.ZERO);
  }

  @Test
  void rateLimiterDelaysWithoutAThread_andRefusesWhatWouldWaitTooLong() {
    CallChannel channel = open(Resilience4jStages.builder().rateLimiters(limiters));
    for (int i = 0; i < 2; i++) {
      assertThat(call(channel, ONCE)).isCompleted();
    }
    CompletableFuture<Reply<String>> second = call(channel, ONCE);
    call(channel, ONCE);
    CompletableFuture<Reply<String>> third = call(channel, ONCE);
    assertThat(second).isNotDone();

    time.advance(Duration.ofMillis(1000));
    assertThat(second).isCompleted();
    assertThat(third).isNotDone();
    assertThat(peer.seen).hasValue(4);
    time.advance(Duration.ofMillis(1000));
    assertThat(third).isCompleted();

    call(channel, ONCE); // the rest of this second
    for (int i = 0; i < 6; i++) {
      assertThat(call(channel, ONCE)).isNotDone();
    }
    OverloadedException refused = (OverloadedException) failure(call(channel, ONCE));
    assertThat(refused.effect()).isEqualTo(Effect.NOT_SENT);
    assertThat(refused)
        .hasMessageContaining("Resilience4j rate limiter fake://shop: 2 calls per 1000 ms");
  }

  @Test
  void rateLimiterKeepsNoPermissionForACallThatCannotWait() {
    CallChannel channel = open(Resilience4jStages.builder().rateLimiters(limiters));
    call(channel, ONCE);
    call(channel, ONCE);
    for (int i = 0; i < 5; i++) {
      assertThat(failure(call(channel, ONCE.deadline(Duration.ofMillis(100)))))
          .isInstanceOf(OverloadedException.class);
    }

    CompletableFuture<Reply<String>> patient = call(channel, ONCE);
    time.advance(Duration.ofSeconds(1));

    assertThat(patient).isCompleted();
  }

  @Test
  void bulkheadRefusesTheThird_andLetsInWhenOneLeaves() {
    CallChannel channel = open(Resilience4jStages.builder().bulkheads(bulkheads));
    peer.mood = FakePeer.Mood.SILENT;
    CompletableFuture<Reply<String>> first = call(channel, ONCE);
    CompletableFuture<Reply<String>> second = call(channel, ONCE);

    assertThat(failure(call(channel, ONCE)))
        .isInstanceOf(OverloadedException.class)
        .hasMessageContaining("Resilience4j bulkhead fake://shop: 2 calls at once");
    assertThat(peer.seen).hasValue(2);

    succeed(peer.silent.get(0));
    assertThat(first).isCompleted();
    second.cancel(true);
    assertThat(bulkhead().getMetrics().getAvailableConcurrentCalls()).isEqualTo(2);
    peer.mood = FakePeer.Mood.ANSWERING;
    assertThat(call(channel, ONCE)).isCompleted();
    assertThat(bulkhead().getMetrics().getAvailableConcurrentCalls()).isEqualTo(2);
  }

  @Test
  void bulkheadGetsBackThePlaceOfACallThatTheRateLimiterRefuses() {
    Admission admission =
        Resilience4jStages.builder()
            .rateLimiters(limiters)
            .bulkheads(bulkheads)
            .time(time)
            .build()
            .admission(new Target("fake", "shop", ""))
            .orElseThrow();
    for (int i = 0; i < 2; i++) {
      assertThat(admission.tryEnter(0)).isZero();
      admission.leave();
    }

    assertThat(admission.tryEnter(0)).isNegative();

    assertThat(bulkhead().getMetrics().getAvailableConcurrentCalls()).isEqualTo(2);
    assertThat(admission.tryEnter(Duration.ofSeconds(1).toNanos())).isPositive();
    assertThat(bulkhead().getMetrics().getAvailableConcurrentCalls()).isEqualTo(1);
  }

  @Test
  void refusesABulkheadThatWouldBlockThreads() {
    BulkheadRegistry waiting =
        BulkheadRegistry.of(
            BulkheadConfig.custom().maxWaitDuration(Duration.ofMillis(300)).build());

    assertThatThrownBy(() -> open(Resilience4jStages.builder().bulkheads(waiting)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "the bulkhead fake://shop has a maxWaitDuration of 300 ms, in which it would block threads"
                + " that are not its own; set it to zero");
  }

  @Test
  void isExplained() {
    CallChannel channel =
        open(
            Resilience4jStages.builder()
                .circuitBreakers(breakers)
                .rateLimiters(limiters)
                .bulkheads(bulkheads));

    assertThat(channel.explain())
        .contains(
            "admission Resilience4j rate limiter fake://shop: 2 calls per 1000 ms,"
                + " Resilience4j bulkhead fake://shop: 2 calls at once\n",
            "circuit breaker Resilience4j fake://shop is CLOSED; opens when 50.0 % of the attempts"
                + " within 10 s fail, of at least 20\n");
  }

  @Test
  void canBeWithoutACircuitBreaker() {
    Target target = new Target("fake", "shop", "");

    assertThat(Resilience4jStages.create().breaker(target)).isPresent();
    assertThat(Resilience4jStages.create().admission(target)).isEmpty();
    assertThat(Resilience4jStages.builder().withoutCircuitBreaker().build().breaker(target))
        .isEmpty();
  }

  private CallChannel open(Resilience4jStages.Builder stages) {
    parley =
        Parley.builder()
            .provider(peer)
            .time(time)
            .workers(Runnable::run)
            .stages(stages.time(time).build())
            .build();
    return parley.open("fake://shop", CallChannel.class);
  }

  /** Opens a channel whose breaker has just opened. */
  private CallChannel openBroken() {
    CallChannel channel = open(Resilience4jStages.builder().circuitBreakers(breakers));
    peer.mood = FakePeer.Mood.FAILING;
    for (int i = 0; i < 20; i++) {
      call(channel, ONCE);
    }
    assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.OPEN);
    return channel;
  }

  private Duration breakerOpenFor(CallChannel channel) {
    return failure(call(channel, ONCE)).retryAfter().orElseThrow();
  }

  private CircuitBreaker breaker() {
    return breakers.find("fake://shop").orElseThrow();
  }

  private Bulkhead bulkhead() {
    return bulkheads.find("fake://shop").orElseThrow();
  }

  private static CompletableFuture<Reply<String>> call(CallChannel channel, CallOptions options) {
    return channel.newCall(GET, "", options).submit();
  }

  @SuppressWarnings("unchecked") // all operations of these tests answer with text
  private static void succeed(dev.parley.spi.Attempt<?> attempt) {
    ((dev.parley.spi.Attempt<dev.parley.spi.Answer<String>>) attempt)
        .succeed(dev.parley.spi.Answer.of("ok", dev.parley.Headers.empty(), null));
  }

  private static ParleyException failure(CompletableFuture<?> call) {
    assertThat(call).isCompletedExceptionally();
    return (ParleyException)
        catchThrowableOfType(java.util.concurrent.CompletionException.class, call::join).getCause();
  }
}
