package dev.parley.webhooks;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.ParleyException;

/**
 * The endpoint has an address that {@link Destinations} does not allow. Permanent: nothing was
 * sent, and no further attempt is made.
 *
 * @since 0.1
 */
public final class ForbiddenDestinationException extends ParleyException {
  private static final long serialVersionUID = 1L;

  ForbiddenDestinationException(Throwable cause) {
    super(
        Failure.of(
                Kind.PERMANENT,
                Effect.NOT_SENT,
                "the endpoint's host has an address that is not allowed: it is not public; if it"
                    + " is meant to be reached, allow it with destinations(…)")
            .withCause(cause));
  }
}
