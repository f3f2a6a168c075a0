package dev.parley.polling;

import dev.parley.ConfigurationException;
import dev.parley.Effect;
import dev.parley.Failure;
import dev.parley.Kind;
import dev.parley.Operation;
import dev.parley.Payload;
import dev.parley.http.Http;
import dev.parley.http.HttpOperation;
import dev.parley.http.HttpTransport;
import dev.parley.spi.Codecs;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Objects;

/** One operation at one endpoint, with all that can be worked out before its first poll. */
final class BoundPoll {
  final Poll poll;
  final HttpOperation http;
  final HttpTransport transport;
  final boolean isLong;
  final boolean takesAnything; // the reply is bytes or text, which an HTML page is, too
  final Duration fastest;
  final Duration slowest;
  final Duration hold; // zero for a plain poll

  BoundPoll(Operation<?, ?> operation, HttpTransport transport, Rhythm rhythm, String base) {
    Http binding = operation.binding(Http.class);
    if (binding == null) {
      throw refused(
          "the operation "
              + operation.name()
              + " has no binding to HTTP: add one, such as .bind(Http.get(\"/jobs/{id}\"))");
    }
    this.poll = Objects.requireNonNullElseGet(operation.binding(Poll.class), Poll::whole);
    this.transport = transport;
    this.isLong = rhythm.isLong();
    this.fastest = Objects.requireNonNullElse(poll.fastest(), rhythm.fastest());
    this.slowest = Objects.requireNonNullElse(poll.slowest(), rhythm.slowest());
    this.hold = isLong ? Objects.requireNonNullElse(poll.hold(), rhythm.hold()) : Duration.ZERO;
    Type type = operation.replyType().type();
    boolean isRaw = type == byte[].class || type == Payload.class;
    this.takesAnything = isRaw || type == String.class;
    Codecs codecs = transport.context().codecs();
    String accept = "application/json";
    if (poll.items() == null) {
      accept = isRaw ? "*/*" : codecs.codec(operation.replyType()).contentType();
    }
    this.http = new HttpOperation(operation, binding, codecs, base, accept);
  }

  static ConfigurationException refused(String message) {
    return new ConfigurationException(Failure.of(Kind.LOCAL, Effect.NOT_SENT, message));
  }
}
