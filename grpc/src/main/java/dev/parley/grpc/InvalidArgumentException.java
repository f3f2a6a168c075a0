package dev.parley.grpc;

import dev.parley.Failure;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;

/** INVALID_ARGUMENT: the request can never succeed; {@link ErrorDetail.BadRequest} may say why. */
public final class InvalidArgumentException extends GrpcException {
  private static final long serialVersionUID = 1L;

  InvalidArgumentException(
      Failure failure, Status status, Metadata trailers, List<ErrorDetail> details) {
    super(failure, status, trailers, details);
  }
}
