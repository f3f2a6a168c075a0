package dev.parley.graphql;

import dev.parley.Failure;
import dev.parley.PartialFailure;
import dev.parley.RemoteException;
import dev.parley.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import okhttp3.Response;

/**
 * The server answered with errors and without data, or with a status that says no.
 *
 * <p>Its subtypes are what callers tell apart: {@link InvalidDocumentException} and {@link
 * InvalidVariablesException}. {@link #code()} is the code of the first error that has one ({@code
 * extensions.code}), else the HTTP status.
 *
 * <p>The message holds the operation's type and name and, if it is made of letters, digits and
 * underscores, the code; nothing else that the server sent. What the server says is in {@link
 * #errors()}.
 */
public class GraphQlException extends RemoteException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient List<PartialFailure> errors;
  private final transient Response response;

  GraphQlException(Failure failure, String code, List<PartialFailure> errors, Response response) {
    super(failure, code, HttpHeaders.from(response.headers()), errors);
    this.status = response.code();
    this.errors = errors;
    this.response = response;
  }

  /** Returns the HTTP status, mostly 200. */
  public final int status() {
    return status;
  }

  /** Returns the server's errors with message, path and extensions; empty if it gave none. */
  public final List<PartialFailure> errors() {
    return errors;
  }

  /** Returns the native answer, whose body was read, or the native failure. Unportable. */
  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(response)
        ? Optional.of(nativeType.cast(response))
        : super.unwrap(nativeType);
  }
}
