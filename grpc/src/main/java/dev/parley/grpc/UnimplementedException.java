package dev.parley.grpc;

import dev.parley.Failure;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;

/** UNIMPLEMENTED: the server has no such method. */
public final class UnimplementedException extends GrpcException {
  private static final long serialVersionUID = 1L;

  UnimplementedException(
      Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    super(failure, status, trailers, details);
  }
}
