package dev.parley.grpc;

import dev.parley.Gap;
import dev.parley.Position;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.SourceRequest;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The streams of one endpoint. */
final class GrpcSource implements PushSource {
  private final GrpcDriver driver;
  private final GrpcTransport transport;

  GrpcSource(GrpcDriver driver, GrpcTransport transport) {
    this.driver = driver;
    this.transport = transport;
  }

  @Override
  public void check(SourceRequest request) {
    Bound<?, ?> bound = driver.bound(stream(request).operation());
    bound.require(MethodType.SERVER_STREAMING);
    if (request.from() != null && bound.grpc.extras().token() == null) {
      throw Problems.refused(
          bound.name()
              + " cannot start from a position: say how, with resume or resumeByHeader of its"
              + " binding");
    }
  }

  @Override
  public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
    SourceRequest.OfStream stream = stream(request);
    return connect(driver.bound(stream.operation()), stream, inlet);
  }

  @SuppressWarnings("unchecked") // the request of a stream is of its operation's type
  private <Q, R> PushLink connect(Bound<Q, R> bound, SourceRequest.OfStream stream, Inlet inlet)
      throws Exception {
    Grpc.Extras<Q, R> extras = bound.grpc.extras();
    Q request = (Q) stream.request();
    Metadata metadata = transport.metadata(stream.headers());
    String token = token(stream.from());
    String header = extras.resumeHeader();
    BiFunction<Q, String, Q> restart = extras.restart();
    if (token != null && header != null) {
      transport.put(metadata, header, token);
    }
    if (token != null && restart != null) {
      request = restart.apply(request, token);
    }
    return GrpcLink.stream(
        transport,
        bound,
        inlet,
        continuity(extras, token, stream.connection()),
        metadata,
        bound.encode(request));
  }

  private static Continuity continuity(
      Grpc.Extras<?, ?> extras, @Nullable String token, int connection) {
    if (extras.token() == null) {
      return new Continuity(Gap.POSSIBLE, "its binding does not say how to resume");
    }
    if (token != null) {
      return new Continuity(Gap.NONE, "resumed behind its last element");
    }
    return connection == 1
        ? new Continuity(Gap.NONE, "it begins")
        : new Continuity(Gap.POSSIBLE, "there was no element to resume behind");
  }

  private static @Nullable String token(@Nullable Position from) {
    return from == null ? null : from.value().orElse(null);
  }

  private static SourceRequest.OfStream stream(SourceRequest request) {
    if (request instanceof SourceRequest.OfStream stream) {
      return stream;
    }
    throw Problems.refused("gRPC has streams, not queues");
  }
}
