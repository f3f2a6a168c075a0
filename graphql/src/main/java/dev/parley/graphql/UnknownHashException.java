package dev.parley.graphql;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.PartialFailure;
import java.util.List;
import okhttp3.Response;

/** The server does not know the document by its hash, so that it needs the text. */
final class UnknownHashException extends GraphQlException {
  private static final long serialVersionUID = 1L;

  private final boolean supported;

  UnknownHashException(
      Bound<?> bound, boolean supported, List<PartialFailure> errors, Response response) {
    super(
        Failure.of(
            Kind.PERMANENT,
            Effect.NOT_PROCESSED,
            "the server does not know " + bound.describe() + " by its hash, nor with its text"),
        supported ? "PERSISTED_QUERY_NOT_FOUND" : "PERSISTED_QUERY_NOT_SUPPORTED",
        errors,
        response);
    this.supported = supported;
  }

  /** Returns whether the server would keep the text. */
  boolean isSupported() {
    return supported;
  }
}
