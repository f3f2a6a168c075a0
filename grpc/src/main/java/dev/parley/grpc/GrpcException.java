package dev.parley.grpc;

import dev.parley.Failure;
import dev.parley.RemoteException;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;

/**
 * The server answered with a status other than OK; {@link #code()} is its name, such as {@code
 * FAILED_PRECONDITION}.
 *
 * <p>Its subtypes are what callers tell apart: {@link NotFoundException}, {@link
 * AlreadyExistsException}, {@link ConflictException}, {@link InvalidArgumentException}, {@link
 * FailedPreconditionException}, {@link PermissionDeniedException}, {@link UnimplementedException}.
 * For an operation of which a repetition may act twice, a status that leaves open whether the
 * server acted (UNAVAILABLE, CANCELLED) arrives as the cause of a {@link
 * dev.parley.AmbiguousOutcomeException}.
 *
 * <p>The message holds the method and the status, and nothing that the server sent; that is in
 * {@link #description()} and {@link #details()}.
 */
public class GrpcException extends RemoteException {
  private static final long serialVersionUID = 1L;

  private final String description;
  private final transient List<ErrorDetail> details;

  GrpcException(Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    super(
        failure,
        status.getCode().name(),
        Metadatas.headers(trailers),
        details.isEmpty() ? null : details.get(0));
    this.description = status.getDescription() == null ? "" : status.getDescription();
    this.details = details;
  }

  /** Returns what the server says in words; empty if it says nothing. */
  public final String description() {
    return description;
  }

  /** Returns what the server says of the error beside its status, in its order. */
  public final List<ErrorDetail> details() {
    return details;
  }

  /** Returns the first detail of a type, such as {@link ErrorDetail.BadRequest}. */
  public final <D extends ErrorDetail> Optional<D> firstDetail(Class<D> type) {
    return details.stream().filter(type::isInstance).map(type::cast).findFirst();
  }

  static GrpcException of(
      Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    return switch (status.getCode()) {
      case NOT_FOUND -> new NotFoundException(failure, status, trailers, details);
      case ALREADY_EXISTS -> new AlreadyExistsException(failure, status, trailers, details);
      case ABORTED -> new ConflictException(failure, status, trailers, details);
      case INVALID_ARGUMENT -> new InvalidArgumentException(failure, status, trailers, details);
      case FAILED_PRECONDITION ->
          new FailedPreconditionException(failure, status, trailers, details);
      case PERMISSION_DENIED -> new PermissionDeniedException(failure, status, trailers, details);
      case UNIMPLEMENTED -> new UnimplementedException(failure, status, trailers, details);
      default -> new GrpcException(failure, status, trailers, details);
    };
  }
}
