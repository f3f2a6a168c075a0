package dev.parley.graphql;

import dev.parley.Failure;
import dev.parley.PartialFailure;
import java.util.List;
import okhttp3.Response;

/** The document is not GraphQL, or asks for what the server's schema does not have. */
public final class InvalidDocumentException extends GraphQlException {
  private static final long serialVersionUID = 1L;

  InvalidDocumentException(
      Failure failure, String code, List<PartialFailure> errors, Response response) {
    super(failure, code, errors, response);
  }
}
