package dev.parley.grpc;

import dev.parley.Failure;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;

/** PERMISSION_DENIED: the caller is known, and may not. */
public final class PermissionDeniedException extends GrpcException {
  private static final long serialVersionUID = 1L;

  PermissionDeniedException(
      Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    super(failure, status, trailers, details);
  }
}
