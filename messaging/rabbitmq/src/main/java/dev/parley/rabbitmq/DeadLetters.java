package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import dev.parley.spi.DriverContext;
import dev.parley.spi.Inbound;
import dev.parley.spi.Timeout;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Sends rejected deliveries to the dead letters of their queue, with the reason, which the broker's
 * own rejection cannot carry. One is acknowledged once the broker has confirmed its copy.
 */
final class DeadLetters {
  private static final long PAUSE_NANOS = 1_000_000_000L;
  private static final int LONGEST_REASON = 1_000;

  private final Outbound outbound;
  private final DriverContext context;
  private final RabbitMq binding;
  private final String topic;

  DeadLetters(Outbound outbound, DriverContext context, RabbitMq binding, String topic) {
    this.outbound = outbound;
    this.context = context;
    this.binding = binding;
    this.topic = topic;
  }

  /** Tries until it is kept, or its link is gone and the broker delivers it again. */
  void take(Inbound delivery, Throwable reason, Runnable ack, BooleanSupplier linkStands) {
    if (delivery.nativeMessage() instanceof Delivery message) {
      new Letter(message, reason, ack, linkStands).send();
    }
  }

  private AMQP.BasicProperties properties(Delivery message, Throwable reason) {
    Map<String, Object> headers = new HashMap<>();
    if (message.getProperties().getHeaders() != null) {
      headers.putAll(message.getProperties().getHeaders());
    }
    headers.put("parley-dead-letter-topic", topic);
    headers.put("parley-dead-letter-reason", printable(reason));
    // Neither may it expire there.
    return message.getProperties().builder().headers(headers).expiration(null).build();
  }

  private static String printable(Throwable reason) {
    String text = reason.getClass().getName() + ": " + reason.getMessage();
    String line = text.replaceAll("[\\r\\n\\x00]+", " ").strip();
    return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) : line;
  }

  /** One on its way; the timeout is the wait for its next try. */
  private final class Letter extends Timeout implements Publication.Sender {
    private final Publication publication;
    private final Runnable ack;
    private final BooleanSupplier linkStands;

    Letter(Delivery message, Throwable reason, Runnable ack, BooleanSupplier linkStands) {
      this.ack = ack;
      this.linkStands = linkStands;
      this.publication =
          new Publication(
              binding,
              Objects.requireNonNull(binding.deadLetterExchange(), "deadLetterExchange"),
              binding.deadLetterKey(),
              true,
              properties(message, reason),
              message.getBody(),
              this);
    }

    void send() {
      outbound.submit(publication);
    }

    @Override
    public boolean isWanted() {
      return linkStands.getAsBoolean();
    }

    @Override
    public void sent(Lane lane) {}

    @Override
    public void confirmed() {
      ack.run();
    }

    @Override
    public void notProcessed() {}

    @Override
    public void failed(Throwable cause) {
      if (isWanted()) {
        context.time().schedule(this, PAUSE_NANOS);
      }
    }

    @Override
    public void expired() {
      if (isWanted()) {
        send();
      }
    }
  }
}
