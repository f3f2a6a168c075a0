package dev.parley.kafka;

import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Delivery;
import dev.parley.Headers;
import dev.parley.Message;
import dev.parley.Payload;
import dev.parley.Receipt;
import dev.parley.Topic;
import dev.parley.spi.Attempt;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Exchange;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** One message, until the broker and its replicas have it. */
final class SendExchange implements Exchange<Receipt> {
  private final Outbound outbound;
  private final DriverContext context;
  private final Kafka binding;
  private final byte @Nullable [] key;
  private final byte[] value;
  private final Headers headers;
  private final @Nullable Deadline deadline;

  private SendExchange(
      Outbound outbound,
      DriverContext context,
      Kafka binding,
      byte @Nullable [] key,
      Payload payload,
      Headers headers,
      @Nullable Deadline deadline) {
    this.outbound = outbound;
    this.context = context;
    this.binding = binding;
    this.key = key;
    this.value = payload.toByteArray();
    this.headers =
        payload.contentType().isEmpty()
            ? headers
            : headers.with(Names.CONTENT_TYPE, payload.contentType().get());
    this.deadline = deadline;
  }

  static <T> SendExchange of(
      Outbound outbound, DriverContext context, Topic<T> topic, Message<T> message) {
    // What is relayed goes on byte by byte.
    Payload payload =
        message instanceof Delivery<T> delivery
            ? delivery.payload()
            : context.codecs().codec(topic.type()).encode(message.body());
    Headers headers = message.headers();
    if (message.id().isPresent()) {
      headers = headers.with(Names.ID, message.id().get());
    }
    Deadline own = message.context().deadlineOrNull();
    return new SendExchange(
        outbound,
        context,
        Kafka.of(topic),
        message.key().map(key -> key.getBytes(StandardCharsets.UTF_8)).orElse(null),
        payload,
        headers,
        own == null ? Context.current().deadlineOrNull() : own);
  }

  @Override
  public void start(Attempt<Receipt> attempt) {
    ProducerRecord<byte[], byte[]> message = binding.message(key, value);
    Names.outgoing(
            headers.plusAll(attempt.headers()),
            attempt.context(),
            deadline,
            attempt.idempotencyKey(),
            context.time())
        .forEach(
            (name, text) -> message.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    outbound.submit(new Sending(binding.customizer().apply(message), attempt));
  }
}
