package dev.parley.webhooks;

import dev.parley.BackPressure;
import dev.parley.CallOptions;
import dev.parley.Feature;
import dev.parley.Features;
import dev.parley.Guarantee;
import dev.parley.Idempotency;
import dev.parley.Message;
import dev.parley.Ordering;
import dev.parley.ParleyException;
import dev.parley.Receipt;
import dev.parley.Support;
import dev.parley.Topic;
import dev.parley.http.HttpTransport;
import dev.parley.spi.ChannelDriver;
import dev.parley.spi.Exchange;
import dev.parley.spi.RetryLayer;
import dev.parley.spi.SendDriver;
import java.util.List;
import java.util.Optional;

/** One endpoint that webhooks are sent to. */
final class WebhookDriver implements ChannelDriver, SendDriver {
  private final HttpTransport transport;
  private final Endpoint endpoint;

  WebhookDriver(HttpTransport transport, Endpoint endpoint) {
    this.transport = transport;
    this.endpoint = endpoint;
  }

  @Override
  public Features features() {
    return Features.of(Guarantee.AT_LEAST_ONCE, Ordering.NONE, BackPressure.TRANSPORT)
        .with(Feature.HEADERS, Support.NATIVE);
  }

  @Override
  public List<RetryLayer> retryLayers() {
    return transport.retryLayers();
  }

  @Override
  public Optional<SendDriver> send() {
    return Optional.of(this);
  }

  @Override
  public <T> Exchange<Receipt> prepare(Topic<T> topic, Message<T> message, CallOptions options) {
    Idempotency idempotency = idempotency(topic);
    Outbound outbound =
        Outbound.of(topic, message, options, idempotency, transport.context().codecs());
    WebhookExchange exchange = new WebhookExchange(transport, endpoint, idempotency, outbound);
    return new WebhookDelivery(transport, endpoint, outbound, exchange);
  }

  /** Who receives webhooks is told to drop what comes again under its id. */
  @Override
  public Idempotency idempotency(Topic<?> topic) {
    return topic.idempotencyOr(Idempotency.KEYED);
  }

  // Its threads are there to block.
  @Override
  public boolean completesOnIoThread() {
    return false;
  }

  @Override
  public <N> Optional<N> unwrap(Class<N> nativeType) {
    return nativeType == Endpoint.class
        ? Optional.of(nativeType.cast(endpoint))
        : transport.unwrap(nativeType);
  }

  @Override
  public ParleyException translate(Throwable nativeFailure) {
    return transport.translate(nativeFailure);
  }

  @Override
  public void close() {
    transport.close();
  }
}
