package dev.parley.graphql.codegen;

import java.util.List;

/** A schema or documents are not valid; the message holds all that is wrong, a line each. */
public final class InvalidDocumentsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidDocumentsException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
  }
}
