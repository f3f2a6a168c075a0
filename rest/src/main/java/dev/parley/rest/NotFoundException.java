package dev.parley.rest;

import dev.parley.Failure;

/** 404 or 410: there is no such thing, or no longer. */
public final class NotFoundException extends RestException {
  private static final long serialVersionUID = 1L;

  NotFoundException(Failure failure, Answered answered) {
    super(failure, answered);
  }
}
