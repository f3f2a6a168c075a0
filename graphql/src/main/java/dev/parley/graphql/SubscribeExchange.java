package dev.parley.graphql;

import dev.parley.Idempotency;
import dev.parley.graphql.Envelope.Form;
import dev.parley.spi.Attempt;
import java.io.IOException;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.Response;

/** Asks for a subscription; its result is an answer that goes on, of which nothing was read yet. */
final class SubscribeExchange extends EndpointExchange<Response> {
  private static final String EVENTS = "text/event-stream";
  private static final String PARTS = "multipart/mixed";

  private final Bound<?> bound;
  private final Bound.Variables variables;
  private final String mediaType;
  private final Headers headers;

  /** Asks for events or parts. */
  SubscribeExchange(Bound<?> bound, Bound.Variables variables, boolean events) {
    super(bound, Idempotency.SAFE);
    this.bound = bound;
    this.variables = variables;
    this.mediaType = events ? EVENTS : PARTS;
    this.headers =
        new Headers.Builder()
            .add("Accept", events ? EVENTS : PARTS + ";subscriptionSpec=1.0, application/json")
            .add("Cache-Control", "no-store")
            .add("Accept-Encoding", "identity") // what compresses, also holds elements back
            .build();
  }

  @Override
  protected Request request(Attempt<Response> attempt) {
    return bound.changed(
        new Request(
            bound.url(),
            headers(headers, attempt),
            "POST",
            bound.envelope().body(variables, false, Form.FULL)));
  }

  @Override
  protected boolean lasts() {
    return true;
  }

  @Override
  protected Response read(Response response) throws IOException {
    MediaType type = response.body().contentType();
    if (type != null && (type.type() + "/" + type.subtype()).equalsIgnoreCase(mediaType)) {
      return response;
    }
    bound.reader().readRefusal(response);
    throw Problems.protocol(
        bound.describe()
            + " was answered at once, and not by a stream in "
            + mediaType
            + ": does the server speak this protocol?");
  }
}
