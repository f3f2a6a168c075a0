package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Parley;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ResilienceSnippets {
  @Test
  void stages() {
    // @start region="stages"
    RateLimiterRegistry hundredPerSecond =
        RateLimiterRegistry.of(
            RateLimiterConfig.custom()
                .limitForPeriod(10)
                .limitRefreshPeriod(Duration.ofMillis(100))
                .build());

    Parley parley =
        Parley.builder()
            .stages(Resilience4jStages.builder().rateLimiters(hundredPerSecond).build())
            .build();
    // @end
    try (parley) {
      assertThat(parley).isNotNull();
    }
  }
}
