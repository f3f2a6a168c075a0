package dev.parley.rest;

import dev.parley.Failure;

/** 409: the request conflicts with the state at the server. */
public final class ConflictException extends RestException {
  private static final long serialVersionUID = 1L;

  ConflictException(Failure failure, Answered answered) {
    super(failure, answered);
  }
}
