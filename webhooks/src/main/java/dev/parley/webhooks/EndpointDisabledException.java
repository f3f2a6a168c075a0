package dev.parley.webhooks;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;

/**
 * The endpoint was disabled earlier: it answered 410, its certificate was not trusted three times
 * in a row, or it took nothing for days. Permanent: nothing was sent.
 *
 * @since 0.1
 */
public final class EndpointDisabledException extends ParleyException {
  private static final long serialVersionUID = 1L;

  EndpointDisabledException(String why) {
    super(
        Failure.of(
            Kind.PERMANENT,
            Effect.NOT_SENT,
            "the endpoint is disabled, since it " + why + "; enable() it when that has changed"));
  }
}
