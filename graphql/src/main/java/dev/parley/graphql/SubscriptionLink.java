package dev.parley.graphql;

import dev.parley.Gap;
import dev.parley.Headers;
import dev.parley.Payload;
import dev.parley.TypeRef;
import dev.parley.http.Json;
import dev.parley.spi.Codecs;
import dev.parley.spi.Continuity;
import dev.parley.spi.Inbound;
import dev.parley.spi.Inlet;
import dev.parley.spi.PushLink;
import dev.parley.spi.SourceRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One subscription on a connection of its own. Its reader waits where the engine has no room: then
 * nothing is read, and TCP holds the server back.
 */
abstract class SubscriptionLink implements PushLink {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Bound<?> bound;
  private final SourceRequest.OfStream request;
  private final Inlet inlet;
  private final Semaphore credit = new Semaphore(0);
  private volatile boolean over;

  SubscriptionLink(Bound<?> bound, SourceRequest.OfStream request, Inlet inlet) {
    this.bound = bound;
    this.request = request;
    this.inlet = inlet;
  }

  /** Returns how long each step of a connect may take. */
  static Duration patience(SourceRequest.OfStream request) {
    Duration silence = request.options().silence();
    return silence.compareTo(PATIENCE) < 0 ? silence : PATIENCE;
  }

  /** Returns the answer that began the subscription. */
  abstract Response response();

  final Bound<?> bound() {
    return bound;
  }

  final SourceRequest.OfStream request() {
    return request;
  }

  final Inlet inlet() {
    return inlet;
  }

  final boolean isOver() {
    return over;
  }

  /** Hands on the result of one event; waits until there is room. */
  final void deliver(Json result) throws InterruptedException {
    if (!over) {
      credit.acquire();
    }
    Inbound element = new Inbound(Payload.of(result.toByteArray(), Bound.JSON));
    Json errors = result.at("/errors");
    inlet.deliver(
        errors == null ? element : element.headers(Headers.of(GraphQl.ERRORS, line(errors))));
  }

  /** Lets the reader go, which may wait for room; what it delivers now is ignored. */
  final void release() {
    over = true;
    credit.release();
  }

  // Between its values JSON may be broken into lines, which a header may not.
  private static String line(Json json) {
    return new String(json.toByteArray(), StandardCharsets.UTF_8)
        .replace('\n', ' ')
        .replace('\r', ' ');
  }

  @Override
  public final Continuity continuity() {
    return request.connection() == 1
        ? new Continuity(Gap.NONE, "a new subscription")
        : new Continuity(Gap.POSSIBLE, "a subscription begins anew with each connection");
  }

  @Override
  public final void request(int more) {
    credit.release(more);
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // the reader is that of the type; Void is null
  public final <T> T decode(Inbound inbound, TypeRef<T> type, Codecs codecs) {
    Json result = Json.of(inbound.payload().toByteArray());
    return (T) bound.reader().result(result, request.request(), response()).value();
  }

  @Override
  public abstract @Nullable Duration credentialsLeft();
}
