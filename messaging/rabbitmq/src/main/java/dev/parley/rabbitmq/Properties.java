package dev.parley.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.LongString;
import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Headers;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.Topic;
import dev.parley.spi.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How what Parley knows of a message stands in AMQP's properties and headers. */
final class Properties {
  static final String KEY = "message-key";
  static final String IDEMPOTENCY_KEY = "idempotency-key";
  private static final String DEADLINE = "parley-deadline"; // epoch milliseconds
  private static final String TRACE_PARENT = "traceparent";
  private static final String TRACE_STATE = "tracestate";

  private Properties() {}

  static RabbitMq binding(Topic<?> topic) {
    RabbitMq bound = topic.binding(RabbitMq.class);
    return bound == null ? RabbitMq.queue(topic.name()) : bound;
  }

  static RabbitMq binding(Operation<?, ?> operation) {
    RabbitMq bound = operation.binding(RabbitMq.class);
    return bound == null ? RabbitMq.queue(operation.name()) : bound;
  }

  // ---------------------------------------------------------------- what goes out

  /** Returns the headers as they go out: with trace, deadline and idempotency key. */
  static Headers outgoing(
      Headers headers,
      Context context,
      @Nullable Deadline deadline,
      @Nullable String idempotencyKey,
      Time time) {
    Headers all = headers.without(DEADLINE);
    String parent = context.get(Context.TRACE_PARENT).orElse(null);
    if (parent != null && !all.contains(TRACE_PARENT)) {
      all = all.plus(TRACE_PARENT, parent);
      String state = context.get(Context.TRACE_STATE).orElse(null);
      all = state == null ? all : all.plus(TRACE_STATE, state);
    }
    if (deadline != null) {
      all = all.plus(DEADLINE, Long.toString(time.now().plus(deadline.remaining()).toEpochMilli()));
    }
    return idempotencyKey == null ? all : all.with(IDEMPOTENCY_KEY, idempotencyKey);
  }

  /** Returns headers as AMQP has them: several values of a name are an array. */
  static Map<String, Object> table(Headers headers) {
    Map<String, Object> table = new LinkedHashMap<>();
    for (String name : headers.names()) {
      List<String> values = headers.all(name);
      table.put(name, values.size() == 1 ? values.get(0) : values);
    }
    return table;
  }

  // ---------------------------------------------------------------- what comes in

  static Payload payload(Delivery message) {
    String type = message.getProperties().getContentType();
    return Payload.of(message.getBody(), type == null ? "" : type);
  }

  /** Returns the headers that are text or a number; {@code unwrap} has the others. */
  static Headers headers(AMQP.BasicProperties properties) {
    Map<String, Object> table = properties.getHeaders();
    if (table == null || table.isEmpty()) {
      return Headers.empty();
    }
    List<String> all = new ArrayList<>(2 * table.size());
    table.forEach((name, value) -> {
      if (value instanceof List<?> values) {
        values.forEach(each -> add(all, name, each));
      } else {
        add(all, name, value);
      }
    });
    return Headers.of(all.toArray(new String[0]));
  }

  private static void add(List<String> all, String name, @Nullable Object value) {
    if (value instanceof LongString
        || value instanceof String
        || value instanceof Number
        || value instanceof Boolean) {
      String text = value.toString();
      if (isPrintable(name) && !name.isEmpty() && isPrintable(text)) {
        all.add(name);
        all.add(text);
      }
    }
  }

  private static boolean isPrintable(String text) {
    return text.indexOf('\n') < 0 && text.indexOf('\r') < 0 && text.indexOf('\0') < 0;
  }

  /** Returns the context that headers carry. */
  static Context context(Headers headers, Time time) {
    Context context = Context.empty();
    String parent = headers.firstOrNull(TRACE_PARENT);
    if (parent != null) {
      context = context.with(Context.TRACE_PARENT, parent);
      String state = headers.firstOrNull(TRACE_STATE);
      context = state == null ? context : context.with(Context.TRACE_STATE, state);
    }
    String deadline = headers.firstOrNull(DEADLINE);
    if (deadline != null && deadline.matches("\\d{1,15}")) {
      long left = Long.parseLong(deadline) - time.now().toEpochMilli();
      context = context.withDeadline(Deadline.after(Duration.ofMillis(Math.max(0, left)), time));
    }
    return context;
  }
}
