package dev.parley;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The peer answered "no": an HTTP 4xx or 5xx, a gRPC status, a JSON-RPC error, a SOAP fault.
 *
 * <p>An adapter may throw a subtype with more of its protocol in it.
 */
public class RemoteException extends ParleyException {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final transient Headers headers;
  private final transient @Nullable Object detail;

  /**
   * Creates the exception of an answer.
   *
   * @param failure the facts
   * @param code the peer's code as its protocol writes it, such as {@code 404} or {@code ABORTED}
   * @param headers the headers of the answer
   * @param detail the decoded error, or null if there was none
   */
  public RemoteException(Failure failure, String code, Headers headers, @Nullable Object detail) {
    super(failure);
    this.code = Objects.requireNonNull(code, "code");
    this.headers = Objects.requireNonNull(headers, "headers");
    this.detail = detail;
  }

  /** Returns the peer's code as its protocol writes it, such as {@code 404} or {@code ABORTED}. */
  public final String code() {
    return code;
  }

  /** Returns the headers of the answer. */
  public final Headers headers() {
    return headers;
  }

  /** Returns the decoded error if there is one of this type. */
  public final <E> Optional<E> detail(Class<E> type) {
    return type.isInstance(detail) ? Optional.of(type.cast(detail)) : Optional.empty();
  }
}
