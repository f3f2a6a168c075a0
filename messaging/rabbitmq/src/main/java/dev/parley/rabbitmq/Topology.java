package dev.parley.rabbitmq;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Declares what a binding says is to be declared; blocks. */
final class Topology {
  private Topology() {}

  static boolean isDeclared(RabbitMq binding) {
    return binding.exchangeType() != null
        || (binding.queueType() != null && !binding.isTemporary());
  }

  /** Declares what outlives a connection. */
  static void declare(Channel channel, RabbitMq binding) throws IOException {
    if (binding.exchangeType() != null) {
      channel.exchangeDeclare(binding.exchange(), binding.exchangeType(), true);
    }
    QueueType type = binding.queueType();
    String queue = binding.queue();
    if (type == null || type == QueueType.TEMPORARY || queue == null) {
      return;
    }
    Map<String, Object> kind =
        Map.of("x-queue-type", type == QueueType.QUORUM ? "quorum" : "classic");
    if ("".equals(binding.deadLetterExchange())) {
      channel.queueDeclare(binding.deadLetterKey(), true, false, false, kind);
    }
    channel.queueDeclare(queue, true, false, false, arguments(binding, kind));
    bind(channel, binding, queue);
  }

  /** Returns the queue to consume from, on the channel that consumes. */
  static String queue(Channel channel, RabbitMq binding) throws IOException {
    if (!binding.isTemporary()) {
      return Objects.requireNonNull(binding.queue(), "queue");
    }
    String queue =
        channel.queueDeclare("", false, true, true, arguments(binding, Map.of())).getQueue();
    bind(channel, binding, queue);
    return queue;
  }

  private static void bind(Channel channel, RabbitMq binding, String queue) throws IOException {
    if (!binding.exchange().isEmpty()) {
      channel.queueBind(queue, binding.exchange(), binding.boundBy());
    }
  }

  private static Map<String, Object> arguments(RabbitMq binding, Map<String, Object> kind) {
    Map<String, Object> arguments = new HashMap<>(kind);
    @Nullable String deadLetters = binding.deadLetterExchange();
    if (deadLetters != null) {
      arguments.put("x-dead-letter-exchange", deadLetters);
      arguments.put("x-dead-letter-routing-key", binding.deadLetterKey());
    }
    arguments.putAll(binding.arguments());
    return arguments;
  }
}
