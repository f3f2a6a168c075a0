package dev.parley.webhooks;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;

/** Refusals of what a caller asks for. */
final class Problems {
  private Problems() {}

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }
}
