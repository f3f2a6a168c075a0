package dev.parley.sse;

import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.RemoteException;
import dev.parley.http.HttpExchange;
import dev.parley.http.HttpHeaders;
import dev.parley.http.HttpRequest;
import dev.parley.spi.Attempt;
import java.util.Locale;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/** Asks for the events; its result is the answer, of which nothing was read yet. */
final class SseExchange extends HttpExchange<Response> {
  private static final int NO_CONTENT = 204;

  private final Bound bound;
  private final HttpRequest request;
  private final @Nullable String lastId;

  SseExchange(Bound bound, @Nullable Object value, @Nullable String lastId) {
    super(bound.transport(), bound.http().idempotency());
    this.bound = bound;
    this.request = bound.http().request(value);
    this.lastId = lastId;
  }

  @Override
  protected String describe() {
    return bound.http().toString();
  }

  @Override
  protected Request request(Attempt<Response> attempt) {
    HttpHeaders headers = new HttpHeaders(request.headers());
    add(headers, "Cache-Control", "no-store");
    add(headers, "Accept-Encoding", "identity"); // what compresses, also holds events back
    Headers all = headers(headers.build(), attempt);
    if (lastId != null && !lastId.isEmpty()) {
      // Ids are UTF-8, which other headers may not be.
      all =
          all.newBuilder()
              .removeAll("Last-Event-ID")
              .addUnsafeNonAscii("Last-Event-ID", lastId)
              .build();
    }
    return request.attempt(request.url(), all);
  }

  @Override
  protected boolean lasts() {
    return true;
  }

  @Override
  protected boolean accepts(Response response) {
    return response.code() == 200 || response.code() == NO_CONTENT;
  }

  @Override
  protected Response read(Response response) {
    if (response.code() != NO_CONTENT && !hasEvents(response.body())) {
      throw Problems.notEvents(describe());
    }
    return response;
  }

  /** Returns whether an answer says that there is nothing, now and later. */
  static boolean isOver(Response response) {
    return response.code() == NO_CONTENT;
  }

  /** Returns the failure of a stream that does not exist. */
  RemoteException nothing(Response response) {
    return new RemoteException(
        Failure.of(
            Kind.PERMANENT,
            Effect.POSSIBLE,
            describe() + " answered 204 No Content: there are no events, and there will be none"),
        "204",
        HttpHeaders.from(response.headers()),
        null);
  }

  private void add(HttpHeaders headers, String name, String value) {
    if (request.headers().get(name) == null) {
      headers.add(name, value);
    }
  }

  // Its parameters are ignored: the encoding is UTF-8 whatever they say.
  private static boolean hasEvents(ResponseBody body) {
    MediaType type = body.contentType();
    return type != null
        && type.type().toLowerCase(Locale.ROOT).equals("text")
        && type.subtype().toLowerCase(Locale.ROOT).equals("event-stream");
  }
}
