package dev.parley.rest;

import dev.parley.Failure;
import dev.parley.Headers;
import dev.parley.Payload;
import dev.parley.RemoteException;
import java.util.Optional;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The server answered with a status that says no.
 *
 * <p>Its subtypes are what callers tell apart: {@link NotFoundException}, {@link
 * ConflictException}, {@link PreconditionFailedException}, {@link NotModifiedException}, {@link
 * IdempotencyKeyReusedException}. For an operation of which a repetition may act twice, a status
 * that leaves open whether the server acted (408, 500, 502, 503, 504) arrives as the cause of a
 * {@link dev.parley.AmbiguousOutcomeException}.
 *
 * <p>The message holds the method, the path's template and the status, and nothing that the server
 * sent.
 */
public class RestException extends RemoteException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient @Nullable Problem problem;
  private final transient Payload body;
  private final transient Response response;

  RestException(Failure failure, Answered answered) {
    super(
        failure,
        Integer.toString(answered.response.code()),
        answered.headers,
        answered.detail == null ? answered.problem : answered.detail);
    this.status = answered.response.code();
    this.problem = answered.problem;
    this.body = answered.body;
    this.response = answered.response;
  }

  /** Returns the status, such as 404. */
  public final int status() {
    return status;
  }

  /** Returns the problem in the body (RFC 9457), if the server sent one that can be read. */
  public final Optional<Problem> problem() {
    return Optional.ofNullable(problem);
  }

  /** Returns the body, of which at most the first 64 KiB are kept. */
  public final Payload body() {
    return body;
  }

  /** Returns the native answer, whose body was read, or the native failure. Unportable. */
  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType.isInstance(response)
        ? Optional.of(nativeType.cast(response))
        : super.unwrap(nativeType);
  }

  static RestException of(Failure failure, Answered answered, boolean keyed) {
    return switch (answered.response.code()) {
      case 304 -> new NotModifiedException(failure, answered);
      case 404, 410 -> new NotFoundException(failure, answered);
      case 409 -> new ConflictException(failure, answered);
      case 412 -> new PreconditionFailedException(failure, answered);
      case 422 ->
          keyed
              ? new IdempotencyKeyReusedException(failure, answered)
              : new RestException(failure, answered);
      default -> new RestException(failure, answered);
    };
  }

  /** What the server answered, as far as it was read. */
  record Answered(
      Response response,
      Headers headers,
      Payload body,
      @Nullable Problem problem,
      @Nullable Object detail) {}
}
