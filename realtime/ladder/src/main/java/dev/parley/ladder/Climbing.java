package dev.parley.ladder;

import java.time.Duration;

/**
 * When to try what.
 *
 * @param patience how long a rung may take to connect
 * @param first how long after it could not be had a rung is tried again
 * @param longest the longest such time; it doubles up to this
 */
record Climbing(Duration patience, Duration first, Duration longest) {
  static final Climbing DEFAULT =
      new Climbing(Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofMinutes(15));

  /** A connection that is lost sooner than this, several times in a row, is as good as none. */
  static final Duration SHORT_LIFE = Duration.ofSeconds(10);

  /** How many of these. */
  static final int SHORT_LIVES = 3;

  /** A connection that is up for so long makes up for earlier failures. */
  static final Duration STEADY = Duration.ofMinutes(1);
}
