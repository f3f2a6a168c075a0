package dev.parley.webhooks;

import dev.parley.ParleyException;
import dev.parley.Receipt;
import dev.parley.RemoteException;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Attempt;
import dev.parley.spi.BlockingExchange;
import dev.parley.spi.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A webhook's exchange with the endpoint's eye on it: nothing if it is disabled, all is logged. */
final class WebhookDelivery implements BlockingExchange<Receipt> {
  private final HttpTransport transport;
  private final Endpoint endpoint;
  private final Outbound outbound;
  private final WebhookExchange exchange;

  WebhookDelivery(
      HttpTransport transport, Endpoint endpoint, Outbound outbound, WebhookExchange exchange) {
    this.transport = transport;
    this.endpoint = endpoint;
    this.outbound = outbound;
    this.exchange = exchange;
  }

  @Override
  public Receipt execute(Attempt<Receipt> attempt) {
    endpoint.requireEnabled();
    Time time = transport.context().time();
    Instant at = time.now();
    long started = time.nanoTime();
    try {
      Receipt receipt = exchange.execute(attempt);
      ended(attempt, at, started, receipt.unwrap(Response.class).orElse(null), null);
      return receipt;
    } catch (ParleyException e) {
      ParleyException failure =
          e.unwrap(AddressGuard.Forbidden.class).isPresent()
              ? new ForbiddenDestinationException(e)
              : e;
      ended(attempt, at, started, null, failure);
      throw failure;
    }
  }

  @Override
  public void start(Attempt<Receipt> attempt) {
    transport
        .executor()
        .execute(() -> {
          if (attempt.isCancelled()) {
            return;
          }
          try {
            attempt.succeed(execute(attempt));
          } catch (Throwable e) {
            attempt.fail(e);
          }
        });
  }

  private void ended(
      Attempt<Receipt> attempt,
      Instant at,
      long started,
      @Nullable Response response,
      @Nullable ParleyException failure) {
    long now = transport.context().time().nanoTime();
    Duration took = Duration.ofNanos(now - started);
    endpoint.ended(
        new DeliveryAttempt(
            endpoint.name(),
            outbound.topic(),
            outbound.id(attempt),
            outbound.earlierAttempts() + attempt.number(),
            at,
            took,
            status(response, failure),
            Optional.ofNullable(failure).map(known -> words(attempt, known))),
        now,
        failure);
  }

  private static OptionalInt status(
      @Nullable Response response, @Nullable ParleyException failure) {
    if (response != null) {
      return OptionalInt.of(response.code());
    }
    return failure instanceof RemoteException refused
        ? OptionalInt.of(Integer.parseInt(refused.code()))
        : OptionalInt.empty();
  }

  private static String words(Attempt<Receipt> attempt, ParleyException failure) {
    return attempt.isCancelled()
        ? "no answer in time, or cancelled"
        : String.valueOf(failure.getMessage());
  }
}
