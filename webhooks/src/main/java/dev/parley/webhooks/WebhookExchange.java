package dev.parley.webhooks;

import dev.parley.Failure;
import dev.parley.Idempotency;
import dev.parley.Kind;
import dev.parley.ParleyException;
import dev.parley.Receipt;
import dev.parley.RemoteException;
import dev.parley.http.Bodies;
import dev.parley.http.HttpExchange;
import dev.parley.http.HttpHeaders;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Attempt;
import java.io.IOException;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;

/** One webhook on its way: the same bytes and id on each attempt, signed anew for its time. */
final class WebhookExchange extends HttpExchange<Receipt> {
  private static final int GONE = 410;

  private final HttpTransport transport;
  private final Endpoint endpoint;
  private final Outbound outbound;

  WebhookExchange(
      HttpTransport transport, Endpoint endpoint, Idempotency idempotency, Outbound outbound) {
    // No redirect is followed, which http does for what is safe.
    super(transport, idempotency == Idempotency.SAFE ? Idempotency.IDEMPOTENT : idempotency);
    this.transport = transport;
    this.endpoint = endpoint;
    this.outbound = outbound;
  }

  @Override
  protected String describe() {
    return "webhook " + outbound.topic();
  }

  @Override
  protected Request request(Attempt<Receipt> attempt) {
    RequestBody body = Bodies.bytes(outbound.body(), outbound.type());
    Request request =
        new Request.Builder()
            .url(endpoint.url())
            .headers(headers(outbound.headers(), attempt))
            .post(body)
            .build();
    Webhook binding = outbound.binding();
    if (binding != null) {
      request = binding.change(request);
    }
    Request.Builder signed = request.newBuilder().url(endpoint.url()).post(body);
    endpoint
        .sign(outbound.id(attempt), transport.context().time(), outbound.body())
        .forEach(signed::header);
    return signed.build();
  }

  // The status is the answer; what comes with it is read to see that it came whole, and dropped.
  @Override
  protected Receipt read(Response response) throws IOException {
    try (response) {
      BufferedSource source = response.body().source();
      Buffer dropped = new Buffer();
      long left = transport.maxResponseBytes();
      long read = 0;
      while (left > 0 && read >= 0) {
        read = source.read(dropped, Math.min(left, 8192));
        left -= read;
        dropped.clear();
      }
      if (read >= 0) {
        // Else OkHttp would go on reading for 100 ms, to keep the connection.
        source.timeout().deadlineNanoTime(System.nanoTime());
      }
    }
    return Receipt.of(
        Receipt.Level.ACCEPTED_BY_PEER, response.request().header("webhook-id"), response);
  }

  // Whatever else it answers may be a fault that its owner repairs: 404 while it is deployed, 401
  // while a key is changed. Only 410 is meant for good.
  @Override
  protected ParleyException refused(Failure failure, Response response) {
    int code = response.code();
    if (code == GONE) {
      endpoint.gone();
    }
    boolean again =
        code != GONE && (failure.kind() == Kind.PERMANENT || failure.kind() == Kind.AUTHENTICATION);
    Failure stated =
        again
            ? new Failure(
                Kind.TRANSIENT,
                failure.effect(),
                failure.message(),
                failure.cause(),
                failure.retryAfter())
            : failure;
    return new RemoteException(
        stated, Integer.toString(code), HttpHeaders.from(response.headers()), null);
  }
}
