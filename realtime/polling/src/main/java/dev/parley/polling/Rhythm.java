package dev.parley.polling;

import java.time.Duration;

/**
 * How often a channel asks where the binding does not say.
 *
 * @param fastest the pause after news
 * @param slowest the longest pause
 * @param hold how long the server may hold a long poll
 * @param isLong whether it is asked to
 */
record Rhythm(Duration fastest, Duration slowest, Duration hold, boolean isLong) {
  static final Rhythm DEFAULT =
      new Rhythm(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(30), false);

  Rhythm every(Duration newFastest, Duration newSlowest) {
    Pauses.check(newFastest, newSlowest);
    return new Rhythm(newFastest, newSlowest, hold, isLong);
  }

  Rhythm hold(Duration newHold) {
    Pauses.checkHold(newHold);
    return new Rhythm(fastest, slowest, newHold, isLong);
  }

  Rhythm isLong(boolean nowLong) {
    return new Rhythm(fastest, slowest, hold, nowLong);
  }
}
