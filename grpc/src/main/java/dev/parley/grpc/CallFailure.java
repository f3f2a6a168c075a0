package dev.parley.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** How a native call ended, with what its status alone does not tell. */
final class CallFailure extends StatusRuntimeException {
  private static final long serialVersionUID = 1L;

  private final String method;
  private final boolean sent;
  private final boolean answered;

  /**
   * Creates it.
   *
   * @param sent whether the peer may have seen the request
   * @param answered whether the status came from the peer, and not from this side
   */
  CallFailure(String method, Status status, Metadata trailers, boolean sent, boolean answered) {
    super(status, trailers);
    this.method = method;
    this.sent = sent;
    this.answered = answered;
  }

  String method() {
    return method;
  }

  boolean wasSent() {
    return sent;
  }

  boolean wasAnswered() {
    return answered;
  }
}
