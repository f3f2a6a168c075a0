package dev.parley.rest;

import dev.parley.Failure;

/** 412: what was to be changed is no longer as {@code If-Match} says. */
public final class PreconditionFailedException extends RestException {
  private static final long serialVersionUID = 1L;

  PreconditionFailedException(Failure failure, Answered answered) {
    super(failure, answered);
  }
}
