package dev.parley.grpc;

import dev.parley.Gap;
import dev.parley.Operation;
import dev.parley.SessionOptions;
import dev.parley.spi.Continuity;
import dev.parley.spi.DuplexDriver;
import dev.parley.spi.DuplexLink;
import dev.parley.spi.Inlet;
import io.grpc.MethodDescriptor.MethodType;

/** The sessions of one endpoint: bidirectional streams, and streams to the server. */
final class GrpcSessions implements DuplexDriver {
  private static final Continuity NEW = new Continuity(Gap.POSSIBLE, "a session has no past");

  private final GrpcDriver driver;
  private final GrpcTransport transport;

  GrpcSessions(GrpcDriver driver, GrpcTransport transport) {
    this.driver = driver;
    this.transport = transport;
  }

  @Override
  public void check(Operation<?, ?> operation, SessionOptions options) {
    Bound<?, ?> bound = driver.bound(operation);
    MethodType type = bound.grpc.type();
    bound.require(type == MethodType.BIDI_STREAMING || type == MethodType.CLIENT_STREAMING);
  }

  @Override
  public DuplexLink connect(SessionRequest request, Inlet inlet) throws Exception {
    return GrpcLink.session(
        transport,
        driver.bound(request.operation()),
        inlet,
        NEW,
        transport.metadata(request.headers()));
  }
}
