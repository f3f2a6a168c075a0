package dev.parley.grpc;

import dev.parley.Failure;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;

/** ALREADY_EXISTS: what should be made is there. */
public final class AlreadyExistsException extends GrpcException {
  private static final long serialVersionUID = 1L;

  AlreadyExistsException(
      Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    super(failure, status, trailers, details);
  }
}
