package dev.parley.rest;

import dev.parley.Failure;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.http.HttpExchange;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.Time;
import java.io.IOException;
import java.util.function.UnaryOperator;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** One call over REST. */
final class RestExchange<R> extends HttpExchange<Answer<R>> {
  private final Bound<R> bound;
  private final HttpUrl url;
  private final Headers headers;
  private final @Nullable RequestBody body;
  private final @Nullable Payload payload; // of the body, if the caller gave one
  private volatile boolean keyed;

  RestExchange(
      Bound<R> bound,
      HttpUrl url,
      Headers headers,
      @Nullable RequestBody body,
      @Nullable Payload payload) {
    super(bound.transport, bound.idempotency);
    this.bound = bound;
    this.url = url;
    this.headers = headers;
    this.body = body;
    this.payload = payload;
  }

  Bound<R> bound() {
    return bound;
  }

  HttpUrl url() {
    return url;
  }

  Headers headers() {
    return headers;
  }

  @Nullable RequestBody body() {
    return body;
  }

  Time time() {
    return bound.transport.context().time();
  }

  @Override
  protected String describe() {
    return bound.http.toString();
  }

  @Override
  protected Request request(Attempt<Answer<R>> attempt) {
    keyed = attempt.idempotencyKey() != null;
    Request request = new Request(url, headers(headers, attempt), bound.http.method(), body);
    UnaryOperator<Request> change = bound.http.nativeRequest();
    return change == null ? request : change.apply(request);
  }

  @Override
  protected boolean accepts(Response response) {
    return response.isSuccessful()
        || (response.code() == 404 && bound.reader.isOptional() && !bound.http.hasBody());
  }

  @Override
  protected Answer<R> read(Response response) throws IOException {
    R value = bound.reader.read(response);
    return new RestAnswer<>(value, response);
  }

  @Override
  protected ParleyException refused(Failure failure, Response response) {
    return RestException.of(failure, bound.answered(response), keyed);
  }

  @Override
  public boolean isReplayable() {
    return payload == null || payload.isReplayable();
  }

  @Override
  public void discard(Answer<R> late) {
    if (late.body() instanceof Payload stream) {
      stream.close();
    }
  }
}
