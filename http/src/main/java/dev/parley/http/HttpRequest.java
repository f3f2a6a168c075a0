package dev.parley.http;

import dev.parley.Payload;
import java.util.function.UnaryOperator;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * One request of a {@link HttpOperation}, to be sent as often as it takes. For adapters.
 *
 * <p><b>Threads:</b> immutable.
 */
public final class HttpRequest {
  private final Http http;
  private final HttpUrl url;
  private final Headers headers;
  private final @Nullable RequestBody body;
  private final @Nullable Payload payload; // of the body, if the caller gave one

  HttpRequest(
      Http http,
      HttpUrl url,
      Headers headers,
      @Nullable RequestBody body,
      @Nullable Payload payload) {
    this.http = http;
    this.url = url;
    this.headers = headers;
    this.body = body;
    this.payload = payload;
  }

  /** Returns where it goes. */
  public HttpUrl url() {
    return url;
  }

  /** Returns the headers that do not change from one attempt to the next. */
  public Headers headers() {
    return headers;
  }

  /** Returns whether its body can be sent now: one that can be read once was not yet. */
  public boolean isReplayable() {
    return payload == null || payload.isReplayable();
  }

  /** Returns the native request of one attempt. */
  public Request attempt(HttpUrl to, Headers all) {
    Request request = new Request(to, all, http.method(), body);
    UnaryOperator<Request> change = http.nativeRequest();
    return change == null ? request : change.apply(request);
  }
}
