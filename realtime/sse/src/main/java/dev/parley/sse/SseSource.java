package dev.parley.sse;

import dev.parley.Effect;
import dev.parley.Idempotency;
import dev.parley.ParleyException;
import dev.parley.Position;
import dev.parley.http.LinkAttempt;
import dev.parley.spi.EndOfStream;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.PushSource;
import dev.parley.spi.SourceRequest;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Streams of events of one endpoint. */
final class SseSource implements PushSource {
  private final SseDriver driver;

  SseSource(SseDriver driver) {
    this.driver = driver;
  }

  @Override
  public void check(SourceRequest request) {
    SourceRequest.OfStream stream = stream(request);
    Bound bound = driver.bound(stream.operation());
    Position from = request.from();
    if (from != null && !bound.settings().replays()) {
      throw Problems.refused(
          "a stream cannot begin at a position where it is not known that the server replays:"
              + " declare it by replays(true) on the builder, or replays=true in the address");
    }
    lastId(from);
    boolean hasKey = request.headers().contains("Idempotency-Key");
    if (bound.http().idempotency() == Idempotency.KEYED && !hasKey) {
      throw Problems.refused(
          "the operation "
              + bound.name()
              + " is KEYED, and a stream makes no key of its own: give one that lasts as long as"
              + " the subscription, by StreamOptions.headers(Headers.of(\"Idempotency-Key\", …))");
    }
    bound.http().request(stream.request());
  }

  @Override
  public PushLink connect(SourceRequest request, Inlet inlet) throws Exception {
    SourceRequest.OfStream stream = stream(request);
    Bound bound = driver.bound(stream.operation());
    String lastId = lastId(request.from());
    SseExchange exchange = new SseExchange(bound, stream.request(), lastId);
    LinkAttempt<Response> attempt = new LinkAttempt<>(stream, driver.context().time());
    Response response;
    try {
      response = attempt.run(exchange);
    } catch (ParleyException e) {
      throw isUnsafe(bound, e) ? Problems.ambiguous(e) : e;
    }
    if (SseExchange.isOver(response)) {
      response.close();
      if (request.connection() == 1) {
        throw exchange.nothing(response);
      }
      inlet.ended();
      throw new EndOfStream();
    }
    SseLink link =
        new SseLink(
            bound, stream, lastId, response, exchange.credentialsLeft(), attempt::cancel, inlet);
    driver
        .context()
        .dedicated("parley-sse-" + driver.endpoint() + "-" + bound.name(), link)
        .start();
    return link;
  }

  private static boolean isUnsafe(Bound bound, ParleyException failure) {
    boolean wouldRepeat =
        switch (failure.kind()) {
          case TRANSIENT, THROTTLED, PROTOCOL -> true;
          case AUTHENTICATION, PERMANENT, CANCELLED, LOCAL -> false;
        };
    return wouldRepeat && failure.effect() == Effect.POSSIBLE && !bound.isRepeatable();
  }

  private static SourceRequest.OfStream stream(SourceRequest request) {
    if (request instanceof SourceRequest.OfStream stream) {
      return stream;
    }
    throw Problems.refused("server-sent events are streams, not queues");
  }

  private static @Nullable String lastId(@Nullable Position position) {
    if (position == null) {
      return null;
    }
    String id = position.value().orElse(null);
    // It goes into a header, and may have been tampered with.
    if (id == null || id.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
      throw Problems.refused(
          "the position is not one of server-sent events: it must come from such a stream");
    }
    return id;
  }
}
