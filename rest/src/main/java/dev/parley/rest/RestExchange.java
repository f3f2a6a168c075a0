package dev.parley.rest;

import dev.parley.Failure;
import dev.parley.ParleyException;
import dev.parley.Payload;
import dev.parley.http.HttpExchange;
import dev.parley.http.HttpRequest;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import dev.parley.spi.Time;
import java.io.IOException;
import okhttp3.Request;
import okhttp3.Response;

/** One call over REST. */
final class RestExchange<R> extends HttpExchange<Answer<R>> {
  private final Bound<R> bound;
  private final HttpRequest request;
  private volatile boolean keyed;

  RestExchange(Bound<R> bound, HttpRequest request) {
    super(bound.transport, bound.idempotency);
    this.bound = bound;
    this.request = request;
  }

  Bound<R> bound() {
    return bound;
  }

  HttpRequest request() {
    return request;
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
    return request.attempt(request.url(), headers(request.headers(), attempt));
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
    return request.isReplayable();
  }

  @Override
  public byte[] fingerprint() {
    return request.fingerprint();
  }

  @Override
  public void discard(Answer<R> late) {
    if (late.body() instanceof Payload stream) {
      stream.close();
    }
  }
}
