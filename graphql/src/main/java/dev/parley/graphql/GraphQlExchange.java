package dev.parley.graphql;

import dev.parley.Failure;
import dev.parley.ParleyException;
import dev.parley.PartialFailure;
import dev.parley.Payload;
import dev.parley.graphql.Envelope.Form;
import dev.parley.http.Bodies;
import dev.parley.http.HttpExchange;
import dev.parley.http.Json;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import java.io.IOException;
import java.util.List;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.Response;

/** One call over GraphQL. */
final class GraphQlExchange<R> extends HttpExchange<Answer<R>> {
  static final Headers ACCEPT =
      Headers.of("Accept", "application/graphql-response+json, application/json;q=0.9");

  private static final long ERROR_LIMIT = 64 * 1024;

  private final Bound<R> bound;
  private final Bound.Variables variables;
  private volatile Form form;

  GraphQlExchange(Bound<R> bound, Bound.Variables variables, Form form) {
    super(bound.transport(), bound.idempotency());
    this.bound = bound;
    this.variables = variables;
    this.form = form;
  }

  /** Sets how the document goes out from now on. */
  void form(Form newForm) {
    this.form = newForm;
  }

  @Override
  protected String describe() {
    return bound.describe();
  }

  @Override
  protected Request request(Attempt<Answer<R>> attempt) {
    Headers headers = headers(ACCEPT, attempt);
    // With its text a query can be too long for an address: what the server shall keep goes by
    // POST.
    boolean get = bound.isByGet() && variables.files().isEmpty() && form != Form.REGISTERING;
    Request request =
        get
            ? new Request(bound.envelope().url(bound.url(), variables, form), headers, "GET", null)
            : new Request(
                bound.url(),
                headers,
                "POST",
                bound.envelope().body(variables, bound.graphQl().isBatch(), form));
    return bound.changed(request);
  }

  // A server that speaks this media type has looked at the request, whatever its status says; but
  // for credentials and throttling, where the status says more than the errors do.
  @Override
  protected boolean accepts(Response response) {
    return response.isSuccessful()
        || (response.code() != 401 && response.code() != 429 && isGraphQl(response));
  }

  @Override
  protected Answer<R> read(Response response) throws IOException {
    return bound.reader().read(response, variables.json().size());
  }

  @Override
  protected ParleyException refused(Failure failure, Response response) {
    List<PartialFailure> errors = errors(response);
    GraphQlException unknown = Errors.unknownHash(bound, errors, response);
    return unknown == null ? Errors.failure(bound, failure, errors, response) : unknown;
  }

  @Override
  public boolean isReplayable() {
    return variables.files().values().stream().allMatch(Payload::isReplayable);
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
