package dev.parley.grpc;

import dev.parley.Failure;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;

/** FAILED_PRECONDITION: the state must be mended first. */
public final class FailedPreconditionException extends GrpcException {
  private static final long serialVersionUID = 1L;

  FailedPreconditionException(
      Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    super(failure, status, trailers, details);
  }
}
