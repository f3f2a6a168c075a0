package dev.parley.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.RetryPolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration CAP = Duration.ofSeconds(20);
  private static final long SEED = 20261121;

  private final RandomGenerator random = new Random(SEED);

  @Test
  void BKF_3_spreadsEvenlyBelowTheCap() {
    int draws = 100_000;
    double[] shares = new double[draws];
    for (int i = 0; i < draws; i++) {
      // n = 10: 50 ms * 2^9 is beyond the cap
      long wait = Backoff.computed(Duration.ofMillis(50), CAP, 10, random::nextDouble);
      shares[i] = (double) wait / CAP.toNanos();
    }
    Arrays.sort(shares);

    assertThat(shares[0]).isLessThan(0.01);
    assertThat(shares[draws - 1]).isLessThan(1.0);
    assertThat(Arrays.stream(shares).filter(share -> share == 1.0).count()).isZero();
    // Kolmogorov-Smirnov against the uniform distribution: 1.628 / sqrt(n) is p = 0.01.
    assertThat(kolmogorovSmirnov(shares)).isLessThan(1.628 / Math.sqrt(draws));
  }

  @Test
  void BKF_3_aLimitThatCapsAfterTheJitterWouldFailIt() {
    int draws = 100_000;
    double[] shares = new double[draws];
    for (int i = 0; i < draws; i++) {
      shares[i] = Math.min(1.0, 0.5 + random.nextDouble());
    }
    Arrays.sort(shares);

    assertThat(kolmogorovSmirnov(shares)).isGreaterThan(1.628 / Math.sqrt(draws));
  }

  @Test
  void BKF_1_doublesUpToTheCap() {
    long base = Duration.ofMillis(50).toNanos();
    assertThat(Backoff.ceiling(base, CAP.toNanos(), 0)).isEqualTo(base);
    assertThat(Backoff.ceiling(base, CAP.toNanos(), 3)).isEqualTo(8 * base);
    assertThat(Backoff.ceiling(base, CAP.toNanos(), 9)).isEqualTo(CAP.toNanos());
    assertThat(Backoff.ceiling(base, CAP.toNanos(), 1000)).isEqualTo(CAP.toNanos());
    assertThat(Backoff.ceiling(1, Long.MAX_VALUE, 62)).isPositive();
  }

  @Test
  void spreadsAWaitOfAScheduleOverATenthOfIt_afterIt() {
    Duration wait = Duration.ofHours(10);
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 10_000; i++) {
      long drawn = Backoff.scheduled(wait, random::nextDouble);
      least = Math.min(least, drawn);
      most = Math.max(most, drawn);
    }
    assertThat(Duration.ofNanos(least)).isBetween(wait, wait.plusMinutes(1));
    assertThat(Duration.ofNanos(most)).isBetween(wait.plusMinutes(59), wait.plusMinutes(60));
  }

  @Test
  void BKF_7_neverWaitsLessThanTheHint() {
    Duration hint = Duration.ofSeconds(2);
    for (int i = 0; i < 10_000; i++) {
      assertThat(Backoff.hinted(hint, RetryPolicy.DEFAULT, random::nextDouble))
          .isBetween(hint.toNanos(), hint.plusMillis(250).toNanos());
    }
  }

  private static double kolmogorovSmirnov(double[] sorted) {
    double distance = 0;
    for (int i = 0; i < sorted.length; i++) {
      distance =
          Math.max(
              distance,
              Math.max(
                  (i + 1.0) / sorted.length - sorted[i], sorted[i] - (double) i / sorted.length));
    }
    return distance;
  }
}
