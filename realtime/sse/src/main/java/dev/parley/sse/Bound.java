package dev.parley.sse;

import dev.parley.Idempotency;
import dev.parley.Operation;
import dev.parley.http.Http;
import dev.parley.http.HttpOperation;
import dev.parley.http.HttpTransport;
import org.jspecify.annotations.Nullable;

/** One operation at one endpoint. */
record Bound(String name, Sse sse, HttpOperation http, HttpTransport transport, Settings settings) {

  /** What is the same for all operations at an endpoint. */
  record Settings(boolean replays, int maxLineBytes, int maxEventBytes) {}

  static Bound of(
      Operation<?, ?> operation, HttpTransport transport, String base, Settings settings) {
    Sse sse = sse(operation);
    if (sse == null) {
      throw Problems.refused(
          "the operation "
              + operation.name()
              + " has no binding to server-sent events: add one, such as"
              + " .bind(Sse.get(\"/quotes/{symbol}\"))");
    }
    boolean isEvent = operation.replyType().type() == SseEvent.class;
    if (sse.hasComments() && !isEvent) {
      throw Problems.refused(
          "the operation "
              + operation.name()
              + " asks for comments, which only the reply type SseEvent can show, but it is "
              + operation.replyType());
    }
    if (!isEvent) {
      transport.context().codecs().codec(operation.replyType());
    }
    return new Bound(
        operation.name(),
        sse,
        new HttpOperation(
            operation, sse.http(), transport.context().codecs(), base, "text/event-stream"),
        transport,
        settings);
  }

  private static @Nullable Sse sse(Operation<?, ?> operation) {
    Sse sse = operation.binding(Sse.class);
    Http http = operation.binding(Http.class);
    return sse != null || http == null ? sse : Sse.over(http);
  }

  /** Returns whether the request may be sent again although it may have been acted on. */
  boolean isRepeatable() {
    return http.idempotency() != Idempotency.NONE;
  }

  /** Returns whether the end of the answer is the end of the stream. */
  boolean isOnce() {
    return sse.isOnce() || !isRepeatable();
  }
}
