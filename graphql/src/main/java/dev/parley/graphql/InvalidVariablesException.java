package dev.parley.graphql;

import dev.parley.Failure;
import dev.parley.PartialFailure;
import java.util.List;
import okhttp3.Response;

/** A variable is missing, or its value does not fit its type in the document. */
public final class InvalidVariablesException extends GraphQlException {
  private static final long serialVersionUID = 1L;

  InvalidVariablesException(
      Failure failure, String code, List<PartialFailure> errors, Response response) {
    super(failure, code, errors, response);
  }
}
