package dev.parley.graphql;

import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.ParleyException;
import dev.parley.PartialFailure;
import dev.parley.http.Bodies;
import dev.parley.http.HttpExchange;
import dev.parley.http.Json;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.Response;

/** A request to the endpoint, and what becomes of an answer that says no. */
abstract class EndpointExchange<T> extends HttpExchange<T> {
  private static final long ERROR_LIMIT = 64 * 1024;

  private final Bound<?> bound;

  EndpointExchange(Bound<?> bound, Idempotency idempotency) {
    super(bound.transport(), idempotency);
    this.bound = bound;
  }

  @Override
  protected final String describe() {
    return bound.describe();
  }

  // A server that speaks this media type has looked at the request, whatever its status says; but
  // for credentials and throttling, where the status says more than the errors do.
  @Override
  protected final boolean accepts(Response response) {
    return response.isSuccessful()
        || (response.code() != 401 && response.code() != 429 && isGraphQl(response));
  }

  @Override
  protected final ParleyException refused(Failure failure, Response response) {
    List<PartialFailure> errors = errors(response);
    GraphQlException unknown = Errors.unknownHash(bound, errors, response);
    return unknown == null ? Errors.failure(bound, failure, errors, response) : unknown;
  }

  private List<PartialFailure> errors(Response response) {
    MediaType type = response.body().contentType();
    if (type == null || !Reader.isJson(type)) {
      return List.of();
    }
    try {
      return Errors.of(
          Json.of(Bodies.readSome(response, ERROR_LIMIT)), bound.transport().context().codecs());
    } catch (RuntimeException e) {
      return List.of(); // the status is the news; the body only explains it
    }
  }

  private static boolean isGraphQl(Response response) {
    MediaType type = response.body().contentType();
    return type != null && type.subtype().equalsIgnoreCase("graphql-response+json");
  }
}
