package dev.parley.graphql;

import dev.parley.Payload;
import dev.parley.graphql.Envelope.Form;
import dev.parley.spi.Answer;
import dev.parley.spi.Attempt;
import java.io.IOException;
import okhttp3.Headers;
import okhttp3.Request;
import okhttp3.Response;

/** One call over GraphQL. */
final class GraphQlExchange<R> extends EndpointExchange<Answer<R>> {
  private static final Headers ACCEPT =
      Headers.of("Accept", "application/graphql-response+json, application/json;q=0.9");

  private final Bound<R> bound;
  private final Bound.Variables variables;
  private volatile Form form;

  GraphQlExchange(Bound<R> bound, Bound.Variables variables, Form form) {
    super(bound, bound.idempotency());
    this.bound = bound;
    this.variables = variables;
    this.form = form;
  }

  /** Sets how the document goes out from now on. */
  void form(Form newForm) {
    this.form = newForm;
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

  @Override
  protected Answer<R> read(Response response) throws IOException {
    return bound.reader().read(response, variables.requests());
  }

  @Override
  public boolean isReplayable() {
    return variables.files().values().stream().allMatch(Payload::isReplayable);
  }
}
