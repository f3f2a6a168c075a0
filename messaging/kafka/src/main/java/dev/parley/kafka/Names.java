package dev.parley.kafka;

import dev.parley.Context;
import dev.parley.Deadline;
import dev.parley.Headers;
import dev.parley.spi.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** How what Parley knows of a message is called in the headers of records. */
final class Names {
  static final String ID = "message-id";
  static final String IDEMPOTENCY_KEY = "idempotency-key";
  static final String CONTENT_TYPE = "content-type";
  private static final String DEADLINE = "parley-deadline";
  private static final String TRACE_PARENT = "traceparent";
  private static final String TRACE_STATE = "tracestate";

  private Names() {}

  /** Returns the headers as they go out: with trace, deadline and idempotency key. */
  static Headers outgoing(
      Headers headers,
      Context context,
      @Nullable Deadline deadline,
      @Nullable String idempotencyKey,
      Time time) {
    Headers all = headers;
    String parent = context.get(Context.TRACE_PARENT).orElse(null);
    if (parent != null && !all.contains(TRACE_PARENT)) {
      all = all.plus(TRACE_PARENT, parent);
      String state = context.get(Context.TRACE_STATE).orElse(null);
      all = state == null ? all : all.plus(TRACE_STATE, state);
    }
    if (deadline != null) {
      all = all.with(DEADLINE, Long.toString(time.now().plus(deadline.remaining()).toEpochMilli()));
    }
    return idempotencyKey == null ? all : all.with(IDEMPOTENCY_KEY, idempotencyKey);
  }

  /** Returns the headers of a record. */
  static Headers incoming(org.apache.kafka.common.header.Headers headers) {
    Headers all = Headers.empty();
    for (Header header : headers) {
      byte[] value = header.value();
      all = all.plus(header.key(), value == null ? "" : new String(value, StandardCharsets.UTF_8));
    }
    return all;
  }

  /** Returns the headers without those that only carry what a message says otherwise. */
  static Headers visible(Headers headers) {
    return headers.without(ID).without(CONTENT_TYPE).without(DEADLINE);
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
    if (deadline == null || !deadline.matches("\\d{1,18}")) {
      return context;
    }
    long left = Long.parseLong(deadline) - time.now().toEpochMilli();
    return context.withDeadline(Deadline.after(Duration.ofMillis(Math.max(0, left)), time));
  }
}
