package dev.parley.polling;

import dev.parley.Operation;
import dev.parley.http.HttpTransport;
import dev.parley.spi.PollLink;
import dev.parley.spi.PollSource;
import dev.parley.spi.SourceRequest;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.DoubleSupplier;

/** What can be polled at one endpoint. */
final class PollingSource implements PollSource {
  private static final int MAX_CACHED = 10_000;

  private final HttpTransport transport;
  private final Rhythm rhythm;
  private final String base;
  private final DoubleSupplier random;
  private final ConcurrentMap<Operation<?, ?>, BoundPoll> bound = new ConcurrentHashMap<>();

  PollingSource(HttpTransport transport, Rhythm rhythm, String base, DoubleSupplier random) {
    this.transport = transport;
    this.rhythm = rhythm;
    this.base = base;
    this.random = random;
  }

  @Override
  public void check(SourceRequest request) {
    SourceRequest.OfStream stream = stream(request);
    bound(stream.operation()).http.request(stream.request());
    Mark.of(request.from());
  }

  @Override
  public PollLink connect(SourceRequest request) {
    SourceRequest.OfStream stream = stream(request);
    PollingLink link =
        new PollingLink(bound(stream.operation()), stream, Mark.of(request.from()), random);
    // A subscriber is told of a connection when the server has answered, not before.
    link.connect();
    return link;
  }

  private BoundPoll bound(Operation<?, ?> operation) {
    BoundPoll known = bound.get(operation);
    if (known == null) {
      known = new BoundPoll(operation, transport, rhythm, base);
      // Operations are constants; a program that makes ever new ones must not fill the map.
      if (bound.size() < MAX_CACHED) {
        bound.put(operation, known);
      }
    }
    return known;
  }

  private static SourceRequest.OfStream stream(SourceRequest request) {
    if (request instanceof SourceRequest.OfStream stream) {
      return stream;
    }
    throw BoundPoll.refused("polling over HTTP gives streams, not queues");
  }
}
