package dev.parley.grpc;

import dev.parley.Failure;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;

/** NOT_FOUND: what was asked for is not there. */
public final class NotFoundException extends GrpcException {
  private static final long serialVersionUID = 1L;

  NotFoundException(Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    super(failure, status, trailers, details);
  }
}
