package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HintsTest {
  // An hour wrong, which must not matter where the peer tells its own time.
  private static final Instant NOW = Instant.parse("2026-11-21T11:00:00Z");

  private static Duration hint(boolean limits, String... headers) {
    return Hints.of(Headers.of(headers), NOW, limits);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "retry-after-ms, 1500, PT1.5S",
        "x-ms-retry-after-ms, 20, PT0.02S",
        "x-amz-retry-after, 7, PT0.007S",
        "Retry-After, 2, PT2S",
        "Retry-After, ' 3 ', PT3S",
        "Retry-After, 0, PT0S",
        "Retry-After, 99999999999999999999999, PT876000H",
        "Retry-After, -1, none",
        "Retry-After, 1.5, none",
        "Retry-After, soon, none",
        "Retry-After, '', none",
        "Retry-After, 'Sat, 21 Nov 2026 11:00:30 GMT', PT30S",
        "Retry-After, 'Thu, 01 Jan 1970 00:00:00 GMT', PT0S",
        "Retry-After, 'Sat, 99 Nov 2026 11:00:30 GMT', none",
      })
  void BKF_4_readsHeaders_andIgnoresMalformedOnes(String name, String value, String expected) {
    Duration hint = expected == null ? null : Duration.parse(expected);
    assertThat(hint(false, name, value)).isEqualTo(hint);
  }

  @Test
  void BKF_4_firstFoundWins_andAMalformedOneDoesNotCount() {
    assertThat(hint(true, "Retry-After", "9", "x-amz-retry-after", "1", "retry-after-ms", "5"))
        .isEqualTo(Duration.ofMillis(5));
    assertThat(hint(true, "Retry-After", "9", "retry-after-ms", "x"))
        .isEqualTo(Duration.ofSeconds(9));
    assertThat(hint(true, "Retry-After", "9", "RateLimit", "\"d\";r=0;t=50"))
        .isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void BKF_5_dateIsTakenByThePeersOwnClock() {
    assertThat(
            hint(
                false,
                "Date",
                "Sat, 21 Nov 2026 10:00:00 GMT",
                "Retry-After",
                "Sat, 21 Nov 2026 10:00:02 GMT"))
        .isEqualTo(Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      delimiter = '|',
      value = {
        "\"default\";r=0;t=30|PT30S",
        "\"default\";r=1;t=30|none",
        "\"burst\";r=0;t=2, \"day\";r=0;t=600|PT10M",
        "limit=100, remaining=0, reset=30|PT30S",
        "limit=100, remaining=5, reset=30|none",
        "\"default\";r=0;t=-3|none",
        "nonsense|none",
      })
  void BKF_4_rateLimitCountsOnlyWhenNothingIsLeft(String value, String expected) {
    Duration hint = expected == null ? null : Duration.parse(expected);
    assertThat(hint(true, "RateLimit", value)).isEqualTo(hint);
    assertThat(hint(false, "RateLimit", value)).isNull();
  }

  @Test
  void BKF_4_resetIsSecondsOrAnEpoch() {
    assertThat(hint(true, "X-RateLimit-Reset", "45")).isEqualTo(Duration.ofSeconds(45));
    assertThat(hint(true, "X-RateLimit-Reset", Long.toString(NOW.getEpochSecond() + 60)))
        .isEqualTo(Duration.ofSeconds(60));
    assertThat(hint(true, "X-RateLimit-Reset", "45", "X-RateLimit-Remaining", "3")).isNull();
    assertThat(hint(true, "X-RateLimit-Reset", "9".repeat(18)))
        .isGreaterThan(Duration.ofDays(9999));
    assertThat(hint(false, "X-RateLimit-Reset", "45")).isNull();
  }
}
