package dev.parley.mqtt;

import dev.parley.Context;
import dev.parley.Headers;
import dev.parley.Operation;
import dev.parley.Topic;
import org.jspecify.annotations.Nullable;

/** How what Parley knows of a message is called in MQTT 5 user properties. */
final class Names {
  static final String ID = "message-id";
  static final String KEY = "message-key";
  static final String IDEMPOTENCY_KEY = "idempotency-key";
  private static final String TRACE_PARENT = "traceparent";
  private static final String TRACE_STATE = "tracestate";

  private Names() {}

  static Mqtt binding(Topic<?> topic) {
    Mqtt bound = topic.binding(Mqtt.class);
    return bound == null ? Mqtt.topic(topic.name()) : bound;
  }

  static Mqtt binding(Operation<?, ?> operation) {
    Mqtt bound = operation.binding(Mqtt.class);
    return bound == null ? Mqtt.topic(operation.name()) : bound;
  }

  /** Returns the key that came along, or else what of the topic is a key. */
  static String key(Mqtt binding, Incoming message) {
    String given = message.headers().firstOrNull(KEY);
    return given == null ? binding.keyIn(message.topic()) : given;
  }

  /** Returns the headers as they go out: with trace and idempotency key. */
  static Headers outgoing(Headers headers, Context context, @Nullable String idempotencyKey) {
    Headers all = headers;
    String parent = context.get(Context.TRACE_PARENT).orElse(null);
    if (parent != null && !all.contains(TRACE_PARENT)) {
      all = all.plus(TRACE_PARENT, parent);
      String state = context.get(Context.TRACE_STATE).orElse(null);
      all = state == null ? all : all.plus(TRACE_STATE, state);
    }
    return idempotencyKey == null ? all : all.with(IDEMPOTENCY_KEY, idempotencyKey);
  }

  /** Returns the context that headers carry. */
  static Context context(Headers headers) {
    Context context = Context.empty();
    String parent = headers.firstOrNull(TRACE_PARENT);
    if (parent != null) {
      context = context.with(Context.TRACE_PARENT, parent);
      String state = headers.firstOrNull(TRACE_STATE);
      context = state == null ? context : context.with(Context.TRACE_STATE, state);
    }
    return context;
  }
}
