package dev.parley.rest;

import dev.parley.Failure;

/**
 * 422 to a call that carried an idempotency key: the key was used before for another request, or
 * the request itself cannot be processed; {@link #problem()} may tell which. It is not repeated.
 */
public final class IdempotencyKeyReusedException extends RestException {
  private static final long serialVersionUID = 1L;

  IdempotencyKeyReusedException(Failure failure, Answered answered) {
    super(failure, answered);
  }
}
