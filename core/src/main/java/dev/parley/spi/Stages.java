package dev.parley.spi;

import java.util.Optional;

/**
 * Makes the optional stages of the pipeline for each target; module {@code resilience} has one on
 * Resilience4j.
 *
 * <p><b>Threads:</b> called once for each target.
 */
public interface Stages {
  /** No stage at all. */
  Stages NONE = new Stages() {};

  /** Returns what lets calls in. */
  default Optional<Admission> admission(Target target) {
    return Optional.empty();
  }

  /** Returns what refuses attempts while the target keeps failing. */
  default Optional<Breaker> breaker(Target target) {
    return Optional.empty();
  }
}
