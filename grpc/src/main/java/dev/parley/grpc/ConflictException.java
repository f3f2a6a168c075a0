package dev.parley.grpc;

import dev.parley.Failure;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;

/**
 * ABORTED: another caller was faster. Read the state again, and repeat the whole, not this call.
 */
public final class ConflictException extends GrpcException {
  private static final long serialVersionUID = 1L;

  ConflictException(Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    super(failure, status, trailers, details);
  }
}
