package dev.parley.spi;

import dev.parley.Gap;
import java.util.Objects;

/**
 * What may be missing from a stream at a connect.
 *
 * @param gap what may be missing
 * @param reason why, in words: {@code "session present"}, {@code "the server does not replay"}
 */
public record Continuity(Gap gap, String reason) {
  /** Checks that both are there. */
  public Continuity {
    Objects.requireNonNull(gap, "gap");
    Objects.requireNonNull(reason, "reason");
  }
}
