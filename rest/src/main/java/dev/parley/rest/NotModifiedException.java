package dev.parley.rest;

import dev.parley.Failure;

/** 304: what the caller has, and named in {@code If-None-Match}, is still current. */
public final class NotModifiedException extends RestException {
  private static final long serialVersionUID = 1L;

  NotModifiedException(Failure failure, Answered answered) {
    super(failure, answered);
  }
}
